import { backoffMs, classify } from '../http/retry.js'
import type { Action } from '../model/action.js'
import { ApiError } from '../model/api-error.js'
import { type Attempt, type ExecutionContext, haltIfUnauthorized } from './execution-context.js'

/** How a request ended and, if it failed, how long to wait before repeating it. */
export type Attempted =
  | { readonly status: number; readonly error: null }
  | { readonly status: number | null; readonly error: ApiError; readonly delayMs: number }

export type FailedAttempt = Exclude<Attempted, { readonly error: null }>

/**
 * Makes one request and records it. Whatever concerns all workers takes effect before the record is written, because they
 * carry on meanwhile: a 429 slows all of them down, even if this call is not repeated, and the run stops if the API
 * rejects the caller or cannot be reached.
 * Anything but an `ApiError` is a bug, and is thrown.
 */
export async function attemptOnce(
  about: Omit<Attempt, 'error' | 'status'>,
  request: () => Promise<number>,
  run: ExecutionContext,
): Promise<Attempted> {
  const attempted = await ended(about.attempt, request, run)
  const { status, error } = attempted
  await run.emit({ type: 'attempt', attempt: { ...about, status, error } })
  return attempted
}

async function ended(attempt: number, request: () => Promise<number>, run: ExecutionContext): Promise<Attempted> {
  try {
    const status = await request()
    run.reached(null)
    return { status, error: null }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const delayMs = backoffMs(attempt, error, run.options.retry, run.clock)
    if (error.status === 429) run.limiter.pause(delayMs)
    if (classify(error) === 'unauthorized') haltIfUnauthorized(run, error)
    run.reached(error)
    return { status: error.status, error, delayMs }
  }
}

/** Waits as the retry policy says, or until the run is to stop. After a 429 the limiter makes every worker wait instead. */
export async function waitBeforeNext(
  action: Action,
  { error, delayMs }: FailedAttempt,
  run: ExecutionContext,
): Promise<void> {
  await run.emit({ type: 'retry', action, error, delayMs })
  if (error.status !== 429) await run.clock.sleep(delayMs, run.stop)
}
