import { type Action, isInvitationAction, type UserView } from '../model/action.js'
import { emailKey } from '../model/email-address.js'
import { type Invitation, type InvitationView, viewOf } from '../model/invitation.js'
import { isSameJson } from '../model/json.js'
import type { Plan } from '../model/plan.js'
import type { RemovalRecords } from '../model/removal-record.js'
import { IdSet } from './id-set.js'
import { invitationAddress } from './resource-address.js'
import { trackUsers } from './users.js'

/** The current live state of everything a plan acts on. */
export interface Tracked {
  /** Null if the API no longer lists the invitation. */
  live(action: Action): InvitationView | UserView | null
  /** Pending invitations of users to remove that the plan does not deny: they are new, and could bring the user back. */
  readonly unplanned: readonly InvitationView[]
  /** Ids listed more than once: nothing the API says about them can be relied on. */
  readonly duplicates: readonly number[]
}

export interface Tracker {
  observe(invitation: Invitation): void
  finish(records: RemovalRecords): Tracked
}

/** Follows a plan's invitations and users through a fresh list, and keeps nothing else. */
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

/** A planned item whose live state has changed since, or a new one that a removal would have to deny. */
export interface Drift {
  readonly address: string
  /** Null for a new item. */
  readonly planned: InvitationView | UserView | null
  readonly live: InvitationView | UserView | null
}

/** Every difference counts, not only the status: what was approved is everything that was shown. */
export function findDrift({ actions }: Pick<Plan, 'actions'>, tracked: Tracked): readonly Drift[] {
  // Keycloak's users are compared where they are read.
  const changed = actions.flatMap(action => {
    if (action.action === 'delete') return []
    const live = tracked.live(action)
    const same = live !== null && isSameJson(live, action.before)
    return same ? [] : [{ address: action.address, planned: action.before, live }]
  })
  const added = tracked.unplanned.map(view => ({ address: invitationAddress(view.id), planned: null, live: view }))
  return [...changed, ...added]
}
