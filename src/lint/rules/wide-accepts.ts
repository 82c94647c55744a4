import { hasWildcard } from '../../model/email-address.js'
import type { Rule, Selector } from '../../model/manifest.js'
import { findString, languageOf } from '../algebra/language.js'
import type { LintRule } from '../context.js'
import { decidesSome } from '../decisions.js'

export const acceptsEveryoneRule: LintRule = {
  code: 'accepts-everyone',
  level: 'warning',
  *find({ manifest, ruleset }) {
    for (const { entry } of ruleset.rules) {
      if (entry.effect !== 'accept' || !acceptsEveryone(entry)) continue
      yield {
        at: entry.at,
        summary: 'This rule accepts everyone, in whatever role',
        detail: 'Name the domains of those who are to be let in, as in "*@acme.example".',
      }
    }
    if (manifest.unmatched !== 'accept' || manifest.unmatchedAt === null) return
    yield {
      at: manifest.unmatchedAt,
      summary: '`unmatched: accept` accepts everyone whom no rule denies',
      detail: 'Accept by rules, and leave `unmatched` at ignore or deny.',
    }
  },
}

const ADDRESSES = languageOf(['?*@?*'])

/** Whether a rule that accepts matches every invitation to every address. */
export function acceptsEveryone({ selector: { email, cloud, ...others } }: Rule): boolean {
  if (Object.keys(others).length > 0) return false
  const everyCloud = cloud === undefined || cloud.some(pattern => /^\*+$/.test(pattern))
  return everyCloud && (email === undefined || findString([ADDRESSES], [languageOf([email])]) === null)
}

export const adminByWildcard: LintRule = {
  code: 'admin-by-wildcard',
  level: 'warning',
  *find(context) {
    const { ruleset } = context
    for (const speaker of ruleset.rules) {
      const { entry } = speaker
      const { effect, strength, selector, at } = entry
      if (effect !== 'accept' || strength !== 'pattern' || selector.cloudRole !== undefined) continue
      if (!textsOf(selector).some(hasWildcard) || acceptsEveryone(entry)) continue
      if (!context.decided(speaker, () => decidesSome(ruleset, speaker, ADMINS), true)) continue
      yield {
        at,
        summary: 'This rule accepts by a wildcard, and whatever role was asked for: it makes admins',
        detail: 'Add `cloudRole: user`, and accept admins by rules that name them.',
      }
    }
  },
}

const ADMINS = { cloudRole: 'admin' } as const

const textsOf = ({ email, cloud = [], project = [], sender }: Selector): readonly string[] => [
  ...(email === undefined ? [] : [email]),
  ...cloud,
  ...project,
  ...(sender === undefined ? [] : [sender]),
]
