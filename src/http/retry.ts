import { ApiError } from '../model/api-error.js'
import type { Clock } from '../system/clock.js'
import type { RateLimiter } from './rate-limiter.js'

/** How often and how patiently a call is repeated. Times are in milliseconds. */
export interface RetryPolicy {
  /** Repeats after the first attempt. */
  readonly retries: number
  readonly baseMs: number
  /** The longest backoff. */
  readonly capMs: number
  /** The longest `Retry-After` that is honoured in full. */
  readonly retryAfterCapMs: number
}

export const DEFAULT_RETRY: RetryPolicy = { retries: 4, baseMs: 250, capMs: 20_000, retryAfterCapMs: 120_000 }

/**
 * Classifies a failed attempt by what may follow it.
 *
 * | failureClass | errors | a read may be repeated | a change may be repeated |
 * | --- | --- | --- | --- |
 * | unauthorized | 401, 403, no credential | no | no: everything stops |
 * | throttled | 429 | yes, all slow down | yes: it was not carried out |
 * | unsent | no connection was made | yes | yes: it was not carried out |
 * | unclear | time-out, broken connection, 408, 5xx | yes | only after a read (accept, deny); a removal may simply be repeated |
 * | unreadable | an answer that breaks the contract | no | no; a read decides what happened |
 * | refused | any other status; an address that cannot work | no | no |
 */
export type FailureClass = 'unauthorized' | 'throttled' | 'unsent' | 'unclear' | 'unreadable' | 'refused'

export function classify(error: ApiError): FailureClass {
  switch (error.kind) {
    case 'credentials':
      return 'unauthorized'
    case 'not-sent':
      return error.permanent ? 'refused' : 'unsent'
    case 'network':
    case 'timeout':
      return 'unclear'
    case 'invalid-answer':
    case 'too-large':
      return 'unreadable'
    case 'http':
      return classifyStatus(error.status ?? 0)
    default:
      return error.kind satisfies never
  }
}

function classifyStatus(status: number): FailureClass {
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 429) return 'throttled'
  return status === 408 || status >= 500 ? 'unclear' : 'refused'
}

/** Exponential, with jitter in the upper half; `Retry-After` is honoured up to the cap. `attempt` counts from 1. */
export function backoffMs(attempt: number, error: ApiError, policy: RetryPolicy, clock: Clock): number {
  if (error.retryAfterMs !== null) return Math.min(error.retryAfterMs, policy.retryAfterCapMs)
  return Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1)) * (0.5 + clock.random() / 2)
}

/** Statuses after which a read is retried. */
const READ_AGAIN = new Set([408, 429, 500, 502, 503, 504])

const mayReadAgain = (error: ApiError): boolean =>
  error.kind === 'http'
    ? READ_AGAIN.has(error.status ?? 0)
    : ['network', 'timeout', 'not-sent'].includes(error.kind) && !error.permanent

export interface ReadRetry {
  readonly limiter: RateLimiter
  readonly clock: Clock
  readonly policy: RetryPolicy
  /** Once it aborts, nothing is repeated or waited for. */
  readonly stop?: AbortSignal
  /** Makes one read even then, immediately: it determines the outcome of something in flight. */
  readonly finishing?: boolean
  /** Called before each wait. */
  onRetry?(error: ApiError, attempt: number, delayMs: number): void
}

/** Calls something without side effects as often as the policy allows. Throws the last error. */
export async function readWithRetries<T>(call: () => Promise<T>, context: ReadRetry): Promise<T> {
  if (!(await context.limiter.acquire(context.stop)) && context.finishing !== true) throw interrupted()
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const delay = backoffMs(attempt, error, context.policy, context.clock)
      if (error.status === 429) context.limiter.pause(delay)
      const last = attempt > context.policy.retries || context.stop?.aborted
      if (last || !mayReadAgain(error)) throw error
      context.onRetry?.(error, attempt, delay)
      if (error.status !== 429) await context.clock.sleep(delay, context.stop)
      if (!(await context.limiter.acquire(context.stop))) throw error
    }
  }
}

const interrupted = (): ApiError =>
  new ApiError('The run was interrupted before the request was sent', { kind: 'not-sent', permanent: true })

/**
 * Milliseconds to wait according to a `Retry-After` header (RFC 9110, 10.2.3: seconds or an HTTP date), at least 0;
 * undefined if there is none or it is neither.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim()
  if (text === undefined || text === '') return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER)
  // An HTTP date starts with the name of a day; Date.parse alone would also accept "-5".
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
