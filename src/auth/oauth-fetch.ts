import { readBody } from '../http/body.js'
import type { Transport } from '../http/transport.js'
import { ApiError } from '../model/api-error.js'

/** Metadata, keys and tokens are small. */
const MAX_BYTES = 2 ** 20
const BODYLESS = new Set([204, 205, 304])

interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: unknown
}

/**
 * `fetch` for the OAuth library over our own transport, so that proxies, limits and errors are the same everywhere.
 * Only the given origins are spoken to: metadata may name endpoints anywhere, and they would be sent secrets.
 */
export function oauthFetch(transport: Transport, origins: ReadonlySet<string>) {
  return async (address: string, { method, headers, body }: FetchInit): Promise<Response> => {
    const url = new URL(address)
    if (!origins.has(url.origin)) throw foreign(url)
    const { 'user-agent': _, ...own } = headers
    const answer = await transport.send({
      method: method === 'POST' ? 'POST' : 'GET',
      url,
      headers: own,
      ...(body === undefined || body === null ? {} : { body: String(body) }),
    })
    const bytes = await readBody(answer.body, MAX_BYTES)
    return new Response(BODYLESS.has(answer.status) ? null : bytes, {
      status: answer.status,
      headers: { 'content-type': answer.headers['content-type'] ?? '' },
    })
  }
}

const foreign = (url: URL): ApiError =>
  new ApiError(`The identity provider names an endpoint at another origin (${url.origin}); nothing is sent there`, {
    kind: 'credentials',
    advice: 'Check BIMDATA_IAM_URL. If the token endpoint is meant, name it in BIMDATA_TOKEN_URL.',
  })
