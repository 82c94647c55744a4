import type { Clouds, ObservedCloud } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'
import type { Invitation } from '../model/invitation.js'
import { type Access, type AccessInput, type Explain, explainAccess } from './explain-access.js'
import { mergeRows } from './merge-rows.js'
import type { AccessRow } from './review.js'

/** Takes the live invitations one by one, and keeps of those that give access what a row needs. */
export interface AccessFinder {
  observe(invitation: Invitation): void
  /** To be called once. `clouds`: null where they were not looked at. */
  finish(clouds: Clouds | null): readonly AccessRow[]
}

export function findAccess(input: AccessInput): AccessFinder {
  const explain = explainAccess(input)
  const byCloud = new Map<string, Access[]>()
  return {
    observe(invitation) {
      if (invitation.status !== 'accepted') return
      const access = explain.invitation(invitation, emailKey(invitation.email))
      const list = byCloud.get(access.cloud)
      if (list) list.push(access)
      else byCloud.set(access.cloud, [access])
    },
    finish(clouds) {
      const rows: AccessRow[] = []
      for (const cloud of clouds?.clouds ?? []) addMembers(cloud, byCloud.get(cloud.name) ?? [], explain, rows)
      for (const [cloud, list] of byCloud) {
        for (const access of list) {
          const row = explain.row(access)
          if (row !== null) rows.push(row)
        }
        byCloud.delete(cloud)
      }
      return mergeRows(rows)
    },
  }
}

/**
 * Marks the accepted invitations of who is a member. A row of its own has a member of whom there is none, or none with the role
 * that they have. Two clouds of one name cannot be told apart by an invitation.
 */
function addMembers(
  { name, members }: ObservedCloud,
  accepted: readonly Access[],
  explain: Explain,
  rows: AccessRow[],
) {
  const invited = new Map<string, Access>()
  for (const access of accepted) {
    access.next = invited.get(access.key) ?? null
    invited.set(access.key, access)
  }
  for (const { id, email, role } of members) {
    const key = emailKey(email)
    const status = id === null ? 'invited' : 'member'
    let known = false
    let sameRole = role === null
    for (let access = invited.get(key) ?? null; access !== null; access = access.next) {
      if (access.status !== 'member') access.status = status
      known = true
      sameRole ||= access.cloud_role === role
    }
    if (!known || !sameRole) rows.push(explain.member({ email, key, cloud: name, role, status, invited: known }))
  }
}
