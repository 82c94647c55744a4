import { backoffMs, classify } from '../http/retry.js'
import type { Action } from '../model/action.js'
import { ApiError } from '../model/api-error.js'
import { type Attempt, type ExecutionContext, haltIfUnauthorized } from './execution-context.js'

/** How a request ended, and how long to wait before the next one like it where it failed. */
export type Attempted =
  | { readonly status: number; readonly error: null }
  | { readonly status: number | null; readonly error: ApiError; readonly delayMs: number }

export type Failure = Exclude<Attempted, { readonly error: null }>

/**
 * One request and its record. What concerns all workers comes first, for writing the record takes time in which they would
 * go on: a 429 slows them down, also where this call is not repeated, and where the API refuses the caller as such, or
 * cannot be reached, the run is to stop.
 * What is not an `ApiError` is a bug, and is thrown.
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

/** Waits as the policy says; returns early where the run is to stop. After a 429 it is the limiter that makes all wait. */
export async function waitBeforeNext(
  action: Action,
  { error, delayMs }: Failure,
  run: ExecutionContext,
): Promise<void> {
  await run.emit({ type: 'retry', action, error, delayMs })
  if (error.status !== 429) await run.clock.sleep(delayMs, run.stop)
}
