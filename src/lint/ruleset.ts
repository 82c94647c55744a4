import { type Invitation, ROLE_NUMBERS } from '../model/invitation.js'
import type { Manifest, Protection, Removal, Rule, Selector } from '../model/manifest.js'
import { DAY_MS } from '../model/text.js'
import { indexRules, subjectOf } from '../reconcile/match.js'
import { indexProtections } from '../reconcile/protect.js'
import { AffixIndex } from './affix-index.js'
import { createSpace, type Point, type Space } from './algebra/box.js'
import type { Box, Days, DimensionValue } from './algebra/dimension.js'
import type { Work } from './algebra/language.js'

/**
 * A rule or removal that may decide an invitation. Of those that match, the one with the lowest level decides.
 *
 * | level | speaker |
 * | --- | --- |
 * | 0, 1 | a rule with an `id`: deny, accept |
 * | 2 | a removal: it denies the invitations of its user |
 * | 3, 4 | a rule with an exact e-mail: deny, accept |
 * | 5, 6 | any other rule: deny, accept |
 */
export interface Speaker {
  readonly entry: Rule | Removal
  readonly selector: Selector
  readonly level: number
  readonly effect: Rule['effect']
  readonly days: Days
  readonly box: Box
  readonly narrowness: number
}

export interface RuleSpeaker extends Speaker {
  readonly entry: Rule
}

export const REMOVAL_LEVEL = 2

export const LEVEL_COUNT = 7
const LEVELS = { id: 0, email: 3, pattern: 5 } as const

export interface Sample {
  readonly point: Point
  /** Strongest first. */
  readonly matching: readonly Speaker[]
}

/** A manifest's rules and removals as boxes in the space of all invitations. */
export interface Ruleset {
  /** Rules that apply today or later, in the order of the manifest. */
  readonly rules: readonly RuleSpeaker[]
  readonly space: Space
  readonly work: Work
  /** The speakers that match an invitation, strongest first. */
  matching(point: Point): readonly Speaker[]
  /** An invitation that a speaker matches, and all speakers that match it; null if there is none. */
  sample(speaker: Speaker): Sample | null
  /** Speakers of a level that may match something that `selector` matches. */
  near(selector: Selector, level: number): Iterable<Speaker>
  /** Speakers of the levels before `end` that might together cover a box with that selector and narrowness. */
  covering(selector: Selector, narrowness: number, end: number): readonly Speaker[]
}

export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS

export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

export const today = (now: Date): number => Math.floor(now.getTime() / DAY_MS)

/** When a rule applies. */
export const daysOf = ({ from, until = null }: Pick<Rule | Removal, 'from'> & Partial<Pick<Rule, 'until'>>): Days => ({
  first: from !== null ? dayOf(from) : Number.NEGATIVE_INFINITY,
  last: until !== null ? dayOf(until) : Number.POSITIVE_INFINITY,
})

export function createRuleset(manifest: Manifest, protect: readonly Protection[], now: Date): Ruleset {
  const work: Work = { done: 0 }
  const space = createSpace(today(now), work)
  const isOver = ({ last, first }: Days) => last < today(now) || first > last
  const placed = (entry: Rule | Removal, selector: Selector, level: number, effect: Rule['effect']) => {
    const days = daysOf(entry)
    return { entry, selector, level, effect, days, box: space.boxOf(selector, days) }
  }
  const protectionOf = indexProtections([...manifest.protect, ...protect])
  const removals = manifest.removals
    .filter(({ key }) => protectionOf(key) === null)
    .map(removal => placed(removal, { email: removal.key }, REMOVAL_LEVEL, 'deny'))
  const spoken = manifest.rules
    .filter(rule => !isOver(daysOf(rule)))
    .map(rule => ({
      ...placed(rule, rule.selector, LEVELS[rule.strength] + Number(rule.effect === 'accept'), rule.effect),
      entry: rule,
    }))
  // Which dimensions can be avoided is known only once all constraints are numbered.
  const measured = <S extends { readonly box: Box }>(speaker: S) => ({
    ...speaker,
    narrowness: space.narrowness(speaker.box),
  })
  const rules = spoken.map(measured)
  const all: readonly Speaker[] = [...rules, ...removals.map(measured)]
  const levels = Array.from({ length: LEVEL_COUNT }, (_, n) => new SpeakerIndex(all.filter(({ level }) => level === n)))
  const matchesRules = indexRules(rules.map(({ entry }) => entry))
  const speakers = new Map(all.map(speaker => [speaker.entry, speaker]))
  const removing = new Map(removals.map(speaker => [speaker.selector.email, speaker.entry]))
  function matching(point: Point): readonly Speaker[] {
    const subject = subjectOf(invitationAt(point))
    const removal = removing.get(subject.key)
    const day = Number(point.day)
    return [...matchesRules(subject), ...(removal ? [removal] : [])]
      .flatMap(entry => speakers.get(entry) ?? [])
      .filter(({ days }) => days.first <= day && day <= days.last)
      .sort((a, b) => a.level - b.level)
  }
  const samples = new Map<Speaker, Sample | null>()
  return {
    rules,
    space,
    work,
    matching,
    sample(speaker) {
      const known = samples.get(speaker)
      if (known !== undefined) return known
      const point = space.common([speaker.box])
      const sample = point && { point, matching: matching(point) }
      samples.set(speaker, sample)
      return sample
    },
    near: (selector, level) => counted(levels[level]?.near(selector, ANY) ?? [], work),
    covering: (selector, narrowness, end) =>
      levels.slice(0, end).flatMap(index => [...counted(index.near(selector, narrowness), work)]),
  }
}

