import type { RemovalAction, UserView } from '../model/action.js'
import type { Invitation } from '../model/invitation.js'
import type { Protection, Removal } from '../model/manifest.js'
import type { Refusal } from '../model/plan.js'
import type { RemovalRecord, RemovalRecords } from '../model/removal-record.js'
import { byCodeUnit } from '../model/text.js'
import { ruleRef } from './decide.js'
import { protectionRefusal } from './protect.js'
import { userAddress } from './resource-address.js'

/** Collects what removals are planned from: the accepted invitations of the users to remove. */
export interface UserTracker {
  observeAccepted(key: string, invitation: Invitation): void
  view(email: string, key: string): UserView
}

export function trackUsers(keys: Iterable<string>, records: RemovalRecords): UserTracker {
  const accepted = new Map<string, Map<number, Pick<Invitation, 'email' | 'cloud_name'>>>()
  for (const key of keys) accepted.set(key, new Map())
  return {
    observeAccepted: (key, { id, email, cloud_name }) => accepted.get(key)?.set(id, { email, cloud_name }),
    view(email, key) {
      const invitations = [...(accepted.get(key) ?? [])].sort(([a], [b]) => a - b)
      return {
        email: spelledAs(
          email,
          invitations.map(([, one]) => one.email),
        ),
        recorded: records.get(key)?.outcome ?? null,
        accepted_invitations: invitations.map(([id]) => id),
        clouds: [...new Set(invitations.map(([, { cloud_name }]) => cloud_name))].sort(byCodeUnit),
      }
    },
  }
}

/**
 * The API may distinguish spellings that the manifest does not. Where only the case differs, a live spelling is used,
 * unless the given one is live too.
 */
function spelledAs(email: string, live: readonly string[]): string {
  const folded = email.toLowerCase()
  return live.includes(email) ? email : (live.find(one => one.toLowerCase() === folded) ?? email)
}

export type UserDecision =
  | { readonly kind: 'remove'; readonly action: RemovalAction; readonly returned: boolean }
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  | { readonly kind: 'keep' }

/**
 * | recorded as removed? | protected? | what is done |
 * | --- | --- | --- |
 * | no | no | remove |
 * | no | yes | refused, and with it the whole plan |
 * | yes | either | nothing; but if an invitation has been accepted since the removal, as if not recorded |
 */
export function decideUser(
  removal: Removal,
  view: UserView,
  record: RemovalRecord | undefined,
  protection: Protection | null,
): UserDecision {
  const returned = record ? view.accepted_invitations.some(id => !record.accepted_invitations.includes(id)) : false
  if (record && !returned) return { kind: 'keep' }
  if (protection) {
    const { key, email } = removal
    return {
      kind: 'refuse',
      refusal: protectionRefusal({ address: userAddress(key), email, rule: ruleRef(removal) }, protection),
    }
  }
  return {
    kind: 'remove',
    returned,
    action: {
      action: 'remove',
      address: userAddress(removal.key),
      before: view,
      why: returned ? 'remove_returned' : 'remove_by_rule',
      rule: ruleRef(removal),
      overruled: [],
      impliedBy: null,
      loss: null,
    },
  }
}
