import type { Rule } from '../model/manifest.js'
import { placeText } from '../model/problem.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import type { Style } from '../render/text/style.js'
import { table } from '../render/text/table.js'
import type { Coverage, TestResult, TestsRun } from './run-tests.js'

/** What `test --json` prints. */
export interface ResultsDocument {
  readonly format_version: '1.0'
  readonly passed: number
  readonly failed: number
  readonly tests: readonly {
    readonly name: string
    readonly file: string
    readonly line: number
    readonly column: number
    readonly passed: boolean
    readonly failures: TestResult['failures']
  }[]
  readonly coverage: CoverageDocument | null
}

export interface CoverageDocument {
  /** The percentage of rules that decided something, rounded down to one decimal place. */
  readonly percent: number
  readonly rules: readonly {
    readonly file: string
    readonly line: number
    readonly name: string | null
    readonly coverage: Coverage
  }[]
}

export function resultsDocument({ results, coverage }: TestsRun, withCoverage: boolean): ResultsDocument {
  const failed = results.filter(({ failures }) => failures.length > 0).length
  return {
    format_version: '1.0',
    passed: results.length - failed,
    failed,
    tests: results.map(({ test, failures }) => ({
      name: test.name,
      file: test.at.file,
      line: test.at.line,
      column: test.at.column,
      passed: failures.length === 0,
      failures,
    })),
    coverage: withCoverage ? coverageDocument(coverage) : null,
  }
}

function coverageDocument(coverage: ReadonlyMap<Rule, Coverage>): CoverageDocument {
  const all = [...coverage]
  const decided = all.filter(([, word]) => word === 'decided').length
  return {
    percent: all.length === 0 ? 100 : Math.floor((decided / all.length) * 1000) / 10,
    rules: all.map(([{ at, name }, word]) => ({ file: at.file, line: at.line, name, coverage: word })),
  }
}

/** Results for people: what failed, with explain's output, and the counts in the last line. */
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
    // explain's output is already escaped for a terminal.
    ...explanation.split('\n').map(text => (text === '' ? '' : `    ${text}`)),
  ])
  const place = style.bold(escapeTerminal(placeText({ file, line, column })))
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