const textOrNull = (value: DimensionValue): string | null => (typeof value === 'string' ? value : null)

const numberOrNull = (value: DimensionValue): number | null => (typeof value === 'number' ? value : null)

const roleNumber = (value: DimensionValue): number | null =>
  value === 'admin' || value === 'user' || value === 'guest' ? ROLE_NUMBERS[value] : numberOrNull(value)

/** The invitation that the engine would decide. */
export const invitationAt = (point: Point): Invitation => ({
  id: numberOrNull(point.id) ?? 0,
  email: textOrNull(point.email) ?? '',
  status: 'pending',
  raw_status: 'P',
  cloud_name: textOrNull(point.cloud) ?? '',
  cloud_role: roleNumber(point.cloudRole) ?? 0,
  project_name: textOrNull(point.project),
  project_role: roleNumber(point.projectRole),
  client_id: numberOrNull(point.client),
  sender_provider_sub: textOrNull(point.sender),
})

function* counted<Item>(items: Iterable<Item>, work: Work): Generator<Item> {
  for (const item of items) {
    work.done++
    yield item
  }
}

/** All bits set: constrained in every dimension. */
const ANY = -1

/** Speakers with the same kind of anchor, and the dimensions that all of them constrain. */
class SpeakerGroup {
  readonly members: Speaker[] = []
  private common = ANY

  add(speaker: Speaker): void {
    this.members.push(speaker)
    this.common &= speaker.narrowness
  }

  /** The members that constrain only dimensions in `narrowness`. */
  *within(narrowness: number, members: Iterable<Speaker> = this.members): Generator<Speaker> {
    if ((this.common & ~narrowness) !== 0) return
    for (const speaker of members) if ((speaker.narrowness & ~narrowness) === 0) yield speaker
  }
}

const TEXTS = ['email', 'cloud', 'project', 'sender'] as const

function textsOf(selector: Selector, key: (typeof TEXTS)[number]): readonly string[] | undefined {
  const texts = selector[key]
  return typeof texts === 'string' ? [texts] : texts
}

/** Speakers by their anchor: an id, or else the first text that they constrain. */
class SpeakerIndex {
  private readonly withId = new SpeakerGroup()
  private readonly byId = new Map<number, Speaker[]>()
  private readonly byText = TEXTS.map(key => ({ key, group: new SpeakerGroup(), affixes: new AffixIndex<Speaker>() }))
  private readonly others = new SpeakerGroup()

  constructor(speakers: readonly Speaker[]) {
    for (const speaker of speakers) this.add(speaker)
  }

  private add(speaker: Speaker): void {
    const { id } = speaker.selector
    const text = this.byText.find(({ key }) => speaker.selector[key] !== undefined)
    if (id !== undefined) {
      this.withId.add(speaker)
      this.byId.set(id, [...(this.byId.get(id) ?? []), speaker])
    } else if (text) {
      text.group.add(speaker)
      for (const pattern of textsOf(speaker.selector, text.key) ?? []) text.affixes.add(pattern, speaker)
    } else this.others.add(speaker)
  }

  *near(selector: Selector, narrowness: number): Generator<Speaker> {
    const { id } = selector
    yield* this.withId.within(narrowness, id === undefined ? undefined : (this.byId.get(id) ?? []))
    for (const { key, group, affixes } of this.byText) {
      const patterns = textsOf(selector, key)
      yield* group.within(narrowness, patterns && affixes.nearAny(patterns))
    }
    yield* this.others.within(narrowness)
  }
}
