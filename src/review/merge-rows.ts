import { byCodeUnit } from '../model/text.js'
import type { AccessRow, AccessStatus } from './review.js'

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

const placeOf = ({ rule }: AccessRow): string => (rule === null ? '' : `${rule.file}:${rule.line}:${rule.column}`)

/** One row for each person, cloud, project and role, in order. Sorts what it is given. */
export function mergeRows(rows: AccessRow[]): readonly AccessRow[] {
  rows.sort((a, b) => compareAccess(a, b) || betterFirst(a, b))
  return rows.filter((row, index) => {
    const before = rows[index - 1]
    return before === undefined || compareAccess(before, row) !== 0
  })
}
