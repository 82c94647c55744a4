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

/** The contract's operationIds. One that is not listed here cannot be served. */
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

/** One operation of the contract, ready to route and to validate by. */
export interface ContractOperation {
  readonly operation: Operation
  readonly method: Method
  /** As the contract writes it, with `{id}`. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** Null where the operation takes no body. */
  readonly body: ValidateFunction | null
  /** What a credential needs. */
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

/** The value that a JSON pointer (RFC 6901) names. */
function at(document: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1)
  return keys.reduce<unknown>((node, key) => record(node)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document)
}

const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** The pointer itself, or the one that a `$ref` there leads to. */
function follow(document: unknown, pointer: string): string {
  const target = record(at(document, pointer)).$ref
  return typeof target === 'string' ? follow(document, target.slice(1)) : pointer
}

/**
 * Looks in the folder of this module and in each above it, so that it is found from `src/sandbox` and from a bundle
 * in `dist` alike.
 */
function findContract(folder: string): string {
  const file = join(folder, FILE)
  if (existsSync(file)) return file
  const above = dirname(folder)
  if (above === folder) throw new Error(`${FILE} is missing from the installation of guestlist. Install it again.`)
  return findContract(above)
}

type Compile = <T>(pointer: string) => ValidateFunction<T>

/** Validators for the schemas at pointers into the document; ajv is loaded only when a sandbox starts. */
async function compiler(document: Readonly<Record<string, unknown>>): Promise<Compile> {
  const ajv = new Ajv2020({ allowUnionTypes: true, validateFormats: false, validateSchema: false })
  // The document is no schema, but ajv wants every word at its root to be one that it knows.
  ajv.addVocabulary(Object.keys(document))
  ajv.addSchema(document, 'contract')
  return <T>(pointer: string) =>
    ajv.compile<T>({ $ref: `contract#${pointer.split('/').map(encodeURIComponent).join('/')}` })
}

function parameterAt(document: unknown, written: string, compile: Compile): Parameter {
  const pointer = follow(document, written)
  const parameter = record(at(document, pointer))
  const { name, in: place } = parameter
  if (typeof name !== 'string' || (place !== 'path' && place !== 'query')) {
    throw new Error(`${FILE}: the parameter at ${pointer} is neither of the path nor of the query.`)
  }
  return {
    name,
    place,
    required: parameter.required === true,
    integer: record(parameter.schema).type === 'integer',
    validate: compile(`${pointer}/schema`),
  }
}

/** The first scope of the first way in that has one. */
function scopeOf(security: unknown): string {
  const [scope] = list(security).flatMap(way => Object.values(record(way)).flatMap(list))
  if (typeof scope !== 'string') throw new Error(`${FILE}: an operation needs no scope.`)
  return scope
}

function operationAt(document: unknown, path: string, method: Method, compile: Compile) {
  const pointer = `/paths/${escapeKey(path)}/${method.toLowerCase()}`
  const written = record(at(document, pointer))
  const operation = OPERATION_IDS.get(String(written.operationId))
  if (operation === undefined) throw new Error(`${FILE}: the sandbox does not know ${String(written.operationId)}.`)
  return {
    operation,
    method,
    path,
    parameters: list(written.parameters).map((_, index) =>
      parameterAt(document, `${pointer}/parameters/${index}`, compile),
    ),
    body: isObject(written.requestBody)
      ? compile(`${pointer}/requestBody/content/${escapeKey('application/json')}/schema`)
      : null,
    scope: scopeOf(written.security ?? record(document).security),
    statuses: Object.keys(record(written.responses)).map(Number),
  } satisfies ContractOperation
}

/** Reads the OpenAPI document that drives the sandbox. */
export async function loadContract(): Promise<Contract> {
  const file = findContract(dirname(fileURLToPath(import.meta.url)))
  const document = record(parse(await readFile(file, 'utf8')))
  const compile = await compiler(document)
  const operations = Object.entries(record(document.paths)).flatMap(([path, item]) =>
    METHODS.filter(method => method.toLowerCase() in record(item)).map(method =>
      operationAt(document, path, method, compile),
    ),
  )
  return { operations, invitation: compile('/components/schemas/Invitation') }
}
