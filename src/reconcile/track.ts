import { type Action, isInvitationAction, type UserView } from '../model/action.js'
import { emailKey } from '../model/email-address.js'
import { type Invitation, type InvitationView, viewOf } from '../model/invitation.js'
import { canonicalJson } from '../model/json.js'
import type { Plan } from '../model/plan.js'
import type { RemovalRecords } from '../model/state.js'
import { IdSet } from './id-set.js'
import { invitationAddress } from './resource-address.js'
import { trackUsers } from './users.js'

/** What the live state holds now of that which a plan acts on. */
export interface Tracked {
  /** Null where the API no longer lists the invitation. */
  live(action: Action): InvitationView | UserView | null
  /** Pending invitations of users to remove that the plan does not deny: they are new, and would bring the user back. */
  readonly unplanned: readonly InvitationView[]
  /** Invitations listed more than once: nothing that is said of them can be relied on. */
  readonly duplicates: readonly number[]
}

export interface Tracker {
  observe(invitation: Invitation): void
  finish(records: RemovalRecords): Tracked
}

/** Follows the invitations and users of a plan through a fresh list; keeps nothing else. */
export function trackPlan({ actions }: Pick<Plan, 'actions'>): Tracker {
  const planned = new Set(actions.flatMap(action => (isInvitationAction(action) ? [action.before.id] : [])))
  const keys = new Map(
    actions.flatMap(action =>
      action.action === 'remove' ? [[emailKey(action.before.email), action.before.email] as const] : [],
    ),
  )
  const invitations = new Map<number, InvitationView>()
  const accepted: Invitation[] = []
  const unplanned: InvitationView[] = []
  const seen = new IdSet()
  const duplicates: number[] = []
  return {
    observe(invitation) {
      if (seen.has(invitation.id)) duplicates.push(invitation.id)
      seen.add(invitation.id)
      if (planned.has(invitation.id)) invitations.set(invitation.id, viewOf(invitation))
      if (keys.size === 0 || !keys.has(emailKey(invitation.email))) return
      const { status } = invitation
      if (status === 'accepted') accepted.push(invitation)
      if (status === 'pending' && !planned.has(invitation.id)) unplanned.push(viewOf(invitation))
    },
    finish(records) {
      const users = trackUsers(keys.keys(), records)
      for (const invitation of accepted) users.observeAccepted(emailKey(invitation.email), invitation)
      return {
        duplicates,
        unplanned: unplanned.sort((a, b) => a.id - b.id),
        live: ({ action, before }) => {
          if (action === 'remove' && 'recorded' in before) return users.view(before.email, emailKey(before.email))
          return 'status' in before ? (invitations.get(before.id) ?? null) : null
        },
      }
    },
  }
}

/** A planned item that is no longer as it was planned from, or one that a new plan would deny with a removal. */
export interface Drift {
  readonly address: string
  /** Null for what is new. */
  readonly planned: InvitationView | UserView | null
  readonly live: InvitationView | UserView | null
}

/** Every difference counts, not the status alone: what was approved is all that was shown. */
export function findDrift({ actions }: Pick<Plan, 'actions'>, tracked: Tracked): readonly Drift[] {
  // What Keycloak holds is compared where it is read.
  const changed = actions.flatMap(action => {
    if (action.action === 'delete') return []
    const live = tracked.live(action)
    const same = live !== null && canonicalJson(live) === canonicalJson(action.before)
    return same ? [] : [{ address: action.address, planned: action.before, live }]
  })
  const added = tracked.unplanned.map(view => ({ address: invitationAddress(view.id), planned: null, live: view }))
  return [...changed, ...added]
}
