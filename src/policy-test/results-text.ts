import { escapeTerminal } from '../render/escape/terminal.js'
import type { Style } from '../render/text/style.js'
import { table } from '../render/text/table.js'
import type { CoverageDocument, ResultsDocument } from './results.js'

/** Results for people: what failed, with what explain says, and the counts in the last line. */
export function resultsText({ tests, passed, failed, coverage }: ResultsDocument, style: Style): string {
  const parts = [
    ...tests.filter(test => !test.passed).map(test => failedText(test, style)),
    ...(coverage === null ? [] : [coverageText(coverage, style)]),
    `${(failed === 0 ? style.good : style.bad)(`${passed} passed, ${failed} failed.`)}`,
  ]
  return `${parts.join('\n\n')}\n`
}

function failedText({ file, line, column, name, failures }: ResultsDocument['tests'][number], style: Style): string {
  const lines = failures.flatMap(({ subject, expected, got, explanation }) => [
    `  ${style.bold(escapeTerminal(subject))}: expected ${style.good(escapeTerminal(expected))}, got ${style.bad(escapeTerminal(got))}`,
    // What explain says is made for a terminal already.
    ...explanation.split('\n').map(text => (text === '' ? '' : `    ${text}`)),
  ])
  const place = style.bold(escapeTerminal(`${file}:${line}:${column}`))
  return [`${place}: ${style.bad('Failed')}: ${escapeTerminal(name)}`, ...lines].join('\n')
}

const WORDS = {
  decided: 'decided',
  overruled: 'matched, but did not decide',
  unmatched: 'never matched by a test',
} as const

function coverageText({ percent, rules }: CoverageDocument, style: Style): string {
  const rows = rules.map(({ file, line, name, coverage }) => {
    const place = `${file}:${line}${name === null ? '' : ` ${name}`}`
    const words = WORDS[coverage]
    return ['  ', escapeTerminal(place), coverage === 'decided' ? style.good(words) : style.change(words)]
  })
  const title = `${style.bold('Coverage')}: ${percent} % of ${rules.length} rule${rules.length === 1 ? '' : 's'} decided something in a test`
  return rows.length === 0 ? title : `${title}\n${table(rows).trimEnd()}`
}
