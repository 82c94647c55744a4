import { createHash } from 'node:crypto'
import { type IncomingMessage, type RequestOptions, request as sendPlainly } from 'node:http'
import { request as sendSecurely } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { errnoOf } from '../system/errno.js'
import { MAX_STATE_BYTES } from './document.js'
import { StateError } from './error.js'
import type { HttpConfig } from './http-config.js'

export interface Answer {
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

/**
 * One try. No redirect is followed.
 * @throws StateError `unreachable`, `too-large`
 */
export async function requestOnce(config: HttpConfig, request: Request, timeoutMs: number): Promise<Answer> {
  const route = config.routeTo(request.url)
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    // An agent that makes a tunnel gives it up by `timeout`; everything else ends by the signal.
    const options = { agent: route?.agent, signal, timeout: timeoutMs }
    const response = await exchange(config, request, options)
    const body = await bodyOf(response, request.url)
    return { status: response.statusCode ?? 0, body, md5: response.headers['content-md5']?.toString() ?? null }
  } catch (error) {
    if (error instanceof StateError) throw error
    const reason = signal.aborted ? `none within ${timeoutMs / 1000} s` : networkReason(error)
    const way = route === null ? '' : ` through the proxy ${route.proxy}`
    throw new StateError(
      'unreachable',
      `No answer from ${describe(request.url)} to ${request.method}${way}: ${reason}. ` +
        'Check the address of the state and the network.',
      { cause: error },
    )
  }
}

function exchange(
  config: HttpConfig,
  { method, url, body }: Request,
  options: Pick<RequestOptions, 'agent' | 'signal' | 'timeout'>,
): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? sendSecurely : sendPlainly
  return new Promise((resolve, reject) => {
    const sent = send(url, { ...options, method, headers: headersOf(config, body) })
    sent.once('response', resolve)
    // Stays on: an error after the response is the response's too, and is told there.
    sent.on('error', reject)
    sent.once('upgrade', (_, socket) => {
      socket.destroy()
      reject(new Error('it switched to another protocol'))
    })
    sent.end(body)
  })
}

/** Repeats what had no answer, and 429 and 5xx answers. @return the last answer, and whether it was a repeat */
export async function requestWithRetries(
  config: HttpConfig,
  request: Request,
  timeoutMs: number,
): Promise<Answer & { repeated: boolean }> {
  for (let repeats = 0; ; repeats++) {
    const last = repeats >= config.retryMax
    try {
      const answer = await requestOnce(config, request, timeoutMs)
      if (last || !isTransient(answer.status)) return { ...answer, repeated: repeats > 0 }
    } catch (error) {
      if (last || !(error instanceof StateError) || error.code !== 'unreachable') throw error
    }
    await pauseBefore(config, repeats)
  }
}

/** Doubles from repeat to repeat, between the configured bounds. */
export async function pauseBefore(config: HttpConfig, repeats: number): Promise<void> {
  await sleep(Math.min(config.retryWaitMin * 2 ** repeats, config.retryWaitMax))
}

/** Statuses after which the same request may have another answer: those of Terraform's client. */
export function isTransient(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501)
}

/** An address for people: its query may hold a token. */
export function describe(url: URL): string {
  return `${url.origin}${url.pathname}`
}

export function md5Of(body: Uint8Array): string {
  return createHash('md5').update(body).digest('base64')
}

function headersOf(config: HttpConfig, body: Uint8Array | undefined): Record<string, string> {
  return {
    'user-agent': 'guestlist',
    // A compressed answer would not match its Content-MD5.
    'accept-encoding': 'identity',
    ...(config.authorization === null ? {} : { authorization: config.authorization }),
    ...(body === undefined ? {} : bodyHeaders(body)),
  }
}

const bodyHeaders = (body: Uint8Array): Record<string, string> => ({
  'content-type': 'application/json',
  // Node would send a DELETE, which is how GitLab unlocks, without one.
  'content-length': String(body.length),
  'content-md5': md5Of(body),
})

async function bodyOf(response: IncomingMessage, url: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_STATE_BYTES) {
      throw new StateError(
        'too-large',
        `The answer of ${describe(url)} is larger than ${MAX_STATE_BYTES} bytes: this is no state of guestlist. Check the address.`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function networkReason(error: unknown): string {
  const refusal = error instanceof Error ? /^Bad response: (\d+)$/.exec(error.message)?.[1] : undefined
  if (refusal !== undefined) return `the proxy answered ${refusal}`
  return errnoOf(error) ?? 'the connection failed'
}
