import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { isObject } from '../model/json.js'
import type { InvitationData, Operation } from './types.js'

const FILE = join('schemas', 'bimdata-sso.openapi.yaml')

/** The contract's operationIds. An operation not listed here cannot be served. */
const OPERATION_IDS: ReadonlyMap<string, Operation> = new Map([
  ['getInvitations', 'list'],
  ['getInvitation', 'get'],
  ['acceptInvitation', 'accept'],
  ['denyInvitation', 'deny'],
  ['deleteUser', 'remove'],
  ['getClouds', 'clouds'],
  ['getCloudUsers', 'members'],
  ['getCloudSize', 'size'],
  ['getProjects', 'projects'],
])

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'] as const
type Method = (typeof METHODS)[number]

export interface Parameter {
  readonly name: string
  readonly place: 'path' | 'query'
  readonly required: boolean
  readonly integer: boolean
  readonly validate: ValidateFunction
}

/** One operation of the contract, prepared for routing and validation. */
export interface ContractOperation {
  readonly operation: Operation
  readonly method: Method
  /** As the contract writes it, with `{id}`. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** Null if the operation takes no body. */
  readonly body: ValidateFunction | null
  /** The scope that a credential needs. */
  readonly scope: string
  /** The status codes that the contract documents. */
  readonly statuses: readonly number[]
}

export interface Contract {
  readonly operations: readonly ContractOperation[]
  readonly invitation: ValidateFunction<InvitationData>
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The value itself, or the one that its `$ref` refers to. */
function follow(document: unknown, value: unknown): Readonly<Record<string, unknown>> {
  const { $ref } = record(value)
  if (typeof $ref !== 'string') return record(value)
  return follow(
    document,
    $ref
      .split('/')
      .slice(1)
      .reduce<unknown>((node, key) => record(node)[key], document),
  )
}

/**
 * Looks in this module's folder and its parents, so that the file is found both from `src/sandbox` and from a bundle in
 * `dist`.
 */
function findContract(folder: string): string {
  const file = join(folder, FILE)
  if (existsSync(file)) return file
  const above = dirname(folder)
  if (above === folder) throw new Error(`${FILE} is missing from the installation of guestlist. Install it again.`)
  return findContract(above)
}

type Compile = <T>(schema: unknown) => ValidateFunction<T>

/** Validators for schemas in the document, whose references stay within its components. */
function compiler({ components }: Readonly<Record<string, unknown>>): Compile {
  const ajv = new Ajv2020({ allowUnionTypes: true, validateFormats: false, validateSchema: false })
  ajv.addKeyword('components')
  return <T>(schema: unknown) => ajv.compile<T>({ ...record(schema), components })
}

function parameterOf(parameter: Readonly<Record<string, unknown>>, compile: Compile): Parameter {
  const { name, in: place, required, schema } = parameter
  if (typeof name !== 'string' || (place !== 'path' && place !== 'query')) {
    throw new Error(`${FILE}: the parameter ${String(name)} is neither of the path nor of the query.`)
  }
  const integer = record(schema).type === 'integer'
  return { name, place, required: required === true, integer, validate: compile(schema) }
}

/** The first scope of the first security requirement that has one. */
function scopeOf(security: unknown): string {
  const [scope] = list(security).flatMap(way => Object.values(record(way)).flatMap(list))
  if (typeof scope !== 'string') throw new Error(`${FILE}: an operation needs no scope.`)
  return scope
}

function operationOf(document: unknown, path: string, method: Method, written: unknown, compile: Compile) {
  const { operationId, parameters, requestBody, security, responses } = record(written)
  const operation = OPERATION_IDS.get(String(operationId))
  if (operation === undefined) throw new Error(`${FILE}: the sandbox does not know ${String(operationId)}.`)
  const { 'application/json': body } = record(record(requestBody).content)
  return {
    operation,
    method,
    path,
    parameters: list(parameters).map(parameter => parameterOf(follow(document, parameter), compile)),
    body: isObject(body) ? compile(body.schema) : null,
    scope: scopeOf(security ?? record(document).security),
    statuses: Object.keys(record(responses)).map(Number),
  } satisfies ContractOperation
}

/** Reads the OpenAPI document that drives the sandbox. */
export async function loadContract(): Promise<Contract> {
  const file = findContract(dirname(fileURLToPath(import.meta.url)))
  const document = record(parse(await readFile(file, 'utf8')))
  const compile = compiler(document)
  const operations = Object.entries(record(document.paths)).flatMap(([path, item]) =>
    METHODS.flatMap(method => {
      const written = record(item)[method.toLowerCase()]
      return written === undefined ? [] : [operationOf(document, path, method, written, compile)]
    }),
  )
  return { operations, invitation: compile({ $ref: '#/components/schemas/Invitation' }) }
}
