import type { Clouds } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'
import { type Mismatch, type Report, succeeded } from '../model/report.js'

/** Users whose removal was reported, and who still are members of a cloud that can be seen. Who is only invited is not there. */
export function findRemaining({ results }: Pick<Report, 'results'>, { clouds }: Clouds): readonly Mismatch[] {
  const cloudsOf = new Map<string, string[]>()
  for (const { id, name, members } of clouds)
    for (const member of members) {
      if (member.id === null) continue
      const key = emailKey(member.email)
      cloudsOf.set(key, [...(cloudsOf.get(key) ?? []), `${JSON.stringify(name)} (id ${id})`])
    }
  return results.flatMap(result => {
    const { action } = result
    if (action.action !== 'remove' || !succeeded(result)) return []
    const [first, ...rest] = cloudsOf.get(emailKey(action.before.email)) ?? []
    if (first === undefined) return []
    const more = rest.length === 0 ? '' : ` and of ${rest.length} more`
    return [{ address: action.address, wanted: 'a member of no cloud', found: `a member of the cloud ${first}${more}` }]
  })
}

/** The report with what is left of those who were removed; what was found before stays. */
export function withRemaining(report: Report, remaining: readonly Mismatch[]): Report {
  const { verification } = report
  if (remaining.length === 0) return report
  const mismatches = verification.kind === 'differs' ? [...verification.mismatches, ...remaining] : remaining
  return { ...report, verification: { kind: 'differs', mismatches } }
}
