import type { Action, OverruledRef, RuleRef, UserView } from './action.js'
import type { InvitationView } from './invitation.js'
import type { KeycloakConfig, StateConfig } from './manifest.js'
import type { Problem } from './problem.js'

export type WarningCode =
  | 'approval_not_counted'
  | 'expired_rule'
  | 'accepted_but_denied' // decided deny, already accepted: cannot be taken back
  | 'unknown_status'
  | 'unknown_role'
  | 'admin_rights'
  | 'clouds_lost'
  | 'invited_only' // a cloud is lost although people are invited to it
  | 'emptied_together' // a cloud is lost because all of its members are removed
  | 'returned'
  | 'left_in_keycloak' // Keycloak holds somebody of the address who is not to be touched
  | 'keycloak_not_read' // planned from a snapshot, which does not hold it
  | 'removal_coming' // its `from` is a day to come
  | 'removed_before' // listed anew, but an earlier removal is remembered, so that nothing is done
  | 'target_without_change'

export interface Warning {
  readonly code: WarningCode
  readonly message: string
  readonly address: string | null
  readonly rule: RuleRef | null
}

export type GuardName = 'maxAccepts' | 'maxDenials' | 'maxRemovals' | 'maxCloudsLost'

/** A guard that a plan goes over, as a code. */
export const GUARD_CODES = {
  maxAccepts: 'max_accepts',
  maxDenials: 'max_denials',
  maxRemovals: 'max_removals',
  maxCloudsLost: 'max_clouds_lost',
} as const satisfies Record<GuardName, string>

export type RefusalCode = 'protected' | (typeof GUARD_CODES)[GuardName]

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

/** An invitation or user that needs nothing, kept only where it is asked for. */
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
  /** Of those to accept: denied before. */
  readonly denied_before: number
  readonly deny: number
  readonly remove: number
  /** To delete in Keycloak; null where the manifest names none, or it was not looked at. */
  readonly keycloak: number | null
  /** Decided, and already so. */
  readonly unchanged: number
  /** Pending invitations that no rule matches and that are left alone. */
  readonly unmatched: number
  /** Invitations read. */
  readonly invitations: number
  readonly warnings: number
  readonly refused: number
}

/** Somebody whose signature over a plan's digest counts. */
export interface Approver {
  /** As the signers file names them; several, separated by commas, where their key is listed for several. */
  readonly principal: string
  /** The key's fingerprint, `SHA256:…`. */
  readonly key: string
}

export interface Approvals {
  /** How many the plan needs before it is applied; 0 where none. */
  readonly required: number
  /** Who approved it; null where that was not looked at. A saved plan never says. */
  readonly approvers: readonly Approver[] | null
}

/** Changes that a plan would hold but for options or a date, by what left them out. */
export interface LeftOut {
  readonly targets: number
  readonly no_removals: number
  /** Removals whose `from` is still to come. */
  readonly from: number
}

export const totalLeftOut = ({ targets, no_removals, from }: LeftOut): number => targets + no_removals + from

/** Which state a plan was made from, and how much it remembers. */
export interface StateRead {
  /** Path, address or snapshot, for people. */
  readonly description: string
  /** Removals; null where there is no state yet. */
  readonly remembered: number | null
  /** Of the state file, so that a saved plan is not applied under another one; null where there is none or it is not known. */
  readonly lineage: string | null
}

/** Where a plan or report comes from; outside the digest, for it says nothing of what is done. */
export interface Provenance {
  /** guestlist's version. */
  readonly guestlist: string
  readonly api_url: string
  readonly read: {
    readonly source: 'api' | 'snapshot'
    /** RFC 3339, UTC: when it was read from the API. */
    readonly at: string
    /** The snapshot's name, as it was given; null for the API. */
    readonly snapshot: string | null
    /** From then to the clock of the plan. */
    readonly age_seconds: number
  }
  readonly manifest: readonly { readonly file: string /** 64 hex digits. */; readonly sha256: string }[]
  /** Null outside CI. */
  readonly ci: { readonly commit: string | null; readonly run: string | null } | null
}

/** A Keycloak realm, as the manifest names it. */
export type KeycloakRef = Pick<KeycloakConfig, 'url' | 'realm' | 'alias'>

/** What apply would do, as a value. Its order is the order of execution: denials, accepts, removals. */
export interface Plan {
  readonly apiUrl: string
  /** RFC 3339, UTC: the clock that decided `until`. */
  readonly timestamp: string
  readonly actions: readonly Action[]
  readonly unchanged: readonly Unchanged[]
  readonly warnings: readonly Warning[]
  readonly refused: readonly Refusal[]
  /** Contradictions that only the live state shows; a plan with one cannot be applied. */
  readonly problems: readonly Problem[]
  /** False where options narrowed the plan (targets, no removals), so that applying it may leave something to do. */
  readonly complete: boolean
  readonly summary: Summary
  /** Rules in force that match no invitation at all, as written. */
  readonly unusedRules: readonly OverruledRef[]
  readonly leftOut: LeftOut
  /** Where the removals of this plan are to be remembered. */
  readonly state: StateConfig
  readonly approvals: Approvals
  /** Where leftovers were looked for; null where the manifest names no Keycloak, or it was not looked at. */
  readonly keycloak: KeycloakRef | null
  /** Null for a plan made by the library, which reads no state. */
  readonly stateRead: StateRead | null
  readonly provenance: Provenance | null
  /** `sha256:` and 64 hex digits, over the API address and the actions. */
  readonly digest: string
}
