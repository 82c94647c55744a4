import type { CredentialSource } from '../auth/credential-source.js'
import { parseAddress } from '../http/address.js'
import { parseJson, readBody } from '../http/body.js'
import type { Env } from '../http/proxy.js'
import type { Secret } from '../http/secret.js'
import { createTransport, type HttpRequest, type HttpResponse, type Transport } from '../http/transport.js'
import type { CloudMember, CloudRef, Listed } from '../model/clouds.js'
import { messageOf } from '../model/error.js'
import type { Invitation } from '../model/invitation.js'
import { canonicalApiUrl } from '../model/text.js'
import { checkedInvitation, expectDone, expectJson, expectList, statusError } from './answer.js'
import { readInvitations } from './list-body.js'
import { readCloud, readListed, readMember } from './list-clouds.js'

/** One exchange on the wire; nothing in it is secret. */
export interface RequestLog {
  readonly method: string
  /** Relative to the API's address, including the query. */
  readonly path: string
  /** Null if there was no answer. */
  readonly status: number | null
  /** Until the answer's headers arrived. */
  readonly ms: number
  /** 2 for the repeat with a renewed token. */
  readonly attempt: number
  readonly error?: string
}

export interface ClientOptions {
  readonly apiUrl: string
  readonly credentials: CredentialSource
  /** Time limit of a whole request, including its answer. */
  readonly timeoutMs: number
  readonly allowInsecureHttp: boolean
  /** guestlist's version, for the `User-Agent`. */
  readonly version: string
  /** Where the proxy variables are looked up; the process environment by default. */
  readonly env?: Env
  /** Largest list to read, decompressed; 4 GiB by default. */
  readonly maxBodyBytes?: number
  /** Deepest nesting of an answer's JSON; 32 by default. */
  readonly maxDepth?: number
  readonly log?: (entry: RequestLog) => void
  readonly signal?: AbortSignal
}

const DEFAULT_MAX_BODY = 4 * 2 ** 30
const DEFAULT_MAX_DEPTH = 32
/** Plenty for thousands of clouds, or of members of one. */
const MAX_CLOUD_BYTES = 64 * 2 ** 20
/** A single invitation has a handful of short fields. */
const MAX_INVITATION_BYTES = 2 ** 20

/** The BIMData SSO API. Structurally matches the executor's `Api`; every failure is an `ApiError`. */
export interface Client {
  /** The address in use, without a trailing slash. */
  readonly apiUrl: string
  list(status?: string): AsyncIterable<readonly Invitation[]>
  get(id: number): Promise<{ readonly status: number; readonly invitation: Invitation }>
  /** These three return the HTTP status of the answer. */
  accept(id: number): Promise<number>
  deny(id: number): Promise<number>
  removeUser(email: string): Promise<number>
  /** Closes idle connections. */
  close(): void
}

/** Read access to the clouds of the same API. */
export interface CloudClient {
  /** The clouds visible to the credential. */
  clouds(): Promise<Listed<CloudRef>>
  members(cloud: number): Promise<Listed<CloudMember>>
}

/** @throws ApiError for an address that credentials may not be sent to */
export function createClient(options: ClientOptions): Client & CloudClient {
  const base = parseAddress(options.apiUrl, 'The API address', options.allowInsecureHttp)
  const transport = createTransport({ ...options, env: options.env ?? process.env })
  const call = (request: ApiCall) => authorized(transport, base, request, options)
  const maxBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY
  const maxDepth = options.maxDepth ?? DEFAULT_MAX_DEPTH
  const act = async (id: number, verb: 'accept' | 'deny'): Promise<number> =>
    expectDone(await call({ method: 'POST', path: `identity-provider/invitation/${id}/${verb}` }), `Invitation ${id}`)
  const listed = async <T>(path: string, what: string, read: (row: unknown) => T | null): Promise<Listed<T>> => {
    const answer = await call({ method: 'GET', path })
    await expectJson(answer, what)
    return readListed(answer, what, read, { maxBytes: Math.min(maxBytes, MAX_CLOUD_BYTES), maxDepth })
  }
  return {
    apiUrl: canonicalApiUrl(base),
    async *list(status) {
      const query = status === undefined ? '' : `?status=${encodeURIComponent(status)}`
      const answer = await call({ method: 'GET', path: `identity-provider/invitation${query}` })
      await expectList(answer, 'The list of invitations')
      yield* readInvitations(answer.body, { maxBytes, maxDepth })
    },
    async get(id) {
      const answer = await call({ method: 'GET', path: `identity-provider/invitation/${id}` })
      await expectJson(answer, `Invitation ${id}`)
      const value = parseJson(await readBody(answer.body, Math.min(maxBytes, MAX_INVITATION_BYTES)), maxDepth)
      return { status: answer.status, invitation: checkedInvitation(value, `invitation ${id}`) }
    },
    accept: id => act(id, 'accept'),
    deny: id => act(id, 'deny'),
    async removeUser(email) {
      const body = JSON.stringify({ email })
      return expectDone(await call({ method: 'DELETE', path: 'identity-provider/user', body }), `User ${email}`)
    },
    clouds: () => listed('cloud', 'The list of clouds', readCloud),
    members: id => listed(`cloud/${id}/user`, `The list of members of cloud ${id}`, readMember),
    close: transport.close,
  }
}

interface ApiCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: string
}

/** A 401 means that the request was not carried out, so it is repeated once if the token can be renewed. */
async function authorized(
  transport: Transport,
  base: URL,
  call: ApiCall,
  options: ClientOptions,
): Promise<HttpResponse> {
  const path = `/${call.path}`
  const url = new URL(`${canonicalApiUrl(base)}${path}`)
  const attempt = async (token: Secret, number: number): Promise<HttpResponse> =>
    logged(transport, { method: call.method, url, ...wireBody(call, token) }, { path, attempt: number }, options.log)
  const token = await options.credentials.authorization()
  const first = await attempt(token, 1)
  if (first.status !== 401) return first
  // Consumed first, to free the connection while the token is renewed.
  const refusal = await statusError(first, 'The API')
  if (!(await options.credentials.renew(token))) throw refusal
  return attempt(await options.credentials.authorization(), 2)
}

function wireBody({ body }: ApiCall, token: Secret): Pick<HttpRequest, 'headers' | 'body'> {
  const headers = { authorization: headerValue(token), accept: 'application/json' }
  return body === undefined ? { headers } : { headers: { ...headers, 'content-type': 'application/json' }, body }
}

/** Node writes header strings as Latin-1; this puts the value's UTF-8 bytes on the wire. */
const headerValue = (token: Secret): string => Buffer.from(token.reveal(), 'utf8').toString('latin1')

async function logged(
  transport: Transport,
  request: HttpRequest,
  { path, attempt }: { path: string; attempt: number },
  log: ClientOptions['log'],
): Promise<HttpResponse> {
  const started = performance.now()
  const entry = (status: number | null) => {
    const ms = Math.round(performance.now() - started)
    return { method: request.method, path, status, ms, attempt } satisfies RequestLog
  }
  try {
    const answer = await transport.send(request)
    log?.(entry(answer.status))
    return answer
  } catch (error) {
    log?.({ ...entry(null), error: messageOf(error) })
    throw error
  }
}
