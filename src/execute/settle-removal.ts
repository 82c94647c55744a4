import { classify } from '../http/retry.js'
import { emailKey } from '../model/email-address.js'
import type { RemovalAction } from '../model/plan.js'
import type { Outcome, Result } from '../model/report.js'
import { attemptOnce, waitBeforeNext } from './attempt.js'
import type { ExecutionContext } from './context.js'

/**
 * Removes one user and remembers it. There is nothing to read a user back from, so an unclear attempt is repeated:
 *
 * | the attempt ended | no attempt before was unclear | one was |
 * | --- | --- | --- |
 * | well | done | done |
 * | 404 | absent | done: the unclear one was it |
 * | throttled, unsent | wait, repeat | wait, repeat |
 * | unclear | wait, repeat | wait, repeat |
 * | unauthorized | failed, and the run stops | failed, and the run stops |
 * | unreadable, refused | failed | failed |
 *
 * Once the run is to stop nothing is repeated: a removal never follows a stop.
 */
export async function settleRemoval(action: RemovalAction, digest: string, run: ExecutionContext): Promise<Result> {
  let unclear = false
  for (let attempt = 1; ; attempt++) {
    const failure = await attemptOnce(
      { action, call: 'remove', attempt },
      () => run.api.removeUser(action.before.email),
      run,
    )
    const gone = async (kind: 'done' | 'absent', status: number): Promise<Result> => {
      await remember(action, kind === 'done' ? 'removed' : 'absent', digest, run)
      return { action, outcome: { kind }, attempts: attempt, status }
    }
    if (failure === null) return gone('done', 204)
    const { error } = failure
    if (error.status === 404) return gone(unclear ? 'done' : 'absent', 404)
    const failureClass = classify(error)
    const end = (why: string): Result => ({
      action,
      outcome: failed(why, unclear),
      attempts: attempt,
      status: error.status,
    })
    unclear ||= failureClass === 'unclear' || failureClass === 'unreadable'
    if (failureClass === 'unauthorized' || failureClass === 'refused' || failureClass === 'unreadable')
      return end(error.message)
    if (attempt > run.options.retry.retries) return end(error.message)
    await waitBeforeNext(action, failure, run)
    if (!(await run.limiter.acquire(run.stop))) return end(`${error.message}; not repeated, for the run was stopped`)
  }
}

const failed = (why: string, unclear: boolean): Outcome => ({
  kind: 'failed',
  why: unclear ? `${why}; whether the user was removed is not known: the next run asks again` : why,
})

/** A removal that cannot be remembered still happened: it is reported as done, and the run stops. */
async function remember(
  { before, rule }: RemovalAction,
  outcome: 'removed' | 'absent',
  digest: string,
  run: ExecutionContext,
): Promise<void> {
  try {
    await run.memory.record(emailKey(before.email), {
      outcome,
      at: new Date(run.clock.now()).toISOString(),
      reason: rule.reason,
      accepted_invitations: before.accepted_invitations,
      plan_digest: digest,
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    run.halt('state', `${before.email} was removed, but this could not be remembered in the state: ${why}`)
  }
}
