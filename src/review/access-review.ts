import type { RuleRef } from '../model/action.js'
import type { Unread } from '../model/clouds.js'
import type { Role } from '../model/invitation.js'
import type { Provenance } from '../model/plan.js'

/** What an auditor should know about an access, in the order used everywhere. */
export const FINDINGS = {
  unexplained: 'no rule accepts it',
  'denied-now': 'a rule denies it now',
  'to-be-removed': 'the manifest removes the user',
  'removed-but-present': 'the user was removed, and is back or still there',
  admin: 'administrator rights',
  'ends-soon': 'the rule or the stay ends soon',
  'member-without-invitation': 'a member of the cloud, of whom no accepted invitation is known',
} as const

export type AccessFinding = keyof typeof FINDINGS

export const FINDING_CODES = Object.keys(FINDINGS) as readonly AccessFinding[]

/**
 * - `member`: seen among the cloud's members
 * - `accepted`: has an accepted invitation, but was not seen among the members
 * - `invited`: listed among the members, but has not joined yet
 */
export type AccessStatus = 'member' | 'accepted' | 'invited'

/** Somebody's access to a cloud, or to one of its projects. Strings are the API's: renderers escape them. */
export interface AccessRow {
  /** As first spelled. */
  readonly email: string
  /** Its `emailKey`. */
  readonly key: string
  readonly cloud: string
  readonly cloud_role: Role | number | null
  readonly project: string | null
  readonly project_role: Role | number | null
  readonly status: AccessStatus
  /** The rule that decides it: one that accepts, or for `denied-now` one that denies. */
  readonly rule: RuleRef | null
  /** The last day of the access, `YYYY-MM-DD`, if known. */
  readonly ends: string | null
  readonly findings: readonly AccessFinding[]
}

export type FindingCounts = Readonly<Record<AccessFinding, number>>

export interface OwnerSummary {
  /** Null for accesses without an owner. */
  readonly owner: string | null
  readonly rows: number
  readonly findings: FindingCounts
}

/** Which clouds' members could be seen. */
export interface CloudsSeen {
  readonly seen: number
  readonly unknown: readonly { readonly id: number | null; readonly name: string | null; readonly why: Unread }[]
  readonly complete: boolean
}

export interface ReviewSummary {
  readonly rows: number
  readonly people: number
  readonly findings: FindingCounts
  /** Sorted by name, those without an owner last. */
  readonly owners: readonly OwnerSummary[]
  /** Null if they were not read. */
  readonly clouds: CloudsSeen | null
}

export interface Review {
  readonly provenance: Provenance
  readonly summary: ReviewSummary
  /** Sorted by address, cloud, project and roles. */
  readonly rows: readonly AccessRow[]
}
