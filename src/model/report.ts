import type { Action } from './action.js'
import type { RunCode } from './codes.gen.js'

/**
 * How one action ended.
 * - `done`: the API confirmed it.
 * - `confirmed`: no response arrived, but a later read showed that it took effect.
 * - `absent`: a removal of a user whom the API did not know at the first attempt.
 * - `rejected`: the API rejected a removal as a bad request (400); what that means is not documented.
 * - `failed`: attempted, and not known to have taken effect.
 * - `skipped`: not attempted, because an earlier action failed.
 * - `not_attempted`: the run stopped before its turn.
 */
export type Outcome =
  | { readonly kind: 'done' | 'confirmed' | 'absent' }
  | { readonly kind: 'rejected' | 'failed' | 'skipped' | 'not_attempted'; readonly why: string }

export interface Result {
  readonly action: Action
  readonly outcome: Outcome
  /** Requests to make the change; reads are not counted. */
  readonly attempts: number
  /** Set for a failed accept or deny if no response said whether it took effect, so that a later read may. */
  readonly unclear?: boolean
  /** The HTTP status of the last response, if any. */
  readonly status: number | null
}

/** `bug` stops the other workers and is never in a report, since the run rejects. */
export type StopReason =
  | 'interrupted'
  | 'unauthorized'
  | 'forbidden'
  | 'unreachable'
  | 'fail_fast'
  | 'lock_lost'
  | 'state'
  | 'audit'
  | 'bug'

/** Why a run stopped before completing its plan. */
export interface Stop {
  readonly reason: StopReason
  readonly message: string
}

/** An action that was reported as done, but is not visible in the final read. */
export interface Mismatch {
  readonly address: string
  readonly wanted: string
  /** Null if the API no longer lists the invitation. */
  readonly found: string | null
}

export type Verification =
  | { readonly kind: 'verified'; readonly count: number }
  | { readonly kind: 'differs'; readonly mismatches: readonly Mismatch[] }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'not_needed' | 'interrupted' }

export interface Report {
  /** One per action, in the order of the plan. */
  readonly results: readonly Result[]
  readonly stop: Stop | null
  /** Whether a run whose removals are all `absent` counts as complete. */
  readonly acceptAbsent?: boolean
  readonly verification: Verification
}

/** Null for an action that took effect. */
export const runCode = ({ kind }: Outcome): RunCode | null =>
  kind === 'done' || kind === 'confirmed' ? null : `action_${kind}`

export const succeeded = ({ outcome }: Result): boolean =>
  outcome.kind === 'done' || outcome.kind === 'confirmed' || outcome.kind === 'absent'

/**
 * Whether no removal found its user at the API, which is also what a credential that may not see them gets. A user
 * deleted in Keycloak did exist, and does not count as absent.
 */
export function allAbsent({ results }: Pick<Report, 'results'>): boolean {
  const removals = results.filter(({ action }) => action.action === 'remove')
  const gone = new Set(
    results.flatMap(result =>
      result.action.action === 'delete' && succeeded(result) ? [result.action.impliedBy] : [],
    ),
  )
  return (
    removals.length > 0 &&
    removals.every(({ action, outcome }) => outcome.kind === 'absent' && !gone.has(action.address))
  )
}

/** Whether every action took effect, verification found nothing to the contrary, and not all removals were absent. */
export const isComplete = (report: Report): boolean =>
  report.stop === null &&
  report.results.every(succeeded) &&
  ['verified', 'not_needed'].includes(report.verification.kind) &&
  (report.acceptAbsent === true || !allAbsent(report))
