import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readBody } from '../http/body.js'
import type { Transport } from '../http/transport.js'
import { ApiError } from '../model/api-error.js'
import { GuestlistError } from '../model/error.js'
import { MAX_STATE_BYTES } from './document.js'
import type { HttpConfig, HttpOptions } from './http-config.js'

export interface StateAnswer {
  readonly status: number
  readonly body: Uint8Array
  /** The Content-MD5 header. */
  readonly md5: string | null
}

export interface Request {
  readonly method: string
  readonly url: URL
  readonly body?: Uint8Array
}

/** The transport and the configuration of the backend. */
export interface StateWire {
  readonly config: HttpConfig
  readonly send: Transport['send']
}

/** Uses the API's transport, with the same time-outs, proxies and limits. Loaded on first use: a local state needs none. */
export function stateWire(config: HttpConfig, options: HttpOptions): StateWire {
  const { env, allowInsecureHttp = false, timeoutMs = 30_000, version = '' } = options
  let transport: Promise<Transport> | null = null
  return {
    config,
    async send(request) {
      transport ??= import('../http/transport.js').then(({ createTransport }) =>
        createTransport({ env, allowInsecureHttp, timeoutMs, version }),
      )
      return (await transport).send(request)
    },
  }
}

/**
 * One attempt. Redirects are not followed.
 * @throws GuestlistError `unreachable`, `too-large`
 */
export async function requestOnce({ config, send }: StateWire, { method, url, body }: Request): Promise<StateAnswer> {
  try {
    const headers = headersOf(config, body)
    const response = await send({ method, url, headers, ...(body === undefined ? {} : { body }) })
    const bytes = await readBody(response.body, MAX_STATE_BYTES)
    return { status: response.status, body: bytes, md5: response.headers['content-md5']?.toString() ?? null }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.kind === 'too-large') throw tooLarge(url)
    throw new GuestlistError(
      'state-unreachable',
      `No answer from ${describe(url)} to ${method}: ${error.message}. ${error.advice ?? 'Check the network.'}`,
      { cause: error },
    )
  }
}

const tooLarge = (url: URL): GuestlistError =>
  new GuestlistError(
    'state-too-large',
    `The answer of ${describe(url)} is larger than ${MAX_STATE_BYTES} bytes: this is not a state of guestlist. Check the address.`,
  )

/** Retries unanswered requests and 429 and 5xx answers. @return the last answer, and whether the request was repeated */
export async function requestWithRetries(
  wire: StateWire,
  request: Request,
): Promise<StateAnswer & { repeated: boolean }> {
  for (let repeats = 0; ; repeats++) {
    const last = repeats >= wire.config.retryMax
    try {
      const answer = await requestOnce(wire, request)
      if (last || !isTransient(answer.status)) return { ...answer, repeated: repeats > 0 }
    } catch (error) {
      if (last || !(error instanceof GuestlistError) || error.code !== 'state-unreachable') throw error
    }
    await pauseBefore(wire.config, repeats)
  }
}

/** Doubles with each repeat, within the configured bounds. */
export async function pauseBefore(config: HttpConfig, repeats: number): Promise<void> {
  await sleep(Math.min(config.retryWaitMin * 2 ** repeats, config.retryWaitMax))
}

/** Statuses after which the request is worth repeating, as in Terraform's client. */
export function isTransient(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501)
}

/** An address for messages, without its query, which may hold a token. */
export function describe(url: URL): string {
  return `${url.origin}${url.pathname}`
}

export function md5Of(body: Uint8Array): string {
  return createHash('md5').update(body).digest('base64')
}

function headersOf(config: HttpConfig, body: Uint8Array | undefined): Record<string, string> {
  return {
    // A compressed answer would not match its Content-MD5.
    'accept-encoding': 'identity',
    ...(config.authorization === null ? {} : { authorization: config.authorization }),
    ...(body === undefined ? {} : bodyHeaders(body)),
  }
}

const bodyHeaders = (body: Uint8Array): Record<string, string> => ({
  'content-type': 'application/json',
  'content-md5': md5Of(body),
})
