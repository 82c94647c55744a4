import { indexRules, subjectOf } from '../../reconcile/match.js'
import type { LintRule } from '../context.js'

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

export const unusedAllow: LintRule = {
  code: 'unused-allow',
  level: 'warning',
  // What is unused is known only when all others have looked: see lint.ts.
  find: () => [],
}
