import { emailKey } from '../model/email-address.js'
import type { Selector, UnmatchedPolicy } from '../model/manifest.js'
import type { Point } from './algebra/box.js'
import type { Box } from './algebra/dimension.js'
import type { Witness } from './finding.js'
import { LEVEL_COUNT, REMOVAL_LEVEL, type Ruleset, type Speaker } from './ruleset.js'

/** Speakers that beat `speaker` wherever they match too: stronger rules, and for one that accepts the equal rules that deny. */
export const beating = ({ covering }: Ruleset, speaker: Speaker): readonly Speaker[] =>
  covering(speaker.selector, speaker.narrowness, speaker.level).filter(({ level }) => level !== REMOVAL_LEVEL)

const boxOf = ({ box }: Speaker): Box => box

/** Whether a rule decides some invitation that a selector matches besides. */
export function decidesSome(ruleset: Ruleset, speaker: Speaker, also: Selector): boolean {
  const { space, covering } = ruleset
  const box = space.boxOf(also, { first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY })
  const covers = covering(speaker.selector, speaker.narrowness | space.narrowness(box), speaker.level)
  const rules = covers.filter(({ level }) => level !== REMOVAL_LEVEL)
  return space.outside([speaker.box, box], rules.map(boxOf)) !== null
}

/** Whether a rule never decides. One invitation of its own shows of most that they do. */
export function isShadowed(ruleset: Ruleset, speaker: Speaker): boolean {
  const { space, matching } = ruleset
  const sample = space.common([speaker.box])
  const beats = ({ level }: Speaker) => level < speaker.level && level !== REMOVAL_LEVEL
  if (sample === null || !matching(sample).some(beats)) return false
  return space.outside([speaker.box], beating(ruleset, speaker).map(boxOf)) === null
}

/**
 * Whether every decision is the same without a rule. It is, unless some invitation that the rule decides would then be decided
 *
 * | by | differently |
 * | --- | --- |
 * | the strongest other rule that matches | if that rule has the opposite effect |
 * | `unmatched` | unless rule and policy both deny: what was denied before is accepted by a rule, but not by the policy |
 */
export function isRedundant(ruleset: Ruleset, speaker: Speaker, unmatched: UnmatchedPolicy): boolean {
  const { space, covering } = ruleset
  const sameUnmatched = unmatched === 'deny' && speaker.effect === 'deny'
  const sample = space.common([speaker.box])
  if (sample === null || shows(ruleset, speaker, sample, sameUnmatched)) return false
  if (!sameUnmatched) {
    const others = covering(speaker.selector, speaker.narrowness, LEVEL_COUNT).filter(other => other !== speaker)
    if (space.outside([speaker.box], others.map(boxOf)) !== null) return false
  }
  for (let level = speaker.level + 1; level < LEVEL_COUNT; level++)
    if (decidesAgainst(ruleset, speaker, level)) return false
  return true
}

/** Whether a rule decides something that a rule of a later level would decide otherwise. Most show it by one invitation. */
function decidesAgainst(ruleset: Ruleset, speaker: Speaker, level: number): boolean {
  const { space, covering, near } = ruleset
  const others = (selector: Selector, narrowness: number) =>
    covering(selector, narrowness, level).filter(other => other !== speaker)
  const opposites = [...near(speaker.selector, level)].filter(
    ({ effect, box }) => effect !== speaker.effect && space.overlap(box, speaker.box),
  )
  if (opposites.length === 0) return false
  if (others(speaker.selector, speaker.narrowness).some(({ box }) => space.includes(box, speaker.box))) return false
  return opposites.some(({ selector, narrowness, box }) => {
    const sample = space.common([speaker.box, box])
    if (sample !== null && shows(ruleset, speaker, sample, true)) return true
    const before = others(selector, narrowness | speaker.narrowness)
    return space.outside([speaker.box, box], before.map(boxOf)) !== null
  })
}

/** Whether one invitation shows that a rule is needed: it decides it, and what would decide instead says otherwise. */
function shows({ matching }: Ruleset, speaker: Speaker, sample: Point, sameUnmatched: boolean): boolean {
  const [first, second] = matching(sample)
  if (first !== speaker) return false
  return second === undefined ? !sameUnmatched : second.effect !== speaker.effect
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
  const point = space.common(boxes)
  return (
    point &&
    toWitness(
      point,
      boxes.some(box => (box[0] ?? -1) >= 0),
    )
  )
}

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
