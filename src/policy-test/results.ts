import type { Rule } from '../model/manifest.js'
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
  /** Of all rules, how many decided something; to one decimal place, downwards. */
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
