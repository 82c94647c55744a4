import { type Problem, problemPlace } from '../../model/problem.js'
import { plural } from '../../model/text.js'
import { escapeEach, escapeTerminal } from '../escape/terminal.js'
import type { Style } from './style.js'
import { displayWidth, wrapText } from './width.js'

/** How many characters of a source line are shown around its problem, at most. */
const WINDOW = 120

/** Problems for people: file:line:column, what is wrong, the line with a caret, and advice; prose wraps at `width`. */
export function problemsText(problems: readonly Problem[], style: Style, width?: number): string {
  return problems.map(problem => problemText(problem, style, width)).join('\n\n')
}

function problemText(problem: Problem, style: Style, width?: number): string {
  const { severity, code, summary, detail } = problem
  const label = severity === 'error' ? style.bad('Error') : style.change('Warning')
  const place = problemPlace(problem)
  return [
    wrapText(`${style.bold(escapeTerminal(place))}: ${label}: ${escapeTerminal(summary)}${style.code(code)}`, width),
    ...excerpt(problem, style),
    ...detail.split('\n').map(line => wrapText(`  ${escapeTerminal(line)}`, width, 2)),
  ].join('\n')
}

/** The line around the problem, with carets below it. Columns count code points; escapes lengthen the shown text. */
function excerpt({ range, snippet }: Problem, style: Style): readonly string[] {
  if (!range || snippet === null) return []
  const line = Array.from(snippet)
  const start = range.start.column - 1
  const end = range.end.line === range.start.line ? Math.max(range.end.column - 1, start + 1) : start + 1
  const from = Math.max(0, Math.min(start - WINDOW / 2, line.length - WINDOW))
  const shown = escapeEach(line.slice(from, from + WINDOW))
  const show = (a: number, b: number) => shown.slice(a - from, b - from).join('')
  const [before, marked, after] = [show(from, start), show(start, end), show(end, from + WINDOW)]
  const gutter = `${range.start.line}`
  return [
    `${style.dim(`  ${gutter} | `)}${before}${marked}${after}`,
    `  ${' '.repeat(gutter.length)} ${style.dim('|')} ${' '.repeat(displayWidth(before))}${style.bad('^'.repeat(Math.max(1, displayWidth(marked))))}`,
  ]
}

/** The number of problems, without a full stop: the consequence depends on the command. */
export function problemsSummary(problems: readonly Problem[], subject = 'manifest'): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  return `${plural(errors, 'problem')} in the ${subject}`
}
