import { emailKey } from '../model/text.js'
import type { Merged, Written } from './merge.js'
import { type Draft, quoted } from './problems.js'

/** An address without an @ and without wildcards: no user has it. */
const matchesNobody = (email: string | undefined): email is string => email !== undefined && !/[@*?]/.test(email)

const nobody = ({ source, start, end }: Written<unknown>, email: string): Draft => ({
  code: 'wrong-value',
  severity: 'warning',
  source,
  start,
  end,
  say: () => ({
    summary: `${quoted(emailKey(email))} matches nobody: it has no @`,
    detail: 'Write the whole address, or a pattern such as "*@acme.example".',
  }),
})

/** What can be meant, but hardly is. */
export function warnings({ accept, deny, protect }: Merged): Draft[] {
  const rules = [...accept, ...deny]
  return [
    ...rules.flatMap(rule => (matchesNobody(rule.value.email) ? [nobody(rule, rule.value.email)] : [])),
    ...protect.flatMap(pattern => (matchesNobody(pattern.value) ? [nobody(pattern, pattern.value)] : [])),
  ]
}
