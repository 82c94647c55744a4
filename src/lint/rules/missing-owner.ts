import type { LintRule } from '../context.js'

/**
 * A rule does not say who answers for it.
 */
export const missingOwner: LintRule = {
  code: 'missing-owner',
  level: 'info',
  *find({ manifest }) {
    for (const rule of manifest.rules) {
      if (rule.owner !== null) continue
      yield {
        at: rule.at,
        summary: `This ${rule.effect} rule has no owner`,
        detail: 'Add `owner: …`: a review asks them whether the rule is still right.',
      }
    }
  },
}
