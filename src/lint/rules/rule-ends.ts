import { DAY_MS } from '../../model/text.js'
import type { LintRule } from '../context.js'
import { daysOf, today } from '../ruleset.js'

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
