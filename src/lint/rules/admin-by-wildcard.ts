import { hasWildcard } from '../../model/email-address.js'
import type { Selector } from '../../model/manifest.js'
import type { LintRule } from '../context.js'
import { decidesSome } from '../decisions.js'
import { acceptsEveryone } from './accepts-everyone.js'

/**
 * A wildcard accepts without saying which `cloudRole`: who is invited as an admin of a cloud becomes one.
 */
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
