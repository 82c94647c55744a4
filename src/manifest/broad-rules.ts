import type { WrittenRule } from './manifest-file.gen.js'
import type { Merged, Written } from './merge.js'
import type { PendingProblem, ProblemText } from './problems.js'
import { ANNOTATIONS } from './schema.js'

/** A rule for everybody: an e-mail of `*` or `*@*` alone, whatever it says besides why and until when. */
const isEverybody = ({ value }: Written<WrittenRule>): boolean =>
  /^[\s*@]+$/.test(value.email ?? '') && Object.keys(value).every(key => key === 'email' || ANNOTATIONS.has(key))

const warning = ({ source, start, end }: Written<unknown>, words: ProblemText): PendingProblem => ({
  code: 'wrong-value',
  severity: 'warning',
  source,
  start,
  end,
  describe: () => words,
})

const EVERYBODY: ProblemText = {
  summary: 'This rule accepts every invitation, whoever is invited',
  detail: 'If that is not intended, name a domain, as in "*@acme.example", or a cloud.',
}

const UNMATCHED: ProblemText = {
  summary: '`unmatched: accept` accepts every invitation that no rule denies',
  detail: 'If that is not intended, write ignore, and a rule for each domain to accept.',
}

/** What can be meant, but hardly is. */
export function warnings({ accept, unmatched }: Merged): PendingProblem[] {
  return [
    ...accept.filter(isEverybody).map(rule => warning(rule, EVERYBODY)),
    ...(unmatched?.value === 'accept' ? [warning(unmatched, UNMATCHED)] : []),
  ]
}
