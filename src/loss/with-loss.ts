import type { Action, RemovalAction } from '../model/action.js'
import type { CloudMember, CloudRef, Clouds, Loss, ObservedCloud, UnknownCloud } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'
import type { Plan, Refusal, Warning } from '../model/plan.js'
import { planDigest } from '../reconcile/digest.js'

const isRemoval = (action: Action): action is RemovalAction => action.action === 'remove'

/**
 * Adds to the plan what each removal deletes besides the account, updates its digest, and applies the guard.
 *
 * @param clouds null if they were not read
 * @param maxCloudsLost from the manifest's guards; null means no limit
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
  const warned = (lost: Losses['invited'], warn: typeof invitedOnly): readonly Warning[] =>
    lost.flatMap(({ cloud, removal, count }) => {
      const action = byKey.get(removal)
      return action === undefined ? [] : [warn(action, cloud, count)]
    })
  const warnings = [...plan.warnings, ...warned(invited, invitedOnly), ...warned(together, emptiedTogether)]
  const refused = [...plan.refused, ...checkLoss(losses, maxCloudsLost)]
  const summary = { ...plan.summary, warnings: warnings.length, refused: refused.length }
  return { ...plan, actions, warnings, refused, summary, digest: planDigest(plan.apiUrl, actions) }
}

const NOT_LOOKED_AT: Losses = { losses: [], invited: [], together: [] }

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

/** The guard on lost clouds. An unknown number could be any number, so it is refused too. */
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

/** The clouds that a plan's removals leave empty. */
interface Losses {
  /** One for each removal, in the same order. */
  readonly losses: readonly Loss[]
  /** Lost clouds to which people are invited who have not joined yet. */
  readonly invited: readonly LostWith[]
  /** Lost clouds with several members, all of whom are removed, and their number. */
  readonly together: readonly LostWith[]
}

interface LostWith {
  readonly cloud: ObservedCloud
  /** The last of the removals that empty it. */
  readonly removal: string
  readonly count: number
}

const isThere = ({ id }: CloudMember): boolean => id !== null

/**
 * What each removal deletes, given the removals before it.
 *
 * | members (with an id) | lost |
 * | --- | --- |
 * | somebody who stays | no |
 * | only removed users | yes, once: with the last of them to go |
 * | none, but a removed user is invited | counted as lost: there is no telling whether they are a member |
 *
 * An address counts as one person, whatever ids it has. If the API treats them as two people, the worst case is that a
 * cloud shown as lost is kept.
 *
 * @param removals keys in the form of `emailKey`, in removal order
 */
export function findLosses(clouds: Clouds, removals: readonly string[]): Losses {
  const order = new Map(removals.map((key, index) => [key, index]))
  const lost = clouds.clouds.flatMap(cloud => {
    const index = cloud.unread === null ? lastToGo(cloud.members, order) : null
    return index === null ? [] : [{ cloud, index }]
  })
  const unknown = unknownClouds(clouds)
  const seen = clouds.clouds.length
  const lostWith = (people: (member: CloudMember) => boolean, atLeast: number): readonly LostWith[] =>
    lost.flatMap(({ cloud, index }) => {
      const count = new Set(cloud.members.filter(people).map(({ email }) => emailKey(email))).size
      return count < atLeast ? [] : [{ cloud, removal: removals[index] ?? '', count }]
    })
  return {
    losses: removals.map((_, removal) => ({
      clouds: lost
        .filter(({ index }) => index === removal)
        .map(({ cloud: { id, name } }) => ({ id, name }))
        .sort((a, b) => a.id - b.id),
      seen,
      unknown,
      complete: unknown.length === 0,
    })),
    invited: lostWith(member => !isThere(member) && !order.has(emailKey(member.email)), 1),
    together: lostWith(isThere, 2),
  }
}

/** The index of the removal that leaves the cloud empty; null if somebody stays or no member is removed. */
function lastToGo(members: readonly CloudMember[], order: ReadonlyMap<string, number>): number | null {
  const indexOf = ({ email }: CloudMember): number => order.get(emailKey(email)) ?? -1
  const there = members.filter(isThere).map(indexOf)
  if (there.includes(-1)) return null
  const going = there.length > 0 ? there : members.map(indexOf).filter(index => index >= 0)
  return going.length === 0 ? null : going.reduce((last, index) => Math.max(last, index))
}

function unknownClouds({ unread, clouds }: Clouds): readonly UnknownCloud[] {
  const list = unread === null ? [] : [{ id: null, name: null, why: unread }]
  const each = clouds.flatMap(({ id, name, unread: why }) => (why === null ? [] : [{ id, name, why }]))
  return [...list, ...each.sort((a, b) => a.id - b.id)]
}
