import { placeText } from '../../model/problem.js'
import type { LintContext, LintRule, Remark } from '../context.js'
import { witnessOf } from '../decisions.js'
import { dateOf, type RuleSpeaker, type Ruleset, type Speaker, today } from '../ruleset.js'

export const conflictingRules: LintRule = {
  code: 'conflicting-rules',
  level: 'warning',
  *find(context) {
    for (const accept of context.ruleset.rules) {
      if (accept.effect !== 'accept' || context.isShadowed(accept)) continue
      const denials = context.decided(accept, () => firstOf(conflictsOf(context.ruleset, accept), MOST_SHOWN + 1), [])
      for (const [i, deny] of denials.slice(0, MOST_SHOWN).entries()) {
        const isCut = i + 1 === MOST_SHOWN && denials.length > MOST_SHOWN
        yield remark(context, accept, deny, isCut ? ' More denials than are shown conflict with this rule.' : '')
      }
    }
  },
}

/** The number of conflicting denials shown per rule: ten make the point. */
const MOST_SHOWN = 10

function firstOf<T>(items: Iterable<T>, count: number): readonly T[] {
  const first: T[] = []
  for (const item of items) if (first.push(item) === count) break
  return first
}

function remark({ ruleset, now }: LintContext, accept: RuleSpeaker, deny: RuleSpeaker, more: string): Remark {
  const found = witnessOf(ruleset, [accept.box, deny.box])
  const later = found && found.day > today(now) ? ` That begins on ${dateOf(found.day)}.` : ''
  return {
    at: accept.entry.at,
    summary: `The deny rule at ${placeText(deny.entry.at)} denies some of what this rule accepts`,
    detail: `They are equally strong, both match the invitation shown, and each matches others: deny wins.${later} Narrow one of them, or give the exception an exact address or an id.${more}`,
    other: deny.entry.at,
    witness: found?.witness ?? null,
  }
}

/** The equally strong rules that deny some of what a rule accepts, and also other things. */
export function* conflictsOf({ near, space }: Ruleset, accept: RuleSpeaker): Generator<RuleSpeaker> {
  for (const deny of near(accept.selector, accept.level - 1)) {
    if (!isRule(deny) || !space.overlap(accept.box, deny.box)) continue
    if (!mayHold(accept, deny) && !mayHold(deny, accept)) yield deny
    else if (!space.includes(accept.box, deny.box) && !space.includes(deny.box, accept.box)) yield deny
  }
}

/** False if `outer` constrains something that `inner` leaves open. */
const mayHold = (outer: Speaker, inner: Speaker): boolean => (outer.narrowness & ~inner.narrowness) === 0

const isRule = (speaker: Speaker): speaker is RuleSpeaker => 'effect' in speaker.entry
