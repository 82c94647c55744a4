import { quoted } from '../../manifest/problems.js'
import { placeText } from '../../model/problem.js'
import { DAY_MS } from '../../model/text.js'
import { indexRules, subjectOf } from '../../reconcile/match.js'
import { indexProtections } from '../../reconcile/protect.js'
import type { LintRule } from '../context.js'
import { daysOf, today } from '../ruleset.js'

/* What is seen of one entry at a time. */

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

export const expiringRule: LintRule = {
  code: 'expiring-rule',
  level: 'info',
  *find({ manifest, now, within }) {
    for (const rule of manifest.rules) {
      const { last } = daysOf(rule)
      if (last < today(now) || (last + 1) * DAY_MS > now.getTime() + within) continue
      const days = last - today(now)
      yield {
        at: rule.at,
        summary: `This ${rule.effect} rule ends with ${rule.until}, ${days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`}`,
        detail: 'From then on it matches nothing. Change its date if it is to stay.',
      }
    }
  },
}

export const unusedRule: LintRule = {
  code: 'unused-rule',
  level: 'warning',
  *find({ ruleset, invitations }) {
    if (invitations === null) return
    const rules = ruleset.rules.map(({ entry }) => entry)
    const matching = indexRules(rules)
    const used = new Set(invitations.flatMap(invitation => matching(subjectOf(invitation))))
    for (const rule of rules) {
      if (used.has(rule)) continue
      yield {
        at: rule.at,
        summary: `This ${rule.effect} rule matches none of the ${invitations.length} invitations that are there`,
        detail: 'A misspelt rule looks like this too. Correct it, or remove it if it is no longer needed.',
      }
    }
  },
}

export const removedAndProtected: LintRule = {
  code: 'removed-and-protected',
  level: 'warning',
  *find({ manifest, protect }) {
    const protectionOf = indexProtections([...manifest.protect, ...protect])
    for (const { key, at } of manifest.removals) {
      const protection = protectionOf(key)
      if (protection === null) continue
      const { pattern, source } = protection
      const by = typeof source === 'string' ? source : placeText(source)
      yield {
        at,
        summary: `${quoted(key)} is to be removed, and protected by ${quoted(pattern)} (${by})`,
        detail: 'Every plan will be refused. Remove the address from `users.remove`, or from what is protected.',
        other: typeof source === 'string' ? null : source,
      }
    }
  },
}

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
