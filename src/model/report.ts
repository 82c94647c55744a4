import type { Action } from './action.js'

/**
 * How one action ended.
 * - `done`: the API said so.
 * - `confirmed`: its answer did not come; a read showed that it took effect.
 * - `absent`: a removal of a user whom the API did not know at the first try.
 * - `rejected`: the API found a removal's request wrong (400); what it means by that is not documented.
 * - `failed`: attempted, and not known to have taken effect.
 * - `skipped`: not attempted, because something before it failed.
 * - `not_attempted`: the run stopped before its turn.
 */
export type Outcome =
  | { readonly kind: 'done' | 'confirmed' | 'absent' }
  | { readonly kind: 'rejected' | 'failed' | 'skipped' | 'not_attempted'; readonly why: string }

export interface Result {
  readonly action: Action
  readonly outcome: Outcome
  /** Requests for the effect; reads are not counted. */
  readonly attempts: number
  /** Of an accept or deny that failed: no answer said whether it took effect, so that a later read may. */
  readonly unclear?: boolean
  /** Of the last answer, where there was one. */
  readonly status: number | null
}

/** `bug`: in no report, for the run rejects; it stops the other workers. */
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

/** Why a run ended before its plan did. */
export interface Stop {
  readonly reason: StopReason
  readonly message: string
}

/** An action that was reported as done, and that the final read does not show. */
export interface Mismatch {
  readonly address: string
  readonly wanted: string
  /** Null where the API no longer lists the invitation. */
  readonly found: string | null
}

export type Verification =
  | { readonly kind: 'verified'; readonly count: number }
  | { readonly kind: 'differs'; readonly mismatches: readonly Mismatch[] }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'not_needed' | 'interrupted' }

export interface Report {
  /** One for each action, in the order of the plan. */
  readonly results: readonly Result[]
  readonly stop: Stop | null
  /** A run all of whose removals are `absent` is complete too. */
  readonly acceptAbsent?: boolean
  readonly verification: Verification
}

/** What keeps a run from being complete, as codes. */
export type RunCode =
  | `action_${Exclude<Outcome['kind'], 'done' | 'confirmed'>}`
  | `stopped_${StopReason}`
  | `not_verified_${Exclude<Verification['kind'], 'verified' | 'not_needed'>}`
  | 'nobody_removed'

/** Null for what took effect. */
export const runCode = ({ kind }: Outcome): RunCode | null =>
  kind === 'done' || kind === 'confirmed' ? null : `action_${kind}`

export const succeeded = ({ outcome }: Result): boolean =>
  outcome.kind === 'done' || outcome.kind === 'confirmed' || outcome.kind === 'absent'

/**
 * Whether the run removed nobody, for the API knew none of them: a credential that may not see them gets the same answers. Who was
 * deleted in Keycloak was there, and is gone.
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

/** Whether every action took effect, nothing contradicts it, and absences are not all that there is to show for removals. */
export const isComplete = (report: Report): boolean =>
  report.stop === null &&
  report.results.every(succeeded) &&
  ['verified', 'not_needed'].includes(report.verification.kind) &&
  (report.acceptAbsent === true || !allAbsent(report))
