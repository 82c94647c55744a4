import { backoffMs, classify } from '../http/retry.js'
import { ApiError } from '../model/api-error.js'
import type { Action } from '../model/plan.js'
import { type Attempt, type ExecutionContext, haltIfUnauthorized } from './context.js'

/** A request that failed, and how long to wait before the next one like it. */
export interface Failure {
  readonly error: ApiError
  readonly delayMs: number
}

/**
 * One request and its record; null where it ended well. What concerns all workers comes first, for writing the record
 * takes time in which they would go on: a 429 slows them down, also where this call is not repeated, and where the
 * API refuses the caller as such the run is to stop.
 * What is not an `ApiError` is a bug, and is thrown.
 */
export async function attemptOnce(
  about: Omit<Attempt, 'error'>,
  request: () => Promise<void>,
  run: ExecutionContext,
): Promise<Failure | null> {
  let failure: Failure | null = null
  try {
    await request()
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    failure = { error: thrown, delayMs: backoffMs(about.attempt, thrown, run.options.retry, run.clock) }
    if (thrown.status === 429) run.limiter.pause(failure.delayMs)
    if (classify(thrown) === 'unauthorized') haltIfUnauthorized(run, thrown)
  }
  await run.emit({ type: 'attempt', attempt: { ...about, error: failure?.error ?? null } })
  return failure
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
