import type { LintRule } from '../context.js'

export const missingReason: LintRule = {
  code: 'missing-reason',
  level: 'info',
  *find({ manifest }) {
    for (const entry of [...manifest.rules, ...manifest.removals]) {
      if (entry.reason !== null) continue
      yield {
        at: entry.at,
        summary: `This ${'effect' in entry ? `${entry.effect} rule` : 'removal'} gives no reason`,
        detail: 'Add `reason: …`: plans, reviews and audit logs repeat it.',
      }
    }
  },
}

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
