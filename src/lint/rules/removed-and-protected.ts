import { quoted } from '../../manifest/problems.js'
import { placeText } from '../../model/problem.js'
import { indexProtections } from '../../reconcile/protect.js'
import type { LintRule } from '../context.js'

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
