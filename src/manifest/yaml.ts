import { type Document, type ErrorCode, isScalar, type ParsedNode, parseDocument } from 'yaml'
import type { ProblemCode } from '../model/problem.js'
import { findExcess } from './limits.js'
import type { PendingProblem, ProblemText } from './problems.js'
import type { Source } from './source.js'
import { startOf, textFor } from './yaml-errors.js'

/** Keys are compared in `walk.ts`, which takes the same time for each: the package's own check is quadratic. */
const OPTIONS = {
  version: '1.2',
  schema: 'core',
  strict: true,
  uniqueKeys: false,
  resolveKnownTags: false,
  prettyErrors: false,
} as const

const EMPTY: ProblemText = {
  summary: 'The file is empty',
  detail: 'Begin it with `apiVersion: guestlist/v1`; `guestlist init` writes a commented starter.',
}

const OTHER_VERSION: ProblemText = {
  summary: 'The file asks for a YAML version other than 1.2',
  detail: 'Manifests are YAML 1.2. Remove the line that begins with `%YAML`.',
}

export interface Read {
  /** Null where there is no document, or none to go on with. */
  readonly root: ParsedNode | null
  readonly pending: readonly PendingProblem[]
}

const at = (source: Source, start: number, end: number, text: ProblemText, code: ProblemCode): PendingProblem => ({
  code,
  source,
  start,
  end,
  describe: () => text,
})

const TAB: ErrorCode = 'TAB_AS_INDENT'

/**
 * One line has one cause: what the parser says next is most often an echo. A tab counts before anything else on its
 * line, and before what the line above is said to lack because of it.
 */
function withoutEchoes(source: Source, pending: readonly PendingProblem[]): PendingProblem[] {
  const lineOf = (problem: PendingProblem): number => source.position(problem.start).line
  const tabs = new Set(pending.filter(({ cause }) => cause === TAB).map(lineOf))
  const seen = new Set<number>()
  return [...pending]
    .sort((a, b) => a.start - b.start)
    .filter(problem => {
      const line = lineOf(problem)
      if (problem.cause !== TAB && (tabs.has(line) || tabs.has(line + 1))) return false
      return !seen.has(line) && seen.add(line)
    })
}

function syntaxProblems(source: Source, document: Document.Parsed): PendingProblem[] {
  // An indentation warning is the package's remark on a closing bracket under its key, which every reader accepts.
  const warnings = document.warnings.filter(({ code }) => code !== 'BAD_INDENT')
  const pending = [...document.errors, ...warnings].map(({ code, message, pos }): PendingProblem => {
    const start = startOf(code, message, pos[0], source.text)
    const describe = () => textFor(code, message, source.text.slice(start, start + 80))
    const end = start + Math.max(1, pos[1] - pos[0])
    return { code: code === 'BAD_ALIAS' ? 'alias' : 'syntax', source, start, end, cause: code, describe }
  })
  if (document.directives.yaml.version !== '1.2') {
    const start = Math.max(0, source.text.search(/^%YAML/m))
    pending.push(at(source, start, source.text.length, OTHER_VERSION, 'syntax'))
  }
  return withoutEchoes(source, pending)
}

/** The one YAML document of a file, and everything that keeps it from being one. */
export function readYaml(source: Source): Read {
  const excess = findExcess(source.text)
  if (excess !== null) {
    const { offset, text, code } = excess
    return { root: null, pending: [at(source, offset, offset + 1, text, code)] }
  }
  const document = parseDocument(source.text, OPTIONS)
  const problems = syntaxProblems(source, document)
  if (problems.length > 0) return { root: null, pending: problems }
  const root = document.contents
  const isEmpty = root === null || (isScalar(root) && root.value === null)
  return isEmpty ? { root: null, pending: [at(source, 0, 0, EMPTY, 'empty')] } : { root, pending: [] }
}
