import type { Removal, Rule } from '../model/manifest.js'
import { type Problem, placeText } from '../model/problem.js'

/** An `id` rule accepts an invitation of a user who is to be removed. */
export function contradiction(id: number, rule: Rule, removal: Removal): Problem {
  const { file, line, column } = rule.at
  const position = { line, column, byte: 0 }
  return {
    code: 'live-contradiction',
    severity: 'error',
    summary: `The rule accepts invitation ${id} of ${removal.email}, who is to be removed (${placeText(removal.at)})`,
    detail: `Accepted, the invitation would bring the user back. Remove the rule at ${placeText(rule.at)} or the removal at ${placeText(removal.at)}.`,
    range: { filename: file, start: position, end: position },
    snippet: null,
    file,
  }
}

/** The API listed one id twice: which entry is true cannot be known, so nothing is planned. */
export const duplicateId = (apiUrl: string, id: number): Problem => ({
  code: 'inconsistent-answer',
  severity: 'error',
  summary: `The API listed invitation ${id} more than once`,
  detail: "Its answer cannot be relied on, so nothing is done. Try again; if it persists, contact the API's operator.",
  range: null,
  snippet: null,
  file: apiUrl,
})
