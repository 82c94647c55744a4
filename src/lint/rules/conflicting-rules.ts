import type { Ruleset, Speaker } from '../ruleset.js'

type RuleSpeaker = Ruleset['rules'][number]

export interface Conflict {
  readonly accept: RuleSpeaker
  readonly deny: RuleSpeaker
}

/** Every pair of equally strong rules that say the opposite and each match what the other does not, besides what both match. */
export function conflictsOf(ruleset: Ruleset, isSettled: (accept: RuleSpeaker) => boolean): readonly Conflict[] {
  const { rules, near, space } = ruleset
  const speakers = new Map<Speaker, RuleSpeaker>(rules.map(rule => [rule, rule]))
  return rules.flatMap(accept => {
    if (accept.effect !== 'accept' || isSettled(accept)) return []
    return [...near(accept.selector)].flatMap(other => {
      const deny = speakers.get(other)
      if (deny === undefined || deny.level !== accept.level - 1 || !space.overlap(accept.box, deny.box)) return []
      return space.includes(accept.box, deny.box) || space.includes(deny.box, accept.box) ? [] : [{ accept, deny }]
    })
  })
}
