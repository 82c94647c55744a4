import { emailKey } from '../model/email-address.js'
import type { UnmatchedPolicy } from '../model/manifest.js'
import type { Point } from './algebra/box.js'
import type { Box } from './algebra/dimension.js'
import { Undecided } from './algebra/undecided.js'
import type { Witness } from './finding.js'
import { REMOVAL_LEVEL, type Ruleset, type Speaker } from './ruleset.js'

/** Speakers that beat `speaker` wherever they match too: stronger rules, and for one that accepts the equal rules that deny. */
export const beating = ({ covering }: Ruleset, speaker: Speaker): readonly Speaker[] =>
  covering(speaker.selector, speaker.narrowness).filter(({ level }) => level < speaker.level && level !== REMOVAL_LEVEL)

/** Whether a rule never decides. */
export const isShadowed = (ruleset: Ruleset, speaker: Speaker): boolean => {
  const covers = beating(ruleset, speaker)
  return covers.length > 0 && ruleset.space.outside([speaker.box], covers.map(boxOf)) === null
}

export const boxOf = ({ box }: Speaker): Box => box

/**
 * Whether every decision is the same without a rule. It is, unless some invitation that the rule decides would then be decided
 *
 * | by | differently |
 * | --- | --- |
 * | the strongest other rule that matches | if that rule has the opposite effect |
 * | `unmatched` | unless rule and policy both deny: what was denied before is accepted by a rule, but not by the policy |
 */
export function isRedundant(ruleset: Ruleset, speaker: Speaker, unmatched: UnmatchedPolicy): boolean {
  const { space, covering, near } = ruleset
  const others = covering(speaker.selector, speaker.narrowness).filter(other => other !== speaker)
  const sameUnmatched = unmatched === 'deny' && speaker.effect === 'deny'
  if (!sameUnmatched && space.outside([speaker.box], others.map(boxOf)) !== null) return false
  for (const opposite of near(speaker.selector)) {
    if (opposite.level <= speaker.level || opposite.effect === speaker.effect) continue
    if (!space.overlap(opposite.box, speaker.box)) continue
    const before = covering(opposite.selector, opposite.narrowness | speaker.narrowness).filter(
      other => other !== speaker && other.level < opposite.level,
    )
    if (space.outside([speaker.box, opposite.box], before.map(boxOf)) !== null) return false
  }
  return true
}

/** The few of some speakers that are needed to cover a box which all of them cover: where one is enough, that one. */
export function coversOf({ space }: Ruleset, box: Box, speakers: readonly Speaker[]): readonly Speaker[] {
  const single = speakers.find(speaker => space.includes(speaker.box, box))
  if (single) return [single]
  let needed = speakers.filter(speaker => space.overlap(speaker.box, box))
  for (const speaker of needed.slice(0, MOST_TRIED)) {
    const fewer = needed.filter(other => other !== speaker)
    if (space.outside([box], fewer.map(boxOf)) === null) needed = fewer
  }
  return needed
}

/** Of a hundred rules nobody reads which are needed. */
const MOST_TRIED = 100

/** An invitation that all of some boxes hold, and the day on which they do; null where there is none. */
export function witnessOf({ space }: Ruleset, boxes: readonly Box[]): { witness: Witness; day: number } | null {
  const address = space.boxOf({ email: '?*@?*' }, ALWAYS)
  const point = space.common([...boxes, address]) ?? space.common(boxes)
  return (
    point &&
    toWitness(
      point,
      boxes.some(box => (box[0] ?? -1) >= 0),
    )
  )
}

const ALWAYS = { first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY }

function toWitness(point: Point, byId: boolean): { witness: Witness; day: number } | null {
  const { id, email, cloud, cloudRole, project, projectRole, client, sender, day } = point
  if (typeof email !== 'string' || typeof cloud !== 'string' || typeof day !== 'number') return null
  // A string that no address can be once it is in the form in which addresses are compared.
  if (emailKey(email) !== email) return null
  const witness: Witness = {
    ...(byId && typeof id === 'number' ? { id } : {}),
    email,
    cloud,
    cloudRole: cloudRole === 'admin' ? 'admin' : 'user',
    ...(typeof project === 'string' ? { project } : {}),
    ...(projectRole === 'admin' || projectRole === 'user' || projectRole === 'guest' ? { projectRole } : {}),
    ...(typeof client === 'number' ? { client } : {}),
    ...(typeof sender === 'string' ? { sender } : {}),
  }
  return { witness, day }
}

/** What `decide` says, or false where it would take too long; then `undecided` is told. */
export function orUndecided(decide: () => boolean, undecided: () => void): boolean {
  try {
    return decide()
  } catch (error) {
    if (!(error instanceof Undecided)) throw error
    undecided()
    return false
  }
}
