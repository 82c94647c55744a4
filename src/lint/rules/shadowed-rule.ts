import { placeName } from '../../manifest/problems.js'
import type { LintRule } from '../context.js'
import { beating, coversOf, witnessOf } from '../decisions.js'

/**
 * The rule never decides: stronger rules, or equally strong ones that deny, match all that it matches.
 */
export const shadowedRule: LintRule = {
  code: 'shadowed-rule',
  level: 'warning',
  *find(context) {
    const { ruleset } = context
    for (const speaker of ruleset.rules) {
      if (!context.isShadowed(speaker)) continue
      const covers = coversOf(ruleset, speaker.box, beating(ruleset, speaker))
      const [first] = covers
      const names = covers.map(({ entry, effect }) => `the ${effect} rule at ${placeName(entry.at)}`)
      const match = names.length === 1 ? 'matches' : 'together match'
      yield {
        at: speaker.entry.at,
        summary: `This ${speaker.effect} rule never decides`,
        detail: `All that it matches ${listed(names)} ${match} too, and ${reason(speaker.level, covers)}. Remove it, or narrow what beats it.`,
        other: first?.entry.at ?? null,
        witness: first ? (witnessOf(ruleset, [speaker.box, first.box])?.witness ?? null) : null,
      }
    }
  },
}

const reason = (level: number, covers: readonly { readonly level: number }[]): string =>
  covers.every(cover => cover.level === level - 1)
    ? 'among equals deny beats accept'
    : 'stronger rules beat it, and among equals deny beats accept'

/** `a`, `a and b`, `a, b and 3 more`. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5)
  const last = names.length > shown.length ? `${names.length - shown.length} more` : shown.pop()
  return shown.length === 0 ? (last ?? '') : `${shown.join(', ')} and ${last}`
}
