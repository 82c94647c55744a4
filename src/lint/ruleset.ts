import type { Manifest, Protection, Removal, Rule, Selector } from '../model/manifest.js'
import { indexProtections } from '../reconcile/protect.js'
import { AffixIndex } from './affix-index.js'
import { createSpace, type Space } from './algebra/box.js'
import type { Box, Days } from './algebra/dimension.js'

/**
 * Who speaks for an invitation, the strongest first: the first that matches decides.
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
  readonly box: Box
  readonly narrowness: number
}

export const REMOVAL_LEVEL = 2
const LEVELS = { id: 0, email: 3, pattern: 5 } as const

export const UNMATCHED_LEVEL = 7

/** A manifest's rules and removals as parts of the space of all invitations. */
export interface Ruleset {
  /** Rules that apply today or will, in the order of the manifest. */
  readonly rules: readonly (Speaker & { readonly entry: Rule })[]
  readonly space: Space
  /** Speakers that may match something that `selector` matches. */
  near(selector: Selector): Iterable<Speaker>
  /** Those of them that, together, may match all that a box of that narrowness holds. */
  covering(selector: Selector, narrowness: number): readonly Speaker[]
}

const DAY_MS = 86_400_000

export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS

export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

export const today = (now: Date): number => Math.floor(now.getTime() / DAY_MS)

interface Timed extends Pick<Rule, 'at'> {
  readonly from?: string | null
  readonly until?: string | null
}

/** When a rule applies. */
export const daysOf = ({ from, until }: Timed): Days => ({
  first: from ? dayOf(from) : Number.NEGATIVE_INFINITY,
  last: until ? dayOf(until) : Number.POSITIVE_INFINITY,
})

export function createRuleset(manifest: Manifest, protect: readonly Protection[], now: Date): Ruleset {
  const space = createSpace(today(now))
  const isOver = ({ last, first }: Days) => last < today(now) || first > last
  const placed = (entry: Rule | Removal, selector: Selector, level: number, effect: Rule['effect']) => {
    const box = space.boxOf(selector, daysOf(entry))
    return { entry, selector, level, effect, box }
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
  // Which dimensions can be avoided is known only when every constraint is.
  const measured = <S extends { readonly box: Box }>(speaker: S) => ({
    ...speaker,
    narrowness: space.narrowness(speaker.box),
  })
  const rules = spoken.map(measured)
  const index = new SpeakerIndex([...rules, ...removals.map(measured)])
  return {
    rules,
    space,
    near: selector => index.near(selector, ANY),
    covering: (selector, narrowness) => [...index.near(selector, narrowness)],
  }
}

/** Every bit: as narrow as can be. */
const ANY = -1

/** Speakers that one thing anchors, and what all of them constrain. */
class Group {
  readonly members: Speaker[] = []
  private common = ANY

  add(speaker: Speaker): void {
    this.members.push(speaker)
    this.common &= speaker.narrowness
  }

  /** Those that constrain nothing but what `narrowness` has bits for. */
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

/** Speakers by what anchors them: an id, or else the first text that they ask for. */
class SpeakerIndex {
  private readonly withId = new Group()
  private readonly byId = new Map<number, Speaker[]>()
  private readonly byText = TEXTS.map(key => ({ key, group: new Group(), affixes: new AffixIndex<Speaker>() }))
  private readonly others = new Group()

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
      // A speaker with a list of patterns is found by each of them.
      const found = patterns && new Set(patterns.flatMap(pattern => [...affixes.near(pattern)]))
      yield* group.within(narrowness, found)
    }
    yield* this.others.within(narrowness)
  }
}
