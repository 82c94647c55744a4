import { classify, type FailureClass, readWithRetries } from '../http/retry.js'
import type { InvitationAction } from '../model/action.js'
import { ApiError } from '../model/api-error.js'
import { statusText } from '../model/invitation.js'
import type { Outcome, Result } from '../model/report.js'
import { attemptOnce, waitBeforeNext } from './attempt.js'
import { type ExecutionContext, haltIfUnauthorized } from './execution-context.js'

/** What a read shows after a request whose answer never came. */
type ReadBack = 'as-wanted' | 'as-planned' | { readonly problem: string }

export const wantedStatus = ({ action }: InvitationAction): 'accepted' | 'denied' =>
  action === 'accept' ? 'accepted' : 'denied'

/**
 * Accepts or denies one invitation.
 *
 * | the attempt | next |
 * | --- | --- |
 * | succeeded | done |
 * | unauthorized (401, 403) | failed, and the run stops |
 * | throttled, unsent | wait, repeat |
 * | unclear | wait, read: as wanted → confirmed; unchanged → repeat; else failed |
 * | unreadable | read: as wanted → confirmed; else failed |
 * | refused | failed; after an unclear attempt, read first: it may have taken effect |
 *
 * After the last attempt, and once the run is to stop, the read still decides, but nothing is repeated.
 */
export async function settleInvitation(action: InvitationAction, run: ExecutionContext): Promise<Result> {
  let unclear = false
  for (let attempt = 1; ; attempt++) {
    const attempted = await attemptOnce({ action, call: action.action, attempt }, () => request(action, run), run)
    const { status, error } = attempted
    if (error === null) return { action, outcome: { kind: 'done' }, attempts: attempt, status }
    const failureClass = classify(error)
    unclear ||= failureClass === 'unclear' || failureClass === 'unreadable'
    const end = (outcome: Outcome) => ({ action, outcome, attempts: attempt, status, unclear })
    const last = attempt > run.options.retry.retries
    if (mayRepeat(failureClass) && !last && !run.stop.aborted) await waitBeforeNext(action, attempted, run)
    if (unclear) {
      const reading = await readBack(action, run)
      if (reading === 'as-wanted') return end({ kind: 'confirmed' })
      if (typeof reading === 'object') return end({ kind: 'failed', why: `${error.message}; ${reading.problem}` })
    }
    if (!mayRepeat(failureClass) || last) return end({ kind: 'failed', why: error.message })
    if (!(await run.limiter.acquire(run.stop)))
      return end({ kind: 'failed', why: `${error.message}; not retried, because the run was stopped` })
  }
}

const request = ({ action, before }: InvitationAction, { api }: ExecutionContext): Promise<number> =>
  action === 'accept' ? api.accept(before.id) : api.deny(before.id)

const mayRepeat = (failureClass: FailureClass): boolean => ['throttled', 'unsent', 'unclear'].includes(failureClass)

async function readBack(action: InvitationAction, run: ExecutionContext): Promise<ReadBack> {
  const { limiter, clock, options, stop } = run
  const ended = async (status: number | null, error: ApiError | null) => {
    run.reached(error)
    await run.emit({ type: 'attempt', attempt: { action, call: 'read', attempt: 1, status, error } })
  }
  try {
    const context = { limiter, clock, policy: options.retry, stop, finishing: true, onRetry: run.reached }
    const { status, invitation: live } = await readWithRetries(() => run.api.get(action.before.id), context)
    await ended(status, null)
    if (live.status === wantedStatus(action)) return 'as-wanted'
    if (live.status === action.before.status) return 'as-planned'
    return { problem: `meanwhile its status is ${statusText(live)}` }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (classify(error) === 'unauthorized') haltIfUnauthorized(run, error)
    await ended(error.status, error)
    return { problem: `it is not known whether it took effect, because reading it failed too (${error.message})` }
  }
}
