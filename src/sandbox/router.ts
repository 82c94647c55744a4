import createFindMyWay from 'find-my-way'
import { type Answer, failure } from './answer.js'
import type { Contract, ContractOperation } from './contract.js'

/** The operation that a request line names, with the strings of its path and query; or the answer where it names none. */
type Route =
  | {
      readonly operation: ContractOperation
      readonly path: Readonly<Record<string, unknown>>
      readonly query: Readonly<Record<string, unknown>>
    }
  | { readonly operation: null; readonly answer: Answer }

export type Router = (method: string, url: string) => Route

const nowhere = (answer: Answer): Route => ({ operation: null, answer })

/** Routes by the contract's paths: 404 for a path that is not there, 405 for one that is there for other methods. */
export function createRouter(contract: Contract): Router {
  const router = createFindMyWay({ caseSensitive: true })
  for (const operation of contract.operations) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1')
    router.on(operation.method, path, () => {}, operation)
  }
  const methods = [...new Set(contract.operations.map(({ method }) => method))]
  return (method, url) => {
    const known = methods.find(name => name === method)
    const found = known === undefined ? null : router.find(known, url)
    if (found !== null) {
      const operation: ContractOperation = found.store
      return { operation, path: found.params, query: found.searchParams }
    }
    const allowed = methods.filter(name => router.find(name, url) !== null)
    if (allowed.length === 0) return nowhere(failure(404, 'not_found', 'There is nothing at this path.'))
    const detail = `Here it takes ${allowed.join(', ')}.`
    return nowhere(failure(405, 'method_not_allowed', detail, { allow: allowed.join(', ') }))
  }
}
