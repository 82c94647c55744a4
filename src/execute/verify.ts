import { readWithRetries } from '../http/retry.js'
import { type InvitationAction, isInvitationAction } from '../model/action.js'
import { ApiError } from '../model/api-error.js'
import { statusText } from '../model/invitation.js'
import type { Plan } from '../model/plan.js'
import { type Mismatch, type Result, succeeded, type Verification } from '../model/report.js'
import { type Tracked, trackPlan } from '../reconcile/track.js'
import { observeAll } from './api.js'
import type { ExecutionContext } from './execution-context.js'
import { wantedStatus } from './settle-invitation.js'

/** How many times to read the list if it lags behind the changes. */
const READS = 4

export interface Verified {
  readonly results: readonly Result[]
  readonly verification: Verification
}

/**
 * Reads the live state again and compares. A failed accept or deny whose answer never came, but that the fresh list
 * shows as wanted, took effect after all and is reported as confirmed. One that the API refused did not, whatever the
 * list shows. One reported as done that the list does not show, after a few reads with a wait between them, is a mismatch.
 * Removals cannot be read back, but the read still proves that the API answers and contradicts nothing that was reported.
 */
export async function verify(plan: Plan, results: readonly Result[], run: ExecutionContext): Promise<Verified> {
  if (results.every(({ attempts }) => attempts === 0)) return { results, verification: { kind: 'not_needed' } }
  if (run.interrupt.aborted) return { results, verification: { kind: 'interrupted' } }
  await run.emit({ type: 'verifying' })
  try {
    const verified = await compare(plan, results, run)
    for (const [index, result] of verified.results.entries())
      if (result !== results[index]) await run.emit({ type: 'confirmed', result })
    return verified
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (run.interrupt.aborted) return { results, verification: { kind: 'interrupted' } }
    return { results, verification: { kind: 'unreadable', why: error.message } }
  }
}

async function compare(plan: Plan, results: readonly Result[], run: ExecutionContext): Promise<Verified> {
  for (let read = 1; ; read++) {
    const tracked = await readFresh(plan, run)
    const updated = results.map(result => confirmed(result, tracked))
    const mismatches = updated.flatMap(result => mismatchOf(result, tracked))
    if (mismatches.length === 0)
      return {
        results: updated,
        verification: { kind: 'verified', count: updated.filter(r => isInvitation(r) && succeeded(r)).length },
      }
    if (read === READS || run.interrupt.aborted)
      return { results: updated, verification: { kind: 'differs', mismatches } }
    await run.clock.sleep(run.options.retry.baseMs * 2 ** read, run.interrupt)
  }
}

async function readFresh(plan: Plan, run: ExecutionContext): Promise<Tracked> {
  const { limiter, clock, options, interrupt } = run
  // An API that could not be reached is tried once more, without retries.
  const policy = run.stopped()?.reason === 'unreachable' ? { ...options.retry, retries: 0 } : options.retry
  const retrying = { limiter, clock, policy, stop: interrupt }
  const tracker = await readWithRetries(() => observeAll(run.api.list(), trackPlan(plan)), retrying)
  return tracker.finish(new Map())
}

const isInvitation = (result: Result): result is Result & { readonly action: InvitationAction } =>
  isInvitationAction(result.action)

function statusIn(tracked: Tracked, action: InvitationAction): string | null {
  if (tracked.duplicates.includes(action.before.id)) return 'listed more than once'
  const live = tracked.live(action)
  return live && 'status' in live ? statusText(live) : null
}

function confirmed(result: Result, tracked: Tracked): Result {
  if (!isInvitation(result) || result.outcome.kind !== 'failed' || !result.unclear) return result
  return statusIn(tracked, result.action) === wantedStatus(result.action)
    ? { ...result, outcome: { kind: 'confirmed' } }
    : result
}

function mismatchOf(result: Result, tracked: Tracked): readonly Mismatch[] {
  if (!isInvitation(result) || !succeeded(result)) return []
  const found = statusIn(tracked, result.action)
  const wanted = wantedStatus(result.action)
  return found === wanted ? [] : [{ address: result.action.address, wanted, found }]
}
