import type { ProblemCode } from '../model/codes.gen.js'
import type { Problem } from '../model/problem.js'
import type { SourceSpan } from './source.js'

export interface ProblemText {
  /** One line, without a full stop. */
  readonly summary: string
  /** What to do, in complete sentences. */
  readonly detail: string
}

/** A problem whose text is not yet composed: a hostile file can contain a million, and only the first are shown. */
export interface PendingProblem extends SourceSpan {
  readonly code: ProblemCode
  readonly severity?: 'error' | 'warning'
  /** Distinguishes problems with the same code at the same place. */
  readonly cause?: string
  describe(): ProblemText
}

export const problemAt = (
  code: ProblemCode,
  { source, start, end }: SourceSpan,
  text: ProblemText | (() => ProblemText),
  more: Pick<PendingProblem, 'severity' | 'cause'> = {},
): PendingProblem => ({ code, source, start, end, describe: typeof text === 'function' ? text : () => text, ...more })

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`

/** Quotes a value within a sentence: on one line, never long, without characters that a terminal would obey or hide. */
export const quoted = (value: unknown): string => {
  const text = String(value)
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text
  return JSON.stringify(short).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)
}

/** The subject of a sentence about the value at a path: `email`, or an entry of `accept`. */
export function subjectOf(path: readonly string[]): string {
  const last = path.at(-1)
  if (last === undefined) return 'A manifest'
  return /^\d+$/.test(last) ? `An entry of \`${path.at(-2) ?? ''}\`` : `\`${last}\``
}

/** How many problems are shown; the rest are counted. */
export const PROBLEM_LIMIT = 1000

const byPlace = (a: PendingProblem, b: PendingProblem): number =>
  a.source.index - b.source.index || a.start - b.start || a.end - b.end

function withoutRepeats(pending: readonly PendingProblem[]): PendingProblem[] {
  const seen = new Set<string>()
  return pending.filter(problem => {
    const key = `${problem.source.index}:${problem.start}:${problem.code}:${problem.cause ?? ''}`
    return !seen.has(key) && seen.add(key)
  })
}

function toProblem(pending: PendingProblem): Problem {
  const { code, severity = 'error', source, start, end } = pending
  const range = source.range(start, end)
  return { code, severity, ...pending.describe(), range, snippet: source.snippet(start), file: source.file }
}

/** Stands for all problems beyond the limit, at the place of the first of them. */
function remainder(first: PendingProblem, count: number): Problem {
  const problem = toProblem(first)
  const summary = `At least ${count} more ${count === 1 ? 'problem is' : 'problems are'} not shown`
  return { ...problem, summary, detail: 'Correct the ones above first: many problems often have one cause.' }
}

/** Sorted by file, line and column; each cause once; at most `PROBLEM_LIMIT`, then a count of the rest. */
export function toProblems(pending: readonly PendingProblem[]): Problem[] {
  const ordered = withoutRepeats(pending).sort(byPlace)
  const problems = ordered.slice(0, PROBLEM_LIMIT).map(toProblem)
  const next = ordered[PROBLEM_LIMIT]
  return next === undefined ? problems : [...problems, remainder(next, ordered.length - PROBLEM_LIMIT)]
}
