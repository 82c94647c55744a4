import type { CloudRef, Clouds, Loss, UnknownCloud } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'
import { isSameJson } from '../model/json.js'
import type { Plan } from '../model/plan.js'
import { type Mismatch, type Report, succeeded } from '../model/report.js'
import { plural } from '../model/text.js'
import { withLoss } from './with-loss.js'

/** A removal that would no longer delete exactly what was shown. */
export interface LossDrift {
  readonly address: string
  readonly planned: Loss
  readonly live: Loss
}

/** Whether the plan records what its removals delete, so that it can be compared. */
export const hasLoss = ({ actions }: Pick<Plan, 'actions'>): boolean =>
  actions.some(action => action.action === 'remove' && action.loss !== null)

export function findLossDrift(plan: Plan, clouds: Clouds): readonly LossDrift[] {
  const fresh = new Map(withLoss(plan, clouds, null).actions.map(action => [action.address, action]))
  return plan.actions.flatMap(action => {
    const now = fresh.get(action.address)
    if (action.action !== 'remove' || now?.action !== 'remove') return []
    const { address, loss: planned } = action
    const { loss: live } = now
    if (planned === null || live === null || isSameJson(planned, live)) return []
    return [{ address, planned, live }]
  })
}

const named = ({ id, name }: CloudRef): string => `the cloud ${JSON.stringify(name)} (id ${id})`

const nameOf = ({ id, name }: UnknownCloud): string =>
  id === null ? 'the list of clouds' : named({ id, name: name ?? '' })

/** Describes the difference in one line. */
export function lossDriftText({ planned, live }: LossDrift): string {
  const lacks = (items: readonly { readonly id: number | null }[], id: number | null) =>
    !items.some(item => item.id === id)
  const parts = [
    ...live.clouds.filter(({ id }) => lacks(planned.clouds, id)).map(cloud => `would also delete ${named(cloud)}`),
    ...planned.clouds.filter(({ id }) => lacks(live.clouds, id)).map(cloud => `would no longer delete ${named(cloud)}`),
    ...live.unknown
      .filter(({ id }) => lacks(planned.unknown, id))
      .map(cloud => `${nameOf(cloud)} can no longer be read`),
    ...planned.unknown.filter(({ id }) => lacks(live.unknown, id)).map(cloud => `${nameOf(cloud)} can be read now`),
    ...(live.seen === planned.seen ? [] : [`${plural(live.seen, 'cloud')} seen, ${planned.seen} before`]),
  ]
  return parts.length > 0 ? parts.join('; ') : 'what is known of the clouds has changed'
}

/** Users reported as removed who are still members of a visible cloud. People who are only invited do not count. */
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

/** Adds the users who are still members to the report's mismatches. */
export function withRemaining(report: Report, remaining: readonly Mismatch[]): Report {
  const { verification } = report
  if (remaining.length === 0) return report
  const mismatches = verification.kind === 'differs' ? [...verification.mismatches, ...remaining] : remaining
  return { ...report, verification: { kind: 'differs', mismatches } }
}
