import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_STATE_BYTES } from './document.js'
import { StateError, systemCode } from './error.js'
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
  try {
    const response = await fetch(request.url, {
      method: request.method,
      redirect: 'manual',
      headers: headersOf(config, request.body),
      signal: AbortSignal.timeout(timeoutMs),
      ...(request.body === undefined ? {} : { body: request.body }),
    })
    const body = await bodyOf(response, request.url)
    return { status: response.status, body, md5: response.headers.get('content-md5') }
  } catch (error) {
    if (error instanceof StateError) throw error
    throw new StateError(
      'unreachable',
      `No answer from ${describe(request.url)} to ${request.method}: ${networkReason(error, timeoutMs)}. ` +
        'Check the address of the state and the network.',
      { cause: error },
    )
  }
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
    // A compressed answer would not match its Content-MD5.
    'accept-encoding': 'identity',
    ...(config.authorization === null ? {} : { authorization: config.authorization }),
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-md5': md5Of(body) }),
  }
}

async function bodyOf(response: Response, url: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
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

function networkReason(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `none within ${timeoutMs / 1000} s`
  const cause = error instanceof Error ? error.cause : undefined
  return systemCode(cause) ?? systemCode(error) ?? 'the connection failed'
}
