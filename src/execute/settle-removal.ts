import { classify } from '../http/retry.js'
import type { RemovalAction } from '../model/action.js'
import type { ApiError } from '../model/api-error.js'
import { emailKey } from '../model/email-address.js'
import { messageOf } from '../model/error.js'
import type { Outcome, Result } from '../model/report.js'
import { attemptOnce, waitBeforeNext } from './attempt.js'
import type { ExecutionContext } from './execution-context.js'

/**
 * Removes one user and records it. A user cannot be read back from the API, so an unclear attempt is repeated:
 *
 * | the attempt | no earlier one was unclear | an earlier one was unclear |
 * | --- | --- | --- |
 * | succeeded | done | done |
 * | 404 | absent | done, by the unclear one |
 * | 400 | rejected | rejected |
 * | throttled, unsent | wait, repeat | wait, repeat |
 * | unclear | wait, repeat | wait, repeat |
 * | unauthorized | failed, and the run stops | failed, and the run stops |
 * | unreadable, refused | failed | failed |
 *
 * Once the run is to stop, nothing is repeated: a removal is never sent after a stop.
 */
export async function settleRemoval(action: RemovalAction, digest: string, run: ExecutionContext): Promise<Result> {
  let unclear = false
  for (let attempt = 1; ; attempt++) {
    const attempted = await attemptOnce(
      { action, call: 'remove', attempt },
      () => run.api.removeUser(action.before.email),
      run,
    )
    const { status, error } = attempted
    const end = (outcome: Outcome): Result => ({ action, outcome, attempts: attempt, status })
    const gone = async (kind: 'done' | 'absent'): Promise<Result> => {
      await remember(action, kind === 'done' ? 'removed' : 'absent', digest, run)
      return end({ kind })
    }
    if (error === null) return gone('done')
    if (isAnswer(error, 404)) return gone(unclear ? 'done' : 'absent')
    if (isAnswer(error, 400)) return end(rejected(error.message, unclear))
    const fail = (why: string): Result => end(failed(why, unclear))
    const failureClass = classify(error)
    unclear ||= failureClass === 'unclear' || failureClass === 'unreadable'
    if (failureClass === 'unauthorized' || failureClass === 'refused' || failureClass === 'unreadable')
      return fail(error.message)
    if (attempt > run.options.retry.retries) return fail(error.message)
    await waitBeforeNext(action, attempted, run)
    if (!(await run.limiter.acquire(run.stop)))
      return fail(`${error.message}; not retried, because the run was stopped`)
  }
}

/** Whether the API itself sent this status: a proxy's error page is an `invalid-answer`. */
const isAnswer = ({ kind, status }: ApiError, wanted: number): boolean => kind === 'http' && status === wanted

const rejected = (why: string, unclear: boolean): Outcome => ({
  kind: 'rejected',
  why:
    `${why}. Nothing is known of the account: the API may not know this address, or may not accept it as one` +
    `${unclear ? ', or an earlier try removed it' : ''}. The next run asks again. Check the spelling, and whether the ` +
    'account still exists (in Keycloak too); if it is gone, remove the entry from users.remove',
})

const failed = (why: string, unclear: boolean): Outcome => ({
  kind: 'failed',
  why: unclear ? `${why}; whether the user was removed is not known: the next run asks again` : why,
})

/** A removal that cannot be recorded still happened: it is reported as done, and the run stops. */
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
    const why = messageOf(error)
    run.halt('state', `${before.email} was removed, but this could not be remembered in the state: ${why}`)
  }
}
