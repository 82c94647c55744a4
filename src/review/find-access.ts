import type { Clouds, ObservedCloud } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'
import { type Invitation, roleName } from '../model/invitation.js'
import { type AccessInput, type Explain, explainAccess } from './explain-access.js'
import { mergeRows } from './merge-rows.js'
import type { AccessRow, AccessStatus } from './review.js'

/** Takes the live invitations one by one, and keeps those that give access. */
export interface AccessFinder {
  observe(invitation: Invitation): void
  /** `clouds`: null where they were not looked at. */
  finish(clouds: Clouds | null): readonly AccessRow[]
}

/** An accepted invitation, and whether its user was seen in the cloud. */
interface Accepted {
  readonly invitation: Invitation
  readonly key: string
  status: AccessStatus
}

export function findAccess(input: AccessInput): AccessFinder {
  const explain = explainAccess(input)
  const byCloud = new Map<string, Accepted[]>()
  const names = new Map<string, string>()
  /** Names are few and long-lived: one string for each. */
  const shared = (name: string): string => {
    const known = names.get(name)
    if (known === undefined) names.set(name, name)
    return known ?? name
  }

  return {
    observe(invitation) {
      if (invitation.status !== 'accepted') return
      const cloud_name = shared(invitation.cloud_name)
      const project_name = invitation.project_name === null ? null : shared(invitation.project_name)
      const accepted = { invitation: { ...invitation, cloud_name, project_name }, key: emailKey(invitation.email) }
      const list = byCloud.get(cloud_name)
      if (list) list.push({ ...accepted, status: 'accepted' })
      else byCloud.set(cloud_name, [{ ...accepted, status: 'accepted' }])
    },
    finish(clouds) {
      const rows: AccessRow[] = []
      for (const cloud of clouds?.clouds ?? []) rows.push(...membersRows(cloud, byCloud.get(cloud.name) ?? [], explain))
      for (const list of byCloud.values()) {
        for (const { invitation, key, status } of list) {
          const row = explain.invitation(invitation, key, status)
          if (row !== null) rows.push(row)
        }
        list.length = 0
      }
      return mergeRows(rows)
    },
  }
}

/**
 * Marks the accepted invitations of who is a member. A row of its own has a member of whom there is none, or none with the role
 * that they have. Two clouds of one name cannot be told apart by an invitation.
 */
function membersRows(
  { name, members }: ObservedCloud,
  accepted: readonly Accepted[],
  explain: Explain,
): readonly AccessRow[] {
  const invited = new Map<string, Accepted[]>()
  for (const one of accepted) {
    const list = invited.get(one.key)
    if (list) list.push(one)
    else invited.set(one.key, [one])
  }
  return members.flatMap(member => {
    const key = emailKey(member.email)
    const status = member.id === null ? 'invited' : 'member'
    const known = invited.get(key) ?? []
    for (const one of known) if (one.status !== 'member') one.status = status
    const sameRole = member.role === null || known.some(({ invitation }) => invitation.cloud_role === member.role)
    if (known.length > 0 && sameRole) return []
    const role = member.role === null ? null : roleName(member.role)
    return [explain.member({ email: member.email, key, cloud: name, role, status, invited: known.length > 0 })]
  })
}
