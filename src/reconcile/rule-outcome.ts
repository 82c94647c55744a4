import type { RuleRef } from '../model/action.js'
import type { Effect, Removal, Rule, Strength } from '../model/manifest.js'
import { ruleRef } from './decide.js'

/** A rule that matches, and its part in the decision. */
export interface RuleMatch {
  readonly rule: RuleRef
  readonly effect: Effect
  readonly strength: Strength
  /** The last day on which it applies; null for no end. */
  readonly until: string | null
  /** The first day on which it applies; null for no beginning. */
  readonly from: string | null
  /**
   * `wins`, `agrees` with the decision, was `overruled` by a stronger rule or by a removal, or would match but is past
   * its `until` (`expired`) or before its `from` (`coming`). For an address without an invitation, it may also be that
   * the rule `depends` on more than the address.
   */
  readonly standing: 'wins' | 'agrees' | 'overruled' | 'expired' | 'coming' | 'depends'
}

export interface RuleOutcomes {
  /** Strongest first; those not in force last. */
  readonly rules: readonly RuleMatch[]
  /** Why the first rule wins, or is overruled; null where none matches. */
  readonly because: string | null
}

/**
 * @param rules those in force, strongest first
 * @param removal the address's removal, which takes precedence over rules that accept
 */
export function outcomesOf(rules: readonly Rule[], removal: Removal | null): RuleOutcomes {
  const [winner] = rules
  const overridden = removal !== null && winner?.effect === 'accept'
  const decided = overridden ? 'deny' : winner?.effect
  const standing = (rule: Rule) => {
    if (rule === winner && !overridden) return 'wins'
    return rule.effect === decided ? 'agrees' : 'overruled'
  }
  return {
    rules: rules.map(rule => matchOf(rule, standing(rule))),
    because: overridden
      ? 'a removal takes precedence over rules that accept'
      : winner
        ? becauseOf(winner, rules)
        : null,
  }
}

export const matchOf = (rule: Rule, standing: RuleMatch['standing']): RuleMatch => ({
  rule: ruleRef(rule),
  effect: rule.effect,
  strength: rule.strength,
  until: rule.until,
  from: rule.from,
  standing,
})

/** Names the first criterion that put the winner ahead of the strongest rule it overrules. */
function becauseOf(winner: Rule, rules: readonly Rule[]): string {
  const beaten = rules.find(({ effect }) => effect !== winner.effect)
  if (!beaten) return rules.length === 1 ? 'it is the only rule that matches' : 'all matching rules agree'
  if (winner.strength === beaten.strength) return 'among equals deny beats accept'
  return winner.strength === 'id'
    ? 'a rule with an id beats all others'
    : 'a rule with an exact e-mail beats one without'
}
