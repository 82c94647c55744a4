import type { Loss } from './clouds.js'
import type { InvitationView } from './invitation.js'
import type { Effect } from './manifest.js'
import type { Place } from './problem.js'

/** A rule in the plan document: where it is, what it is called and why it is there. Removals have no name and no owner. */
export interface RuleRef extends Place {
  readonly name: string | null
  readonly owner: string | null
  readonly reason: string | null
}

/** A rule with what it says. As `overruled`: one that matched, but spoke less strongly and for something else. */
export interface OverruledRef extends RuleRef {
  readonly effect: Effect
}

/** What an action makes of a status. */
export const STATUS_AFTER = { accept: 'accepted', deny: 'denied' } as const

export const ACTION_REASONS = [
  'accept_by_rule',
  'accept_by_unmatched',
  'deny_by_rule',
  'deny_by_unmatched',
  'deny_by_removal',
  'remove_by_rule',
  'remove_returned',
  'delete_leftover',
] as const

export type ActionReason = (typeof ACTION_REASONS)[number]

interface ActionFacts {
  readonly why: ActionReason
  /** For `…_by_unmatched`, the place of the `unmatched` key. */
  readonly rule: RuleRef
  readonly overruled: readonly OverruledRef[]
}

/** Accept or deny of one invitation. */
export interface InvitationAction extends ActionFacts {
  readonly action: Effect
  /** `bimdata_invitation.ID` */
  readonly address: string
  readonly before: InvitationView
  /** The address of the removal that implies this denial. */
  readonly impliedBy: string | null
}

/** What a removal was planned from. */
export interface UserView {
  /** As it is sent to the API: as the manifest spells it, or a live accepted invitation where only the case differs. */
  readonly email: string
  /** What the state remembered of an earlier removal. */
  readonly recorded: 'removed' | 'absent' | null
  /** Ids, ascending. */
  readonly accepted_invitations: readonly number[]
  /** Names of the clouds of those invitations, each once, in code-unit order. */
  readonly clouds: readonly string[]
}

export interface RemovalAction extends ActionFacts {
  readonly action: 'remove'
  /** `bimdata_user.KEY`, KEY in the form of `emailKey`. */
  readonly address: string
  readonly before: UserView
  readonly impliedBy: null
  /** Null where it was not looked at. */
  readonly loss: Loss | null
}

/** A user to remove who is still in Keycloak, and is deleted there after the API's removal. */
export interface LeftoverAction extends ActionFacts {
  readonly action: 'delete'
  /** `keycloak_user.KEY`, KEY in the form of `emailKey`. */
  readonly address: string
  readonly before: KeycloakUser
  /** The address of the user at the API, whether or not this plan removes them there. */
  readonly impliedBy: string
}

export type Action = InvitationAction | RemovalAction | LeftoverAction

export const isInvitationAction = (action: Action): action is InvitationAction =>
  action.action === 'accept' || action.action === 'deny'

/** Whether somebody's account goes, at the API or in Keycloak. */
export const isAccountRemoval = ({ action }: Pick<Action, 'action'>): boolean =>
  action === 'remove' || action === 'delete'

/** A user of Keycloak as a plan shows them: what a deletion is approved on, and compared with before it is done. */
export interface KeycloakUser {
  readonly id: string
  readonly username: string
  /** As Keycloak spells it; empty where there is none. */
  readonly email: string
  /** RFC 3339, UTC; null where Keycloak does not say. */
  readonly created_at: string | null
  /** Aliases of the identity providers that they came through, in code-unit order. */
  readonly identities: readonly string[]
  /** Of an LDAP federation: the id of its component. */
  readonly federation_link: string | null
  readonly service_account: boolean
}
