import { type Invitation, type InvitationView, viewOf } from '../model/invitation.js'
import type { Action, Plan, UserView } from '../model/plan.js'
import type { RemovalRecords } from '../model/state.js'
import { canonicalJson, emailKey } from '../model/text.js'
import { IdSet } from './id-set.js'
import { trackUsers } from './users.js'

/** What the live state holds now of that which a plan acts on. */
export interface Tracked {
  /** Null where the API no longer lists the invitation. */
  live(action: Action): InvitationView | UserView | null
  /** Invitations listed more than once: nothing that is said of them can be relied on. */
  readonly duplicates: readonly number[]
}

export interface Tracker {
  observe(invitation: Invitation): void
  finish(records: RemovalRecords): Tracked
}

/** Follows the invitations and users of a plan through a fresh list; keeps nothing else. */
export function trackPlan({ actions }: Pick<Plan, 'actions'>): Tracker {
  const planned = new Set(actions.flatMap(action => (action.action === 'remove' ? [] : [action.before.id])))
  const keys = new Map(
    actions.flatMap(action =>
      action.action === 'remove' ? [[emailKey(action.before.email), action.before.email] as const] : [],
    ),
  )
  const invitations = new Map<number, InvitationView>()
  const accepted: Invitation[] = []
  const seen = new IdSet()
  const duplicates: number[] = []
  return {
    observe(invitation) {
      if (seen.has(invitation.id)) duplicates.push(invitation.id)
      seen.add(invitation.id)
      if (planned.has(invitation.id)) invitations.set(invitation.id, viewOf(invitation))
      if (keys.size > 0 && viewOf(invitation).status === 'accepted' && keys.has(emailKey(invitation.email)))
        accepted.push(invitation)
    },
    finish(records) {
      const users = trackUsers(keys.keys(), records)
      for (const invitation of accepted) users.observeAccepted(emailKey(invitation.email), invitation)
      return {
        duplicates,
        live: ({ action, before }) => {
          if (action === 'remove' && 'recorded' in before) return users.view(before.email, emailKey(before.email))
          return 'id' in before ? (invitations.get(before.id) ?? null) : null
        },
      }
    },
  }
}

/** A planned item that is no longer as it was planned from. */
export interface Drift {
  readonly address: string
  readonly planned: InvitationView | UserView
  readonly live: InvitationView | UserView | null
}

/** Every difference counts, not the status alone: what was approved is all that was shown. */
export function findDrift({ actions }: Pick<Plan, 'actions'>, tracked: Tracked): readonly Drift[] {
  return actions.flatMap(action => {
    const live = tracked.live(action)
    const same = live !== null && canonicalJson(live) === canonicalJson(action.before)
    return same ? [] : [{ address: action.address, planned: action.before, live }]
  })
}
