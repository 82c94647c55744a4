import type { Action, OverruledRef, RuleRef, UserView } from './action.js'
import type { RefusalCode, WarningCode } from './codes.gen.js'
import type { InvitationView } from './invitation.js'
import type { KeycloakConfig, StateConfig } from './manifest.js'
import type { Problem } from './problem.js'

export interface Warning {
  readonly code: WarningCode
  readonly message: string
  readonly address: string | null
  readonly rule: RuleRef | null
}

export type GuardName = 'maxAccepts' | 'maxDenials' | 'maxRemovals' | 'maxCloudsLost'

/** The code of a guard that a plan exceeds. */
export const GUARD_CODES = {
  maxAccepts: 'max_accepts',
  maxDenials: 'max_denials',
  maxRemovals: 'max_removals',
  maxCloudsLost: 'max_clouds_lost',
} as const satisfies Record<GuardName, RefusalCode>

/** Why apply will refuse the whole plan. */
export type Refusal =
  | {
      readonly kind: 'protected'
      readonly code: 'protected'
      readonly address: string
      readonly email: string
      readonly pattern: string
      /** `file:line:column`, `--protect` or `GUESTLIST_PROTECT`. */
      readonly protected_by: string
      readonly rule: RuleRef
      readonly message: string
    }
  | {
      readonly kind: 'guard'
      readonly code: RefusalCode
      readonly guard: GuardName
      readonly planned: number
      readonly limit: number
      readonly message: string
    }

/** An invitation or user that needs no change; kept only on request. */
export interface Unchanged {
  readonly address: string
  readonly before: InvitationView | UserView
  readonly why:
    | 'already_right'
    | 'unmatched'
    | 'no_rule'
    | 'accepted_but_denied'
    | 'unknown_status'
    | 'not_targeted'
    | 'no_removals'
    | 'not_yet'
    | 'protected'
  readonly rule: RuleRef | null
  readonly overruled: readonly OverruledRef[]
}

export interface Summary {
  readonly accept: number
  /** How many of those to accept were denied before. */
  readonly denied_before: number
  readonly deny: number
  readonly remove: number
  /** Users to delete in Keycloak; null if none is configured, or it was not searched. */
  readonly keycloak: number | null
  /** Already as decided. */
  readonly unchanged: number
  /** Pending invitations left alone because no rule matches. */
  readonly unmatched: number
  /** Invitations read. */
  readonly invitations: number
  readonly warnings: number
  readonly refused: number
}

/** Somebody whose signature of a plan's digest counts. */
export interface Approver {
  /** The name in the signers file; several, separated by commas, if the key is listed for several. */
  readonly principal: string
  /** The key's fingerprint, `SHA256:…`. */
  readonly key: string
}

export interface Approvals {
  /** How many the plan needs before it may be applied. */
  readonly required: number
  /** Who approved it; null if that was not checked. Never part of a saved plan. */
  readonly approvers: readonly Approver[] | null
}

/** Changes left out of a plan by options or a date, counted by reason. */
export interface LeftOut {
  readonly targets: number
  readonly no_removals: number
  /** Removals whose `from` is still to come. */
  readonly from: number
}

export const totalLeftOut = ({ targets, no_removals, from }: LeftOut): number => targets + no_removals + from

/** The state that a plan was made from, and how much it remembers. */
export interface StateRead {
  /** Path, address or snapshot, for people. */
  readonly description: string
  /** The number of removals; null if there is no state yet. */
  readonly remembered: number | null
  /** The state's lineage, so that a saved plan is not applied under another state; null if none, or unknown. */
  readonly lineage: string | null
}

/** Where a plan or report comes from. Not part of the digest, since it does not affect what is done. */
export interface Provenance {
  /** guestlist's version. */
  readonly guestlist: string
  readonly api_url: string
  readonly read: {
    readonly source: 'api' | 'snapshot'
    /** RFC 3339, UTC: when the API was read. */
    readonly at: string
    /** The snapshot's path as given; null for the API. */
    readonly snapshot: string | null
    /** From then to the time of the plan. */
    readonly age_seconds: number
  }
  readonly manifest: readonly { readonly file: string /** 64 hex digits. */; readonly sha256: string }[]
  /** Null outside CI. */
  readonly ci: { readonly commit: string | null; readonly run: string | null } | null
}

/** A Keycloak realm, as the manifest names it. */
export type KeycloakRef = Pick<KeycloakConfig, 'url' | 'realm' | 'alias'>

/** What apply would do. Actions are in the order of execution: denials, accepts, removals. */
export interface Plan {
  readonly apiUrl: string
  /** RFC 3339, UTC: the time at which `from` and `until` were evaluated. */
  readonly timestamp: string
  readonly actions: readonly Action[]
  readonly unchanged: readonly Unchanged[]
  readonly warnings: readonly Warning[]
  readonly refused: readonly Refusal[]
  /** Contradictions that only the live state reveals; a plan with one cannot be applied. */
  readonly problems: readonly Problem[]
  /** False if options narrowed the plan (targets, no removals), so that applying it may leave something to do. */
  readonly complete: boolean
  readonly summary: Summary
  /** Rules in force that match no invitation at all. */
  readonly unusedRules: readonly OverruledRef[]
  readonly leftOut: LeftOut
  /** Where this plan's removals will be remembered. */
  readonly state: StateConfig
  readonly approvals: Approvals
  /** The Keycloak searched for leftovers; null if the manifest names none, or it was not searched. */
  readonly keycloak: KeycloakRef | null
  /** Null for a plan made by the library, which reads no state. */
  readonly stateRead: StateRead | null
  readonly provenance: Provenance | null
  /** `sha256:` and 64 hex digits, over the API address and the actions. */
  readonly digest: string
}
