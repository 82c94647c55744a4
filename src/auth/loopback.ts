import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isLoopback } from '../http/address.js'
import { ApiError, credentialsError } from '../model/api-error.js'

/** The browser's redirect back from the provider; `answer` shows the user the outcome. */
export interface Callback {
  /** With the provider's parameters. */
  readonly url: URL
  /** Resolves when the page is on its way. */
  answer(ok: boolean): Promise<void>
}

export interface Listener {
  /** With the actual port if port 0 was requested. */
  readonly redirectUri: URL
  /** Resolves with the first redirect that carries this state; others are rejected with a page and have no effect. */
  wait(state: string, timeoutMs: number, signal?: AbortSignal): Promise<Callback>
  close(): void
}

export const notSignedIn = (interrupted: boolean): ApiError =>
  credentialsError(
    interrupted ? 'The sign-in was interrupted' : 'The sign-in was not completed in time',
    'Run `guestlist login` again.',
  )

/**
 * Listens where the provider redirects the browser. `localhost` means both loopback addresses, as browsers may use either.
 * @throws ApiError `credentials` for an address that is not loopback, and for a port that is taken
 */
export async function listenForCallback(redirectUri: string): Promise<Listener> {
  const uri = parseRedirectUri(redirectUri)
  const pending: { receive: ((request: IncomingMessage, response: ServerResponse) => void) | null } = { receive: null }
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (pending.receive === null) page(response, 404, 'Nothing is expected here.')
    else pending.receive(request, response)
  }
  const servers = await listenOnAll(uri, handle)
  return {
    redirectUri: uri,
    async wait(state, timeoutMs, signal) {
      const returned = new Promise<Callback>(resolve => {
        pending.receive = (request, response) => {
          const callback = receive(request, response, uri, state)
          if (callback === null) return
          // A browser that loads the page twice gets two answers; the code is used once.
          pending.receive = (_, again) => page(again, 400, TAKEN)
          resolve(callback)
        }
      })
      const ended = new AbortController()
      const options = { signal: signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]) }
      const timeout = sleep(timeoutMs, undefined, options).then(
        () => Promise.reject(notSignedIn(false)),
        () => Promise.reject(notSignedIn(true)),
      )
      try {
        return await Promise.race([returned, timeout])
      } finally {
        ended.abort()
      }
    },
    close() {
      for (const server of servers) {
        server.close()
        // Including connections that a browser opened in advance and never used: they would keep the process alive.
        server.closeAllConnections()
      }
    },
  }
}

function parseRedirectUri(text: string): URL {
  const advice = 'Use an address like http://localhost:8080/oidc-callback, as it is registered for the client.'
  if (!URL.canParse(text)) throw credentialsError('--redirect-uri is not a web address', advice)
  const uri = new URL(text)
  if (uri.protocol !== 'http:' || !isLoopback(uri))
    throw credentialsError('--redirect-uri is not http on this machine', advice)
  if (uri.search !== '' || uri.hash !== '') throw credentialsError('--redirect-uri has a query or a fragment', advice)
  return uri
}

/** Sets the real port on `uri`. */
async function listenOnAll(uri: URL, handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const named = !/^[\d[]/.test(uri.hostname)
  const first = await listen(named ? '127.0.0.1' : uri.hostname.replace(/[[\]]/g, ''), uri, handle)
  const address = first.address()
  if (address !== null && typeof address === 'object') uri.port = String(address.port)
  if (!named) return [first]
  try {
    return [first, await listen('::1', uri, handle)]
  } catch (error) {
    // Without IPv6, IPv4 is enough; but if another program held the port on ::1, it would receive the code.
    if (error instanceof ApiError) {
      first.close()
      throw error
    }
    return [first]
  }
}

function listen(
  host: string,
  uri: URL,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(handle)
  const port = uri.port === '' ? 80 : Number(uri.port)
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve(server))
    server.once('error', error => reject(listenError(error, port)))
    server.listen(port, host)
  })
}

function listenError(error: Error, port: number): Error {
  const code = 'code' in error ? error.code : ''
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error
  const why = code === 'EACCES' ? 'may not be used by you' : 'is taken by another program'
  const advice = 'End that program, or choose a port with --redirect-uri (it must be registered for the client).'
  return credentialsError(`Port ${port}, where the browser is to return, ${why}`, advice)
}

function receive(request: IncomingMessage, response: ServerResponse, uri: URL, state: string): Callback | null {
  // An absolute address, or `*`, is not a path.
  const url = request.url?.startsWith('/') ? new URL(`${uri.origin}${request.url}`) : null
  if (url?.pathname !== uri.pathname) page(response, 404, 'Nothing is expected here.')
  else if (request.method !== 'GET') page(response, 405, "This address takes only the browser's return.")
  else if (url.searchParams.get('state') !== state) page(response, 400, FOREIGN)
  else return { url, answer: ok => page(response, ok ? 200 : 400, ok ? SIGNED_IN : NOT_SIGNED_IN) }
  return null
}

const FOREIGN = 'This is not the sign-in that guestlist is waiting for. Close this page and start it again.'
const TAKEN = 'This sign-in has already been received. The terminal says how it ended.'
const SIGNED_IN = 'You are signed in. You can close this page and go back to the terminal.'
const NOT_SIGNED_IN = 'The sign-in failed. The terminal says why.'

/** Fixed strings only: nothing from the request is ever shown. */
async function page(response: ServerResponse, status: number, text: string): Promise<void> {
  // A browser that has gone is told nothing, and nothing would ever say that it was.
  if (response.destroyed) return
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    connection: 'close',
  })
  const html = `<!doctype html><html lang="en"><title>guestlist</title><h1>guestlist</h1><p>${text}</p></html>\n`
  await new Promise<void>(resolve => {
    response.once('close', resolve)
    response.end(html, resolve)
  })
}
