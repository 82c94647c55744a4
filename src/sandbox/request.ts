import type { IncomingMessage } from 'node:http'
import type { ValidateFunction } from 'ajv'
import { type Answer, failure } from './answer.js'
import type { ContractOperation, Parameter } from './contract.js'
import type { Input, MemberFilters } from './types.js'

/** Bytes of a request body that are read as one. */
const BODY_LIMIT = 64 * 1024
/** Bytes that are taken from a sender who sends more, so that they get to read the answer. */
const DRAIN_LIMIT = 16 * 1024 * 1024

/** A request as it must be, or the answer to one that is not so; either way with what is known of its target. */
export interface Understood {
  readonly input: Input | null
  readonly refusal: Answer | null
  readonly id?: number
  readonly email?: string
}

/** The body's bytes, or null where there are more than the limit. */
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

const wholeNumber = /^-?\d{1,15}$/

const coerce = (parameter: Parameter, text: unknown): unknown =>
  parameter.integer && typeof text === 'string' && wholeNumber.test(text) ? Number(text) : text

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
  const error = validate.errors?.[0]
  return failure(400, 'bad_body', `The body${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}.`)
}

const emailOf = (value: unknown): string | null =>
  typeof value === 'object' && value !== null && 'email' in value && typeof value.email === 'string'
    ? value.email
    : null

function removal(operation: ContractOperation, body: Buffer, type: string | undefined): Understood {
  if (operation.body === null) throw new Error('The contract gives deleteUser no body.')
  const found = bodyOf(operation.body, body, type)
  if ('status' in found) return { input: null, refusal: found }
  const email = emailOf(found.value)
  if (email === null) throw new Error('The contract lets deleteUser do without an e-mail.')
  return { input: { operation: 'remove', email }, refusal: null, email }
}

const filtersOf = (parameters: ReadonlyMap<string, unknown>): MemberFilters =>
  Object.fromEntries([...parameters].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))

/** Checks a request against the contract's schemas. A body that an operation does not take is not looked at. */
export function understand(
  operation: ContractOperation,
  request: { readonly path: Values; readonly query: Values; readonly body: Buffer; readonly type: string | undefined },
): Understood {
  const parameters = parametersOf(operation, request.path, request.query)
  if (!(parameters instanceof Map)) return { input: null, refusal: parameters }
  if (operation.operation === 'remove') return removal(operation, request.body, request.type)
  if (operation.operation === 'list') {
    const status = parameters.get('status')
    return { input: { operation: 'list', status: typeof status === 'string' ? status : null }, refusal: null }
  }
  if (operation.operation === 'clouds') return { input: { operation: 'clouds' }, refusal: null }
  const id = Number(parameters.get('id'))
  if (operation.operation === 'members') {
    return { input: { operation: 'members', id, filters: filtersOf(parameters) }, refusal: null, id }
  }
  return { input: { operation: operation.operation, id }, refusal: null, id }
}
