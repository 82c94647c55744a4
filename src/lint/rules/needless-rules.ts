import { placeText } from '../../model/problem.js'
import type { LintContext, LintRule } from '../context.js'
import { beating, coversOf, isRedundant, witnessOf } from '../decisions.js'
import type { RuleSpeaker } from '../ruleset.js'

export const shadowedRule: LintRule = {
  code: 'shadowed-rule',
  level: 'warning',
  *find(context) {
    const { ruleset } = context
    for (const speaker of ruleset.rules) {
      if (!context.isShadowed(speaker)) continue
      const covers = coversOf(ruleset, speaker.box, beating(ruleset, speaker))
      const [first] = covers
      const names = covers.map(({ entry, effect }) => `the ${effect} rule at ${placeText(entry.at)}`)
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

export const redundantRule: LintRule = {
  code: 'redundant-rule',
  level: 'info',
  *find(context) {
    const { ruleset, manifest } = context
    for (const speaker of ruleset.rules) {
      if (context.isShadowed(speaker)) continue
      if (!context.decided(speaker, () => isRedundant(ruleset, speaker, manifest.unmatched), false)) continue
      const other = insteadOf(context, speaker)
      const others = other === null ? 'What remains decides' : `${other.name} decides`
      yield {
        at: speaker.entry.at,
        summary: `Without this ${speaker.effect} rule every decision is the same`,
        detail: `${others} what it matches in the same way. Remove it, or keep it for its reason and allow this.`,
        other: other?.at ?? null,
      }
    }
  },
}

/** What would decide the same way in its place. */
function insteadOf({ ruleset, manifest }: LintContext, speaker: RuleSpeaker) {
  const same =
    ruleset.sample(speaker)?.matching.filter(other => other !== speaker && other.effect === speaker.effect) ?? []
  const cover = same.find(({ box }) => ruleset.space.includes(box, speaker.box)) ?? same[0]
  if (cover) {
    const what = 'effect' in cover.entry ? `The ${cover.effect} rule` : 'The removal'
    return { at: cover.entry.at, name: `${what} at ${placeText(cover.entry.at)}` }
  }
  const { unmatchedAt } = manifest
  return unmatchedAt && { at: unmatchedAt, name: `\`unmatched\` at ${placeText(unmatchedAt)}` }
}
