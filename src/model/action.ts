import type { Loss } from './clouds.js'
import type { InvitationView } from './invitation.js'
import type { Effect } from './manifest.js'
import type { Place } from './problem.js'

/** A rule in the plan document: where it is, its name, its owner and its reason. Removals have no name and no owner. */
export interface RuleRef extends Place {
  readonly name: string | null
  readonly owner: string | null
  readonly reason: string | null
}

/** A rule with its effect. In `overruled`: a weaker rule that matched, with the opposite effect. */
export interface OverruledRef extends RuleRef {
  readonly effect: Effect
}

/** The status after an action. */
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

/** Accepts or denies one invitation. */
export interface InvitationAction extends ActionFacts {
  readonly action: Effect
  /** `bimdata_invitation.ID` */
  readonly address: string
  readonly before: InvitationView
  /** The address of the removal that implies this denial. */
  readonly impliedBy: string | null
}

/** The facts that a removal was planned from. */
export interface UserView {
  /** As sent to the API: the manifest's spelling, or that of a live accepted invitation if only the case differs. */
  readonly email: string
  /** The outcome of an earlier removal, as remembered in the state. */
  readonly recorded: 'removed' | 'absent' | null
  /** Ids, ascending. */
  readonly accepted_invitations: readonly number[]
  /** Names of those invitations' clouds, each once, in code-unit order. */
  readonly clouds: readonly string[]
}

export interface RemovalAction extends ActionFacts {
  readonly action: 'remove'
  /** `bimdata_user.KEY`, where KEY is an `emailKey`. */
  readonly address: string
  readonly before: UserView
  readonly impliedBy: null
  /** Null if it was not examined. */
  readonly loss: Loss | null
}

/** Deletes a user to be removed who is still in Keycloak, after the API's removal. */
export interface LeftoverAction extends ActionFacts {
  readonly action: 'delete'
  /** `keycloak_user.KEY`, where KEY is an `emailKey`. */
  readonly address: string
  readonly before: KeycloakUser
  /** The address of the user at the API, whether or not this plan removes them there. */
  readonly impliedBy: string
}

export type Action = InvitationAction | RemovalAction | LeftoverAction

export const isInvitationAction = (action: Action): action is InvitationAction =>
  action.action === 'accept' || action.action === 'deny'

/** Whether the action deletes somebody's account, at the API or in Keycloak. */
export const isAccountRemoval = ({ action }: Pick<Action, 'action'>): boolean =>
  action === 'remove' || action === 'delete'

/** Counts actions for a plan's summary. */
export function countActions(actions: readonly Action[]) {
  const counts = { accept: 0, denied_before: 0, deny: 0, remove: 0, delete: 0 }
  for (const { action, before } of actions) {
    counts[action]++
    if (action === 'accept' && 'status' in before && before.status === 'denied') counts.denied_before++
  }
  const { delete: _, ...atApi } = counts
  return atApi
}

/** A Keycloak user as a plan shows them: the basis for approving a deletion, compared again before deleting. */
export interface KeycloakUser {
  readonly id: string
  readonly username: string
  /** Keycloak's spelling; empty if there is none. */
  readonly email: string
  /** RFC 3339, UTC; null if Keycloak does not say. */
  readonly created_at: string | null
  /** Aliases of the identity providers that they came through, in code-unit order. */
  readonly identities: readonly string[]
  /** The component id of the user's LDAP federation. */
  readonly federation_link: string | null
  readonly service_account: boolean
}
