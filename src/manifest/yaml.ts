import { Composer, type Document, type ErrorCode, isScalar, Lexer, type ParsedNode, Parser } from 'yaml'
import type { ProblemCode } from '../model/problem.js'
import type { PendingProblem, ProblemText } from './problems.js'
import type { Source } from './source.js'
import { EMPTY, MULTIPLE_DOCUMENTS, OTHER_VERSION, startOf, TOO_DEEP, TOO_MUCH, wordsForYaml } from './syntax.js'

/** Mappings and lists within one another; a manifest needs five. */
export const DEPTH_LIMIT = 64
/** ProblemText and signs in one file: ten megabytes of the shortest rules (`- id: 123456`) hold as many. */
const COST_LIMIT = 2_500_000

/** Keys are compared in `walk.ts`, which takes the same time for each: the package's own check is quadratic. */
const OPTIONS = {
  version: '1.2',
  schema: 'core',
  strict: true,
  uniqueKeys: false,
  resolveKnownTags: false,
} as const

/** What the lexer sends between the pieces of the text. */
const DOCUMENT = '\u0002'
const FLOW_ERROR = '\u0018'
const SCALAR = '\u001f'

export interface Read {
  /** Null where there is no document, or none to go on with. */
  readonly root: ParsedNode | null
  readonly pending: readonly PendingProblem[]
}

interface Stop {
  readonly offset: number
  readonly code: ProblemCode
  readonly words: ProblemText
}

/** What has been read so far. */
interface Gauge {
  /** Flow collections that are open. */
  flow: number
  /** Dashes and question marks on the current line. */
  compact: number
  cost: number
}

const stepInto = (lexeme: string): number =>
  lexeme === '[' || lexeme === '{' ? 1 : lexeme === ']' || lexeme === '}' ? -1 : 0

/** What a lexeme costs by its first character: an anchor or a tag as much as the errors it can make. */
const COSTS: ReadonlyMap<string, number> = new Map([
  ...[' ', '\t', '\r', '\n', '#', DOCUMENT, FLOW_ERROR].map(free => [free, 0] as const),
  ...['&', '!'].map(dear => [dear, 20] as const),
])

function weigh(gauge: Gauge, lexeme: string): Omit<Stop, 'offset'> | null {
  gauge.flow = Math.max(0, gauge.flow + stepInto(lexeme))
  if (lexeme.endsWith('\n')) gauge.compact = 0
  else if (lexeme === '-' || lexeme === '?') gauge.compact++
  gauge.cost += COSTS.get(lexeme.charAt(0)) ?? 1
  if (gauge.flow > DEPTH_LIMIT || gauge.compact > DEPTH_LIMIT) return { code: 'syntax', words: TOO_DEEP }
  return gauge.cost > COST_LIMIT ? { code: 'too-large', words: TOO_MUCH } : null
}

/**
 * Feeds the parser piece by piece and stops before a file can cost more than its size: the composer behind it is
 * recursive. Depth is counted where one line can hold much of it (flow collections, `- - -`); indentation is
 * counted in `walk.ts`.
 */
function* tokensOf(text: string, parser: Parser, stop: (stop: Stop) => void) {
  const gauge: Gauge = { flow: 0, compact: 0, cost: 0 }
  let offset = 0
  let isContent = false
  for (const lexeme of new Lexer().lex(text)) {
    const excess = isContent ? null : weigh(gauge, lexeme)
    if (excess !== null) return stop({ offset, ...excess })
    yield* parser.next(lexeme)
    if (isContent || (lexeme !== DOCUMENT && lexeme !== FLOW_ERROR && lexeme !== SCALAR)) offset += lexeme.length
    isContent = !isContent && lexeme === SCALAR
  }
  yield* parser.end()
}

const at = (
  source: Source,
  start: number,
  end: number,
  words: ProblemText,
  code: ProblemCode = 'syntax',
): PendingProblem => ({
  code,
  source,
  start,
  end,
  say: () => words,
})

const TAB: ErrorCode = 'TAB_AS_INDENT'

/**
 * One line has one cause: what the parser says next is most often an echo. A tab counts before anything else on its
 * line, and before what the line above is said to lack because of it.
 */
function withoutEchoes(source: Source, pending: readonly PendingProblem[]): PendingProblem[] {
  const lineOf = (draft: PendingProblem): number => source.position(draft.start).line
  const tabs = new Set(pending.filter(({ cause }) => cause === TAB).map(lineOf))
  const seen = new Set<number>()
  return [...pending]
    .sort((a, b) => a.start - b.start)
    .filter(draft => {
      const line = lineOf(draft)
      if (draft.cause !== TAB && (tabs.has(line) || tabs.has(line + 1))) return false
      return !seen.has(line) && seen.add(line)
    })
}

function syntaxProblems(source: Source, document: Document.Parsed): PendingProblem[] {
  // An indentation warning is the package's remark on a closing bracket under its key, which every reader accepts.
  const warnings = document.warnings.filter(({ code }) => code !== 'BAD_INDENT')
  const pending = [...document.errors, ...warnings].map(({ code, message, pos }): PendingProblem => {
    const problem = code === 'BAD_ALIAS' ? 'alias' : 'syntax'
    const start = startOf(code, message, pos[0], source.text)
    const say = () => wordsForYaml(code, message, source.text.slice(start, start + 80))
    return { code: problem, source, start, end: start + Math.max(1, pos[1] - pos[0]), cause: code, say }
  })
  if (document.directives.yaml.version !== '1.2') {
    const start = Math.max(0, source.text.search(/^%YAML/m))
    pending.push(at(source, start, source.text.length, OTHER_VERSION))
  }
  return withoutEchoes(source, pending)
}

/** The first document, and what stands after it. */
function compose(
  source: Source,
  pending: PendingProblem[],
): { document: Document.Parsed | null; stopped: Stop | null } {
  const stops: Stop[] = []
  const tokens = tokensOf(source.text, new Parser(), stop => stops.push(stop))
  let document: Document.Parsed | null = null
  for (const next of new Composer(OPTIONS).compose(tokens, true, source.text.length)) {
    if (document !== null) {
      pending.push(at(source, next.range[0], next.range[1], MULTIPLE_DOCUMENTS))
      break
    }
    document = next
  }
  return { document, stopped: stops[0] ?? null }
}

const isEmpty = (root: ParsedNode | null): boolean => root === null || (isScalar(root) && root.value === null)

/** The one YAML document of a file, and everything that keeps it from being one. */
export function readYaml(source: Source): Read {
  const pending: PendingProblem[] = []
  const { document, stopped } = compose(source, pending)
  if (stopped !== null) {
    const { offset, code, words } = stopped
    return { root: null, pending: [at(source, offset, offset + 1, words, code)] }
  }
  if (document === null) return { root: null, pending: [at(source, 0, 0, EMPTY, 'empty')] }
  const problems = [...pending, ...syntaxProblems(source, document)]
  if (problems.length > 0) return { root: null, pending: problems }
  const root = document.contents
  return isEmpty(root) ? { root: null, pending: [at(source, 0, 0, EMPTY, 'empty')] } : { root, pending: [] }
}
