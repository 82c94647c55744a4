import { indexRules, subjectOf } from '../../reconcile/match.js'
import type { LintRule } from '../context.js'

/**
 * With `--from`: the rule matches no invitation of the snapshot, whatever the date.
 */
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

/**
 * A comment `# guestlist-lint: allow CODE (why)` silences nothing: its code is misspelt, it is in the wrong place, or
 * what it allowed is no more. It cannot be allowed itself.
 */
export const unusedAllow: LintRule = {
  code: 'unused-allow',
  level: 'warning',
  // What is unused is known only after all other lint rules have run: see lint-manifest.ts.
  find: () => [],
}
