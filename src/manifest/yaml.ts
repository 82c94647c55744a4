import { Composer, type Document, isScalar, Lexer, type ParsedNode, Parser } from 'yaml'
import type { ProblemCode } from '../model/problem.js'
import type { Draft, Words } from './problems.js'
import type { Source } from './source.js'
import { EMPTY, MULTIPLE_DOCUMENTS, OTHER_VERSION, TOO_DEEP, TOO_MANY_VALUES, wordsForYaml } from './syntax.js'

/** Mappings and lists within one another; a manifest needs five. */
export const DEPTH_LIMIT = 64
/** Scalars in one file: ten megabytes of ordinary rules hold about a million. */
const SCALAR_LIMIT = 1_500_000

/** Keys are compared in `tree.ts`, which takes the same time for each: the package's own check is quadratic. */
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
  readonly drafts: readonly Draft[]
}

interface Stop {
  readonly offset: number
  readonly code: ProblemCode
  readonly words: Words
}

const stepInto = (lexeme: string): number =>
  lexeme === '[' || lexeme === '{' ? 1 : lexeme === ']' || lexeme === '}' ? -1 : 0

/**
 * Feeds the parser piece by piece and stops before a file can cost more than its size: the composer behind it is
 * recursive. Depth is counted where one line can hold much of it (flow collections, `- - -`); indentation is
 * counted in `tree.ts`.
 */
function* tokensOf(text: string, parser: Parser, stop: (stop: Stop) => void) {
  let [offset, flow, compact, scalars] = [0, 0, 0, 0]
  let isContent = false
  for (const lexeme of new Lexer().lex(text)) {
    if (!isContent) {
      flow = Math.max(0, flow + stepInto(lexeme))
      compact = lexeme.endsWith('\n') ? 0 : lexeme === '-' || lexeme === '?' ? compact + 1 : compact
      if (lexeme === SCALAR || lexeme.startsWith('"') || lexeme.startsWith("'")) scalars++
      if (flow > DEPTH_LIMIT || compact > DEPTH_LIMIT) return stop({ offset, code: 'syntax', words: TOO_DEEP })
      if (scalars > SCALAR_LIMIT) return stop({ offset, code: 'too-large', words: TOO_MANY_VALUES })
    }
    yield* parser.next(lexeme)
    if (isContent || (lexeme !== DOCUMENT && lexeme !== FLOW_ERROR && lexeme !== SCALAR)) offset += lexeme.length
    isContent = !isContent && lexeme === SCALAR
  }
  yield* parser.end()
}

const at = (source: Source, start: number, end: number, words: Words, code: ProblemCode = 'syntax'): Draft => ({
  code,
  source,
  start,
  end,
  say: () => words,
})

/** One line has one cause: what the parser says next is most often an echo. */
function firstOfEachLine(source: Source, drafts: readonly Draft[]): Draft[] {
  const lines = new Set<number>()
  return [...drafts]
    .sort((a, b) => a.start - b.start)
    .filter(draft => {
      const { line } = source.position(draft.start)
      return !lines.has(line) && lines.add(line)
    })
}

function syntaxProblems(source: Source, document: Document.Parsed): Draft[] {
  // An indentation warning is the package's remark on a closing bracket under its key, which every reader accepts.
  const warnings = document.warnings.filter(({ code }) => code !== 'BAD_INDENT')
  const drafts = [...document.errors, ...warnings].map(({ code, message, pos }): Draft => {
    const problem = code === 'BAD_ALIAS' ? 'alias' : 'syntax'
    const start = Math.min(pos[0], source.text.length)
    const say = () => wordsForYaml(code, message, source.text.slice(start, start + 80))
    return { code: problem, source, start, end: pos[1], say }
  })
  if (document.directives.yaml.version !== '1.2') {
    const start = Math.max(0, source.text.search(/^%YAML/m))
    drafts.push(at(source, start, source.text.length, OTHER_VERSION))
  }
  return firstOfEachLine(source, drafts)
}

/** The first document, and what stands after it. */
function compose(source: Source, drafts: Draft[]): { document: Document.Parsed | null; stopped: Stop | null } {
  const stops: Stop[] = []
  const tokens = tokensOf(source.text, new Parser(), stop => stops.push(stop))
  let document: Document.Parsed | null = null
  for (const next of new Composer(OPTIONS).compose(tokens, true, source.text.length)) {
    if (document !== null) {
      drafts.push(at(source, next.range[0], next.range[1], MULTIPLE_DOCUMENTS))
      break
    }
    document = next
  }
  return { document, stopped: stops[0] ?? null }
}

const isEmpty = (root: ParsedNode | null): boolean => root === null || (isScalar(root) && root.value === null)

/** The one YAML document of a file, and everything that keeps it from being one. */
export function readYaml(source: Source): Read {
  const drafts: Draft[] = []
  const { document, stopped } = compose(source, drafts)
  if (stopped !== null) {
    const { offset, code, words } = stopped
    return { root: null, drafts: [at(source, offset, offset + 1, words, code)] }
  }
  if (document === null) return { root: null, drafts: [at(source, 0, 0, EMPTY, 'empty')] }
  drafts.push(...syntaxProblems(source, document))
  if (drafts.length > 0) return { root: null, drafts }
  const root = document.contents
  return isEmpty(root) ? { root: null, drafts: [at(source, 0, 0, EMPTY, 'empty')] } : { root, drafts }
}
