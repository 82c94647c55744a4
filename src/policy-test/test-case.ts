import type { Invitation } from '../model/invitation.js'
import type { Place } from '../model/problem.js'
import type { RemovalRecords } from '../model/state.js'

/** What becomes of an invitation; `untouched`: this version does not know its status. */
export const INVITATION_OUTCOMES = ['accept', 'deny', 'nothing', 'untouched', 'contradiction'] as const
export type InvitationOutcome = (typeof INVITATION_OUTCOMES)[number]

export const USER_OUTCOMES = ['remove', 'nothing'] as const
export type UserOutcome = (typeof USER_OUTCOMES)[number]

export const COUNTED = ['accept', 'deny', 'remove'] as const

/** The winning rule that a test names: where it is, and as the test names it. */
export interface By {
  readonly text: string
  readonly at: Place
}

export type Expectation =
  | { readonly kind: 'invitation'; readonly id: number; readonly outcome: InvitationOutcome; readonly by: By | null }
  | { readonly kind: 'user'; readonly email: string; readonly outcome: UserOutcome }
  | { readonly kind: 'count'; readonly action: (typeof COUNTED)[number]; readonly count: number }
  | { readonly kind: 'refused'; readonly refused: boolean }

/** A test as it is run. */
export interface TestCase {
  readonly name: string
  /** Where its mapping begins. */
  readonly at: Place
  /** The day of its file; null where the file names none. */
  readonly today: Date | null
  readonly invitations: readonly Invitation[]
  readonly records: RemovalRecords
  readonly expectations: readonly (Expectation & { readonly subject: string })[]
}
