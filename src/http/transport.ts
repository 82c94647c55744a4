import type { ClientRequest, IncomingHttpHeaders } from 'node:http'
import got, { type Got, type Method, type Request, type Response } from 'got'
import { checkScheme } from './address.js'
import { brokenRequest, type TransportFailure } from './network-error.js'
import { type Agents, createAgents, type Env, proxyFor } from './proxy.js'

export interface TransportOptions {
  /** For the whole request, including the answer. */
  readonly timeoutMs: number
  readonly allowInsecureHttp: boolean
  /** For the `User-Agent`. */
  readonly version: string
  /** Where the proxy variables are looked up. */
  readonly env: Env
  readonly signal?: AbortSignal
}

export interface HttpRequest {
  /** Any token: Terraform's state servers use LOCK and UNLOCK. */
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface HttpResponse {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Decompressed. Read it once, or call `discard`. A broken connection throws an `ApiError`. */
  readonly body: AsyncIterable<Uint8Array>
  discard(): void
}

/** Single HTTP exchanges: no redirects, no retries, no cookies. Every failure is an `ApiError`. */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>
  /** Closes idle connections. */
  close(): void
}

interface ProxyRoute {
  readonly agents: Agents
  readonly got: Got
}

/** Connections are established within seconds or not at all. */
const CONNECT_MS = 10_000

const connectMs = ({ timeoutMs }: TransportOptions): number => Math.min(CONNECT_MS, timeoutMs)

export function createTransport(options: TransportOptions): Transport {
  const lines = new Map<string, ProxyRoute>()
  const underWay = new Set<Request>()
  const interrupt = () => {
    for (const stream of underWay) stream.destroy(interrupted())
  }
  options.signal?.addEventListener('abort', interrupt)
  const lineFor = (proxy: URL | null): ProxyRoute => {
    const key = proxy?.href ?? ''
    const existing = lines.get(key)
    if (existing !== undefined) return existing
    const agents = createAgents(proxy, connectMs(options))
    const created = { agents, got: instance(agents, options) }
    lines.set(key, created)
    return created
  }
  return {
    async send(request) {
      checkScheme(request.url, request.url.origin, options.allowInsecureHttp)
      const proxy = proxyFor(request.url, options.env)
      const stream = open(request, lineFor(proxy).got)
      underWay.add(stream)
      for (const event of ['end', 'error', 'close']) stream.once(event, () => underWay.delete(stream))
      const answer = exchange(stream, request, options, proxy?.host ?? null)
      if (options.signal?.aborted) stream.destroy(interrupted())
      return answer
    },
    close() {
      options.signal?.removeEventListener('abort', interrupt)
      for (const { agents } of lines.values()) {
        agents.http.destroy()
        agents.https.destroy()
      }
    },
  }
}

const interrupted = (): Error => new Error('interrupted')

async function exchange(
  stream: Request,
  request: HttpRequest,
  options: TransportOptions,
  proxy: string | null,
): Promise<HttpResponse> {
  const isConnected = watchConnection(stream, request.url.protocol === 'https:')
  const { host } = request.url
  const explain = (error: unknown) =>
    brokenRequest({
      error,
      connected: isConnected(),
      aborted: options.signal?.aborted === true,
      host,
      timeoutMs: options.timeoutMs,
      proxy,
    } satisfies TransportFailure)
  const response = await new Promise<Response>((resolve, reject) => {
    stream.once('response', resolve)
    // Stays registered, so that an error after the response has a listener even while nobody reads the body.
    stream.on('error', error => reject(explain(error)))
    stream.once('request', (request: ClientRequest) => {
      // An unsolicited HTTP 101. Without a listener the library would wait forever.
      request.once('upgrade', (_, socket) => {
        socket.destroy()
        reject(explain(new Error('it switched to another protocol')))
        stream.destroy()
      })
    })
  })
  return {
    url: request.url,
    status: response.statusCode,
    headers: response.headers,
    body: explained(stream, explain),
    discard: () => stream.destroy(),
  }
}

/** Options common to all requests over one proxy, or none. Set once, because got validates every option it is given. */
function instance(agents: Agents, options: TransportOptions): Got {
  const connect = connectMs(options)
  return got.extend({
    headers: { 'user-agent': `guestlist/${options.version}` },
    agent: agents,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    timeout: {
      lookup: connect,
      connect,
      secureConnect: connect,
      response: options.timeoutMs,
      request: options.timeoutMs,
    },
  })
}

function open({ method, url, headers, body }: HttpRequest, line: Got): Request {
  return line.stream(url, {
    // The library's type lists only common methods, but it sends any.
    method: method as Method,
    headers,
    // An empty body rather than none: without one the library waits for it to be written. Bytes rather than a string:
    // Node joins a string to the headers and would write both as UTF-8, encoding those of a secret twice.
    ...(method === 'GET' ? {} : { body: Buffer.from(body ?? '') }),
  })
}

/** Whether the connection was ready for the request, TLS included; a reused one is ready immediately. */
function watchConnection(stream: Request, secure: boolean): () => boolean {
  let connected = false
  stream.once('request', (request: ClientRequest) => {
    request.once('socket', socket => {
      if (request.reusedSocket || (!secure && !socket.connecting)) connected = true
      else
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          connected = true
        })
    })
    request.once('response', () => {
      connected = true
    })
  })
  return () => connected
}

async function* explained(
  body: AsyncIterable<unknown>,
  explain: (error: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) if (chunk instanceof Uint8Array) yield chunk
  } catch (error) {
    throw explain(error)
  }
}
