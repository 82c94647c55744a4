import { emailKey } from '../model/email-address.js'
import type { Role } from '../model/invitation.js'
import type { Selector, UnmatchedPolicy } from '../model/manifest.js'
import type { Box } from './algebra/dimension.js'
import { ifDecided } from './algebra/language.js'
import { LEVEL_COUNT, REMOVAL_LEVEL, type Ruleset, type Sample, type Speaker } from './ruleset.js'

/** A concrete invitation, with the keys of a selector. */
export interface Witness {
  readonly id?: number
  readonly email: string
  readonly cloud: string
  readonly cloudRole: Role
  readonly project?: string
  readonly projectRole?: Role
  readonly client?: number
  readonly sender?: string
}

/** Speakers that beat `speaker` if both match: stronger rules and, if it accepts, equally strong ones that deny. */
export const beating = ({ covering }: Ruleset, speaker: Speaker): readonly Speaker[] =>
  covering(speaker.selector, speaker.narrowness, speaker.level).filter(({ level }) => level !== REMOVAL_LEVEL)

const boxOf = ({ box }: Speaker): Box => box

/** Whether a rule decides some invitation that also matches a selector. */
export function decidesSome(ruleset: Ruleset, speaker: Speaker, also: Selector): boolean {
  const { space, covering } = ruleset
  const box = space.boxOf(also, { first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY })
  const beats = beatsOn(speaker)
  const boxes = [speaker.box, box]
  return !isCovered(ruleset, boxes, sampleIn(ruleset, boxes), beats, () =>
    covering(speaker.selector, speaker.narrowness | space.narrowness(box), speaker.level).filter(beats),
  )
}

/** Whether a rule never decides. */
export const isShadowed = (ruleset: Ruleset, speaker: Speaker): boolean =>
  isCovered(ruleset, [speaker.box], ruleset.sample(speaker), beatsOn(speaker), () => beating(ruleset, speaker))

const beatsOn =
  (speaker: Speaker) =>
  ({ level }: Speaker): boolean =>
    level < speaker.level && level !== REMOVAL_LEVEL

function sampleIn({ space, matching }: Ruleset, boxes: readonly Box[]): Sample | null {
  const point = space.common(boxes)
  return point && { point, matching: matching(point) }
}

/**
 * Whether speakers cover the intersection of `boxes`. A single invitation, `sample`, settles most cases: either no
 * speaker matches it, or one that does contains a box. `all` returns every speaker that counts.
 */
function isCovered(
  { space }: Ruleset,
  boxes: readonly Box[],
  sample: Sample | null,
  counts: (speaker: Speaker) => boolean,
  all: () => readonly Speaker[],
): boolean {
  if (sample === null) return true
  const found = sample.matching.filter(counts)
  if (found.length === 0) return false
  if (found.some(one => boxes.some(box => space.includes(one.box, box)))) return true
  return space.outside(boxes, all().map(boxOf)) === null
}

/**
 * Whether every decision stays the same without a rule: unless some invitation that it decides would then be decided
 *
 * | by | differently |
 * | --- | --- |
 * | the strongest other rule that matches | if that rule has the opposite effect |
 * | `unmatched` | unless rule and policy both deny: what was denied before is accepted by a rule, but not by the policy |
 */
export function isRedundant(ruleset: Ruleset, speaker: Speaker, unmatched: UnmatchedPolicy): boolean {
  const sameUnmatched = unmatched === 'deny' && speaker.effect === 'deny'
  const sample = ruleset.sample(speaker)
  if (sample === null || shows(sample, speaker, sameUnmatched)) return false
  const isOther = (other: Speaker) => other !== speaker
  const others = () => ruleset.covering(speaker.selector, speaker.narrowness, LEVEL_COUNT).filter(isOther)
  if (!sameUnmatched && !isCovered(ruleset, [speaker.box], sample, isOther, others)) return false
  for (let level = speaker.level + 1; level < LEVEL_COUNT; level++)
    if (decidesAgainst(ruleset, speaker, level)) return false
  return true
}

/** Whether a rule decides something that a rule of a later level would decide differently. Usually a sample tells. */
function decidesAgainst(ruleset: Ruleset, speaker: Speaker, level: number): boolean {
  const { space, covering, near } = ruleset
  const goesBefore = (other: Speaker) => other !== speaker && other.level < level
  if (isHeldByOne(ruleset, speaker, goesBefore)) return false
  for (const { effect, selector, narrowness, box } of near(speaker.selector, level)) {
    if (effect === speaker.effect || !space.overlap(box, speaker.box)) continue
    const boxes = [speaker.box, box]
    const sample = sampleIn(ruleset, boxes)
    if (sample !== null && shows(sample, speaker, true)) return true
    const before = () => covering(selector, narrowness | speaker.narrowness, level).filter(goesBefore)
    if (!isCovered(ruleset, boxes, sample, goesBefore, before)) return true
  }
  return false
}

/** Whether a single speaker matches everything that this one matches. */
const isHeldByOne = ({ space, sample }: Ruleset, speaker: Speaker, counts: (speaker: Speaker) => boolean): boolean =>
  sample(speaker)?.matching.some(one => counts(one) && space.includes(one.box, speaker.box)) ?? true

/** Whether a sample shows that a rule is needed: the rule decides it, and what would decide instead differs. */
function shows({ matching: [first, second] }: Sample, speaker: Speaker, sameUnmatched: boolean): boolean {
  if (first !== speaker) return false
  return second === undefined ? !sameUnmatched : second.effect !== speaker.effect
}

/** A small subset of speakers that covers a box, if all of them together do; a single one if that suffices. */
export function coversOf({ space }: Ruleset, box: Box, speakers: readonly Speaker[]): readonly Speaker[] {
  const single = speakers.find(speaker => space.includes(speaker.box, box))
  if (single) return [single]
  let needed = speakers.filter(speaker => space.overlap(speaker.box, box))
  for (const speaker of needed.slice(0, MOST_TRIED)) {
    const fewer = needed.filter(other => other !== speaker)
    if (ifDecided(() => space.outside([box], fewer.map(boxOf)) === null, false)) needed = fewer
  }
  return needed
}

/** Beyond a hundred rules, nobody cares which ones are needed. */
const MOST_TRIED = 100

/** An invitation in all of the boxes, and the day on which it is; null if there is none, or it is too hard to find. */
export function witnessOf({ space }: Ruleset, boxes: readonly Box[]): { witness: Witness; day: number } | null {
  const point = ifDecided(() => space.common(boxes), null)
  if (point === null) return null
  const { id, email, cloud, cloudRole, project, projectRole, client, sender, day } = point
  if (typeof email !== 'string' || typeof cloud !== 'string' || typeof day !== 'number') return null
  // No address has this string as its normalized form.
  if (emailKey(email) !== email) return null
  // The id does not matter unless a rule names it.
  const byId = boxes.some(box => (box[0] ?? -1) >= 0)
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
