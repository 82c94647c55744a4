import type { Action, RemovalAction } from '../model/action.js'
import type { CloudRef, Clouds, Loss } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'
import type { Plan, Refusal, Warning } from '../model/plan.js'
import { planDigest } from '../reconcile/digest.js'
import { findLosses } from './find-losses.js'

const isRemoval = (action: Action): action is RemovalAction => action.action === 'remove'

/**
 * The plan with what its removals delete besides the accounts: on each of them, in the digest, and judged by the guard.
 *
 * @param clouds null where they were not looked at
 * @param maxCloudsLost of the manifest's guards; null is no limit
 */
export function withLoss(plan: Plan, clouds: Clouds | null, maxCloudsLost: number | null): Plan {
  const removals = plan.actions.filter(isRemoval)
  if (removals.length === 0) return plan
  const { losses, invited, together } = clouds === null ? NOT_LOOKED_AT : findLosses(clouds, removals.map(keyOf))
  const lossOf = new Map(removals.map((removal, index) => [removal.address, losses[index] ?? null]))
  const actions = plan.actions.map(action =>
    isRemoval(action) ? { ...action, loss: lossOf.get(action.address) ?? null } : action,
  )
  const byKey = new Map(removals.map(removal => [keyOf(removal), removal]))
  const warned = (lost: typeof invited, warn: typeof invitedOnly): readonly Warning[] =>
    lost.flatMap(({ cloud, removal, count }) => {
      const action = byKey.get(removal)
      return action === undefined ? [] : [warn(action, cloud, count)]
    })
  const warnings = [...plan.warnings, ...warned(invited, invitedOnly), ...warned(together, emptiedTogether)]
  const refused = [...plan.refused, ...checkLoss(losses, maxCloudsLost)]
  const summary = { ...plan.summary, warnings: warnings.length, refused: refused.length }
  return { ...plan, actions, warnings, refused, summary, digest: planDigest(plan.apiUrl, actions) }
}

const NOT_LOOKED_AT: ReturnType<typeof findLosses> = { losses: [], invited: [], together: [] }

const keyOf = ({ before }: RemovalAction): string => emailKey(before.email)

function invitedOnly({ address, rule }: RemovalAction, { id, name }: CloudRef, count: number): Warning {
  const who = count === 1 ? 'One person is' : `${count} people are`
  const message = `${who} invited to the cloud ${JSON.stringify(name)} (id ${id}) and not there yet: that does not keep it from being deleted.`
  return { code: 'invited_only', message, address, rule }
}

function emptiedTogether({ address, rule }: RemovalAction, { id, name }: CloudRef, count: number): Warning {
  const message = `All ${count} members of the cloud ${JSON.stringify(name)} (id ${id}) are removed by this plan: it is deleted with the last of them.`
  return { code: 'emptied_together', message, address, rule }
}

/** The guard on clouds. What is not known could be any number, so it is refused too. */
function checkLoss(losses: readonly Loss[], limit: number | null): readonly Refusal[] {
  if (limit === null) return []
  const planned = losses.reduce((sum, { clouds }) => sum + clouds.length, 0)
  const refusal = (message: string): readonly Refusal[] => [
    {
      kind: 'guard',
      code: 'max_clouds_lost',
      guard: 'maxCloudsLost',
      planned,
      limit,
      message: `Guard maxCloudsLost: ${message}`,
    },
  ]
  const [first] = losses
  const whyNot = first === undefined ? 'the clouds were not looked at' : first.complete ? null : whyUnknown(first)
  if (planned > limit) {
    const clouds = planned === 1 ? 'cloud' : 'clouds'
    const more = whyNot === null ? '' : ` How many more is not known (${whyNot}): that is refused whatever the limit.`
    return refusal(
      `${planned} ${clouds} would be deleted, at most ${limit} allowed in one apply. If that is intended, raise the limit to ${planned} by guards.maxCloudsLost in the manifest.${more}`,
    )
  }
  if (whyNot === null) return []
  return refusal(
    `how many clouds would be deleted is not known (${whyNot}), and at most ${limit} are allowed in one apply. Let the credential read the clouds, or take guards.maxCloudsLost out of the manifest.`,
  )
}

function whyUnknown({ unknown }: Loss): string {
  const [first, ...rest] = unknown
  if (first === undefined) return 'they were not read'
  const what = first.id === null ? 'their list' : `the members of ${JSON.stringify(first.name)} (id ${first.id})`
  return `${what}: ${first.why}${rest.length > 0 ? `, and ${rest.length} more` : ''}`
}
