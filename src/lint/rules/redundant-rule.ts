import { placeName } from '../../manifest/problems.js'
import type { LintContext, LintRule } from '../context.js'
import { isRedundant } from '../decisions.js'
import type { RuleSpeaker } from '../ruleset.js'

/**
 * Without the rule every decision is the same. What is `shadowed-rule` is not told again.
 */
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

/** What would say the same in its place. */
function insteadOf({ ruleset, manifest }: LintContext, speaker: RuleSpeaker) {
  const same =
    ruleset.sample(speaker)?.matching.filter(other => other !== speaker && other.effect === speaker.effect) ?? []
  const cover = same.find(({ box }) => ruleset.space.includes(box, speaker.box)) ?? same[0]
  if (cover) {
    const what = 'effect' in cover.entry ? `The ${cover.effect} rule` : 'The removal'
    return { at: cover.entry.at, name: `${what} at ${placeName(cover.entry.at)}` }
  }
  const { unmatchedAt } = manifest
  return unmatchedAt && { at: unmatchedAt, name: `\`unmatched\` at ${placeName(unmatchedAt)}` }
}
