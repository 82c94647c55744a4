import type { CloudMember, Clouds, Loss, ObservedCloud, UnknownCloud } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'

/** Where a plan's removals leave nobody behind. */
export interface Losses {
  /** One for each removal, in their order. */
  readonly losses: readonly Loss[]
  /** Lost clouds in which people are invited who are not there yet. */
  readonly invited: readonly LostWith[]
  /** Lost clouds with several members, all of whom go: how many. */
  readonly together: readonly LostWith[]
}

interface LostWith {
  readonly cloud: ObservedCloud
  /** The last of those that empty it. */
  readonly removal: string
  readonly count: number
}

const isThere = ({ id }: CloudMember): boolean => id !== null

/**
 * What each removal deletes, given who else goes before it.
 *
 * | who is there (has an id) | lost |
 * | --- | --- |
 * | somebody who stays | no |
 * | removed users alone | yes, once: with the last of them to go |
 * | nobody; a removed user is invited | counted as lost: whether they are its member cannot be told |
 *
 * One address is one person, whatever ids it has: that the API may tell two of them apart would only save a cloud.
 *
 * @param removals keys in the form of `emailKey`, in the order in which they go
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

/** The removal that leaves the cloud empty, or null where somebody stays or nobody goes. */
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
