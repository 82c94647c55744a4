import type { Clouds, ObservedCloud } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'
import type { Invitation } from '../model/invitation.js'
import { placeText } from '../model/problem.js'
import { byCodeUnit } from '../model/text.js'
import type { AccessRow, AccessStatus } from './access-review.js'
import { type Access, type AccessInput, type Explain, explainAccess } from './explain-access.js'

/** Takes live invitations one by one, and keeps what a row needs of those that give access. */
export interface AccessFinder {
  observe(invitation: Invitation): void
  /** Call once. `clouds`: null if they were not read. */
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
 * Marks members' accepted invitations. A member without one, or without one for their role, gets a separate row.
 * Invitations do not distinguish between clouds with the same name.
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

const text = (value: string | number | null): string => (value === null ? '' : String(value))

/** Orders rows by the access that they are about; equal for two rows about the same access. */
const compareAccess = (a: AccessRow, b: AccessRow): number =>
  byCodeUnit(a.key, b.key) ||
  byCodeUnit(a.cloud, b.cloud) ||
  byCodeUnit(text(a.project), text(b.project)) ||
  byCodeUnit(text(a.cloud_role), text(b.cloud_role)) ||
  byCodeUnit(text(a.project_role), text(b.project_role))

const STATUS_ORDER: Readonly<Record<AccessStatus, number>> = { member: 0, accepted: 1, invited: 2 }

/** Of several invitations for one access, one that a rule accepts explains it; ties are broken by visible facts. */
const betterFirst = (a: AccessRow, b: AccessRow): number =>
  Number(isInDoubt(a)) - Number(isInDoubt(b)) ||
  a.findings.length - b.findings.length ||
  STATUS_ORDER[a.status] - STATUS_ORDER[b.status] ||
  byCodeUnit(placeOf(a), placeOf(b)) ||
  byCodeUnit(a.email, b.email)

const isInDoubt = ({ findings }: AccessRow): boolean =>
  findings.includes('unexplained') || findings.includes('denied-now')

const placeOf = ({ rule }: AccessRow): string => (rule === null ? '' : placeText(rule))

/** One row per person, cloud, project and role, in order. Sorts its input in place. */
export function mergeRows(rows: AccessRow[]): readonly AccessRow[] {
  rows.sort((a, b) => compareAccess(a, b) || betterFirst(a, b))
  return rows.filter((row, index) => {
    const before = rows[index - 1]
    return before === undefined || compareAccess(before, row) !== 0
  })
}
