import type { Clouds, ObservedCloud } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'
import type { Invitation } from '../model/invitation.js'
import { placeText } from '../model/problem.js'
import { byCodeUnit } from '../model/text.js'
import type { AccessRow, AccessStatus } from './access-review.js'
import { type Access, type AccessInput, type Explain, explainAccess } from './explain-access.js'

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

const text = (value: string | number | null): string => (value === null ? '' : String(value))

/** What a row is about: equal for two rows of one access. */
const compareAccess = (a: AccessRow, b: AccessRow): number =>
  byCodeUnit(a.key, b.key) ||
  byCodeUnit(a.cloud, b.cloud) ||
  byCodeUnit(text(a.project), text(b.project)) ||
  byCodeUnit(text(a.cloud_role), text(b.cloud_role)) ||
  byCodeUnit(text(a.project_role), text(b.project_role))

const STATUS_ORDER: Readonly<Record<AccessStatus, number>> = { member: 0, accepted: 1, invited: 2 }

/** Of several invitations to one access the one that a rule accepts explains it; then the order is settled by what is seen. */
const betterFirst = (a: AccessRow, b: AccessRow): number =>
  Number(isInDoubt(a)) - Number(isInDoubt(b)) ||
  a.findings.length - b.findings.length ||
  STATUS_ORDER[a.status] - STATUS_ORDER[b.status] ||
  byCodeUnit(placeOf(a), placeOf(b)) ||
  byCodeUnit(a.email, b.email)

const isInDoubt = ({ findings }: AccessRow): boolean =>
  findings.includes('unexplained') || findings.includes('denied-now')

const placeOf = ({ rule }: AccessRow): string => (rule === null ? '' : placeText(rule))

/** One row for each person, cloud, project and role, in order. Sorts what it is given. */
export function mergeRows(rows: AccessRow[]): readonly AccessRow[] {
  rows.sort((a, b) => compareAccess(a, b) || betterFirst(a, b))
  return rows.filter((row, index) => {
    const before = rows[index - 1]
    return before === undefined || compareAccess(before, row) !== 0
  })
}
