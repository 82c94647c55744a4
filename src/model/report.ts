import type { Action } from './plan.js'

/**
 * How one action ended.
 * - `done`: the API said so.
 * - `confirmed`: its answer did not come; a read showed that it took effect.
 * - `absent`: a removal of a user whom the API did not know at the first try.
 * - `failed`: attempted, and not known to have taken effect.
 * - `skipped`: not attempted, because something before it failed.
 * - `not_attempted`: the run stopped before its turn.
 */
export type Outcome =
  | { readonly kind: 'done' | 'confirmed' | 'absent' }
  | { readonly kind: 'failed' | 'skipped' | 'not_attempted'; readonly why: string }

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
  readonly verification: Verification
}

export const succeeded = ({ outcome }: Result): boolean =>
  outcome.kind === 'done' || outcome.kind === 'confirmed' || outcome.kind === 'absent'

/** Whether every action took effect and nothing contradicts it. */
export const isComplete = ({ results, stop, verification }: Report): boolean =>
  stop === null && results.every(succeeded) && ['verified', 'not_needed'].includes(verification.kind)
