import type { Clouds } from '../model/clouds.js'
import { byCodeUnit } from '../model/text.js'
import {
  type AccessFinding,
  type AccessRow,
  type CloudsSeen,
  FINDING_CODES,
  type FindingCounts,
  type ReviewSummary,
} from './access-review.js'

type FindingTally = Record<AccessFinding, number>

const noCounts = (): FindingTally => ({
  unexplained: 0,
  'denied-now': 0,
  'to-be-removed': 0,
  'removed-but-present': 0,
  admin: 0,
  'ends-soon': 0,
  'member-without-invitation': 0,
})

export function summarize(rows: readonly AccessRow[], clouds: Clouds | null): ReviewSummary {
  const total = noCounts()
  const owners = new Map<string | null, { rows: number; findings: FindingTally }>()
  let people = 0
  let last: string | null = null
  for (const { key, rule, findings } of rows) {
    if (key !== last) people++
    last = key
    const owner = rule?.owner ?? null
    const entry = owners.get(owner) ?? { rows: 0, findings: noCounts() }
    owners.set(owner, entry)
    entry.rows++
    for (const finding of findings) {
      total[finding]++
      entry.findings[finding]++
    }
  }
  return {
    rows: rows.length,
    people,
    findings: total,
    owners: Array.from(owners, ([owner, counts]) => ({ owner, ...counts })).sort(byOwner),
    clouds: clouds === null ? null : seenOf(clouds),
  }
}

const byOwner = (a: { readonly owner: string | null }, b: { readonly owner: string | null }): number =>
  Number(a.owner === null) - Number(b.owner === null) || byCodeUnit(a.owner ?? '', b.owner ?? '')

function seenOf({ unread, clouds }: Clouds): CloudsSeen {
  const unknown = [
    ...(unread === null ? [] : [{ id: null, name: null, why: unread }]),
    ...clouds.flatMap(({ id, name, unread: why }) => (why === null ? [] : [{ id, name, why }])),
  ]
  return { seen: clouds.length, unknown, complete: unknown.length === 0 }
}

/** The findings that occur, in their usual order. */
export const codesIn = (findings: FindingCounts): readonly AccessFinding[] =>
  FINDING_CODES.filter(code => findings[code] > 0)

/** `2 admin, 1 ends-soon` */
export const countsText = (findings: FindingCounts): string =>
  codesIn(findings)
    .map(code => `${findings[code]} ${code}`)
    .join(', ')

export const hasFindings = ({ findings }: ReviewSummary): boolean => codesIn(findings).length > 0

/** Beyond this many, clouds that could not be read are only counted. */
const SHOWN = 10

/** How much of the clouds' members could be seen; never claims that there are no others. */
export function cloudsSentences(clouds: CloudsSeen | null, quote: (name: string) => string): readonly string[] {
  if (clouds === null) return ['The members of clouds were not looked at.']
  const { seen, unknown } = clouds
  const rest = unknown.length - SHOWN
  return [
    `Members of ${seen - unknown.filter(({ id }) => id !== null).length} of ${seen} clouds read; others cannot be seen.`,
    ...unknown
      .slice(0, SHOWN)
      .map(({ id, name, why }) =>
        id === null
          ? `Not known: the list of clouds (${why}).`
          : `Not known: the members of ${quote(name ?? '')} (id ${id}): ${why}.`,
      ),
    ...(rest > 0 ? [`Not known: ${rest} more.`] : []),
  ]
}
