import type { IncomingMessage } from 'node:http'
import type { ValidateFunction } from 'ajv'
import createFindMyWay from 'find-my-way'
import { firstFault, memberOf } from '../model/json.js'
import type { Contract, ContractOperation, Parameter } from './contract.js'
import { type Answer, failure } from './http-answer.js'
import type { Input, MemberFilters } from './types.js'

/** The operation for a request line, with its path and query values; or the response if there is none. */
type Route = Answer | (Pick<WrittenRequest, 'path' | 'query'> & { readonly operation: ContractOperation })

export type Router = (method: string, url: string) => Route

/** Routes by the contract's paths: 404 for an unknown path, 405 for one that exists for other methods only. */
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
    if (allowed.length === 0) return failure(404, 'not_found', 'There is nothing at this path.')
    const allow = allowed.join(', ')
    return failure(405, 'method_not_allowed', `Here it takes ${allow}.`, { allow })
  }
}

/** The largest request body, in bytes. */
const BODY_LIMIT = 64 * 1024
/** Bytes read from a client that sends more, so that it gets to read the response. */
const DRAIN_LIMIT = 16 * 1024 * 1024

/** A valid request, or the response to one that violates the contract; either way with its target, as far as known. */
export interface ValidatedRequest {
  readonly input: Input | Answer
  readonly id?: number
  readonly email?: string
}

/** The body's bytes, or null if it exceeds the limit. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    length += chunk.length
    if (length <= BODY_LIMIT) chunks.push(chunk)
    if (length > DRAIN_LIMIT) break
  }
  return length > BODY_LIMIT ? null : Buffer.concat(chunks)
}

const coerce = (parameter: Parameter, text: unknown): unknown =>
  parameter.integer && typeof text === 'string' && /^-?\d{1,15}$/.test(text) ? Number(text) : text

function reject(parameter: Parameter): Answer {
  return parameter.place === 'path'
    ? failure(404, 'not_found', `Nothing has that ${parameter.name}.`)
    : failure(400, 'bad_parameter', `The parameter ${parameter.name} has a value that it cannot have.`)
}

type Values = Readonly<Record<string, unknown>>

/** By name; a Map, so that no name can reach a prototype. */
function parametersOf(operation: ContractOperation, path: Values, query: Values): Map<string, unknown> | Answer {
  const found = new Map<string, unknown>()
  for (const parameter of operation.parameters) {
    const text = (parameter.place === 'path' ? path : query)[parameter.name]
    if (text === undefined && !parameter.required) continue
    const value = coerce(parameter, text)
    if (!parameter.validate(value)) return reject(parameter)
    found.set(parameter.name, value)
  }
  return found
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

/** `type/subtype`, with or without parameters. */
const isJsonType = (type: string | undefined): boolean => /^application\/json\s*(;|$)/i.test(type?.trim() ?? '')

function bodyOf(validate: ValidateFunction, body: Buffer, type: string | undefined): { value: unknown } | Answer {
  if (!isJsonType(type)) return failure(400, 'bad_body', 'The body must be sent as application/json.')
  const value = parse(body)
  if (value === undefined) return failure(400, 'bad_body', 'The body is not JSON.')
  if (validate(value)) return { value }
  return failure(400, 'bad_body', `The body${firstFault(validate.errors, '')}.`)
}

function removal({ body }: ContractOperation, request: WrittenRequest): ValidatedRequest {
  if (body === null) throw new Error('The contract gives deleteUser no body.')
  const found = bodyOf(body, request.body, request.type)
  if ('status' in found) return { input: found }
  const email = memberOf(found.value, 'email')
  if (typeof email !== 'string') throw new Error('The contract lets deleteUser do without an e-mail.')
  return { input: { operation: 'remove', email }, email }
}

const filtersOf = (parameters: ReadonlyMap<string, unknown>): MemberFilters =>
  Object.fromEntries([...parameters].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))

interface WrittenRequest {
  readonly path: Values
  readonly query: Values
  readonly body: Buffer
  /** The body's content type. */
  readonly type: string | undefined
}

/** Checks a request against the contract's schemas. Ignores the body if the operation takes none. */
export function validateRequest(contract: ContractOperation, request: WrittenRequest): ValidatedRequest {
  const parameters = parametersOf(contract, request.path, request.query)
  if (!(parameters instanceof Map)) return { input: parameters }
  const { operation } = contract
  const id = Number(parameters.get('id'))
  switch (operation) {
    case 'remove':
      return removal(contract, request)
    case 'list': {
      const status = parameters.get('status')
      return { input: { operation, status: typeof status === 'string' ? status : null } }
    }
    case 'clouds':
      return { input: { operation } }
    case 'members':
      return { input: { operation, id, filters: filtersOf(parameters) }, id }
    default:
      return { input: { operation, id }, id }
  }
}
