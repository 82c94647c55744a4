import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificate.js'

/** What goes wrong with the next request with a method. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  /** Cuts the connection before, or after, the request takes effect. */
  | { readonly kind: 'cut-before' }
  | { readonly kind: 'cut-after' }
  /** Takes effect, but answers 500. */
  | { readonly kind: 'error-after' }
  /** Takes effect, but never answers. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'body'; readonly body: string | Buffer; readonly headers?: Record<string, string> }

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface HttpStateServer {
  readonly port: number
  readonly address: string
  readonly lockAddress: string
  readonly requests: Seen[]
  /** The state as sent. */
  state: string | null
  /** The lock info as sent. */
  lock: string | null
  /** If set, requests need exactly this Authorization header. */
  authorization: string | null
  fail(method: string, ...faults: Fault[]): void
  close(): Promise<void>
}

/**
 * A server for Terraform's HTTP backend, as strict as any real one: a locked state accepts writes only with the lock's
 * id, a body must match its Content-MD5, and lock info needs all of Terraform's fields (GitLab requires them).
 * With a certificate, it speaks https.
 */
export async function startHttpStateServer(certificate?: Certificate): Promise<HttpStateServer> {
  const faults = new Map<string, Fault[]>()
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const body = await textOf(request)
    const method = request.method ?? ''
    state.requests.push({ method, url: request.url ?? '', headers: request.headers, body })
    const fault = faults.get(method)?.shift()
    if (fault?.kind === 'cut-before') return request.socket.destroy()
    if (fault?.kind === 'status') return response.writeHead(fault.status, fault.headers).end()
    if (fault?.kind === 'body') return response.writeHead(200, fault.headers).end(fault.body)
    const answer = handle(state, request, body)
    if (fault?.kind === 'hang') return null
    if (fault?.kind === 'cut-after') return request.socket.destroy()
    if (fault?.kind === 'error-after') return response.writeHead(500).end()
    return reply(response, answer)
  }
  const server = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const state: HttpStateServer = {
    port,
    address: `http://127.0.0.1:${port}/state`,
    lockAddress: `http://127.0.0.1:${port}/state/lock`,
    requests: [],
    state: null,
    lock: null,
    authorization: null,
    fail: (method, ...more) => faults.set(method, [...(faults.get(method) ?? []), ...more]),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return state
}

interface Reply {
  readonly status: number
  readonly body?: string
}

function handle(state: HttpStateServer, request: IncomingMessage, body: string): Reply {
  const url = new URL(request.url ?? '', 'http://x')
  if (state.authorization !== null && request.headers.authorization === undefined) return { status: 401 }
  if (state.authorization !== null && request.headers.authorization !== state.authorization) return { status: 403 }
  if (request.method !== 'GET' && request.headers['content-md5'] !== md5(body)) return { status: 400 }
  if (request.method === 'GET') return state.state === null ? { status: 404 } : { status: 200, body: state.state }
  if (url.pathname.endsWith('/lock')) return lockOrUnlock(state, request.method ?? '', body)
  return write(state, url.searchParams.get('ID'), body)
}

function lockOrUnlock(state: HttpStateServer, method: string, body: string): Reply {
  const info: Record<string, unknown> = JSON.parse(body)
  const fields = ['ID', 'Operation', 'Info', 'Who', 'Version', 'Created', 'Path']
  if (fields.some(field => typeof info[field] !== 'string')) return { status: 400 }
  const holder = state.lock === null ? null : JSON.parse(state.lock).ID
  if (method === 'LOCK' || method === 'POST') {
    if (state.lock !== null) return { status: 423, body: state.lock }
    state.lock = body
    return { status: 200 }
  }
  if (method !== 'UNLOCK' && method !== 'DELETE') return { status: 405 }
  if (state.lock === null) return { status: 404 }
  if (holder !== info.ID) return { status: 409, body: state.lock }
  state.lock = null
  return { status: 200 }
}

function write(state: HttpStateServer, id: string | null, body: string): Reply {
  if (state.lock !== null && JSON.parse(state.lock).ID !== id) return { status: 423, body: state.lock }
  if (state.lock === null && id !== null) return { status: 409, body: '{}' }
  state.state = body
  return { status: 200 }
}

function reply(response: ServerResponse, answer: Reply): void {
  const md5Header = answer.body === undefined ? {} : { 'content-md5': md5(answer.body) }
  response.writeHead(answer.status, md5Header).end(answer.body)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const md5 = (text: string): string => createHash('md5').update(text).digest('base64')
