import { ApiError } from '../model/api-error.js'
import type { Action } from '../model/plan.js'
import { backoffMs, verdictOf } from './retry.js'
import { type Attempt, haltIfDenied, type Run } from './run.js'

/**
 * One request and its record; null where it ended well. Where the API refuses the caller as such the run is to stop
 * before anything else, for writing the record takes time in which other workers would go on.
 * What is not an `ApiError` is a bug, and is thrown.
 */
export async function attemptOnce(
  about: Omit<Attempt, 'error'>,
  request: () => Promise<void>,
  run: Run,
): Promise<ApiError | null> {
  let error: ApiError | null = null
  try {
    await request()
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    error = thrown
    if (verdictOf(error) === 'denied') haltIfDenied(run, error)
    slowDownAfterLast(error, about.attempt, run)
  }
  await run.tell({ type: 'attempt', attempt: { ...about, error } })
  return error
}

/** Nobody waits to repeat this call any more, but a 429 is for all workers. */
function slowDownAfterLast(error: ApiError, attempt: number, { gate, clock, options: { retry } }: Run): void {
  if (error.status === 429 && attempt > retry.retries) gate.pause(backoffMs(attempt, error, retry, clock))
}

/** Waits as the policy says, all workers together after a 429; returns early where the run is to stop. */
export async function waitBeforeRepeat(action: Action, error: ApiError, attempt: number, run: Run): Promise<void> {
  const delayMs = backoffMs(attempt, error, run.options.retry, run.clock)
  await run.tell({ type: 'retry', action, error, delayMs })
  if (error.status === 429) run.gate.pause(delayMs)
  else await run.clock.sleep(delayMs, run.stop)
  await run.gate.enter(run.stop)
}
