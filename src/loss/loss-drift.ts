import type { CloudRef, Clouds, Loss, UnknownCloud } from '../model/clouds.js'
import { canonicalJson } from '../model/json.js'
import type { Plan } from '../model/plan.js'
import { withLoss } from './with-loss.js'

/** A removal that would not delete what was shown. */
export interface LossDrift {
  readonly address: string
  readonly planned: Loss
  readonly live: Loss
}

/** Whether a plan says what its removals delete, so that it can be compared. */
export const hasLoss = ({ actions }: Pick<Plan, 'actions'>): boolean =>
  actions.some(action => action.action === 'remove' && action.loss !== null)

export function findLossDrift(plan: Plan, clouds: Clouds): readonly LossDrift[] {
  const fresh = new Map(withLoss(plan, clouds, null).actions.map(action => [action.address, action]))
  return plan.actions.flatMap(action => {
    const now = fresh.get(action.address)
    if (action.action !== 'remove' || now?.action !== 'remove') return []
    const { address, loss: planned } = action
    const { loss: live } = now
    if (planned === null || live === null || canonicalJson(planned) === canonicalJson(live)) return []
    return [{ address, planned, live }]
  })
}

const named = ({ id, name }: CloudRef): string => `the cloud ${JSON.stringify(name)} (id ${id})`

const nameOf = ({ id, name }: UnknownCloud): string =>
  id === null ? 'the list of clouds' : named({ id, name: name ?? '' })

/** What differs, in one line. */
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
    ...(live.seen === planned.seen ? [] : [`${live.seen} clouds are seen, ${planned.seen} were`]),
  ]
  return parts.length > 0 ? parts.join('; ') : 'what is known of the clouds has changed'
}
