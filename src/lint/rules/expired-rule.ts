import type { LintRule } from '../context.js'
import { daysOf, today } from '../ruleset.js'

/**
 * The rule's `until` is over: it matches nothing any more.
 */
export const expiredRule: LintRule = {
  code: 'expired-rule',
  level: 'warning',
  *find({ manifest, now }) {
    for (const rule of manifest.rules) {
      if (daysOf(rule).last >= today(now)) continue
      yield {
        at: rule.at,
        summary: `This ${rule.effect} rule ended with ${rule.until}`,
        detail: 'It no longer matches anything. Remove it, or change its date.',
      }
    }
  },
}
