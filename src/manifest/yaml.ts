import { type Document, type ErrorCode, isScalar, type ParsedNode, parseDocument } from 'yaml'
import { findExcess, TOO_DEEP } from './limits.js'
import { type PendingProblem, type ProblemText, problemAt, quoted } from './problems.js'
import type { Source } from './source.js'

/** `walk.ts` finds duplicate keys in linear time: the package's own check is quadratic. */
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
  /** Null if there is no document, or no usable one. */
  readonly root: ParsedNode | null
  readonly pending: readonly PendingProblem[]
}

const TAB: ErrorCode = 'TAB_AS_INDENT'

/**
 * Keeps one problem per line: what the parser reports next is usually a consequence. A tab takes precedence over
 * everything else on its line, and over what the line above seems to lack because of it.
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
  // The package's indentation warning is about a closing bracket below its key, which every parser accepts.
  const warnings = document.warnings.filter(({ code }) => code !== 'BAD_INDENT')
  const pending = [...document.errors, ...warnings].map(({ code, message, pos }) => {
    const start = startOf(code, message, pos[0], source.text)
    const describe = () => textFor(code, message, source.text.slice(start, start + 80))
    const end = start + Math.max(1, pos[1] - pos[0])
    return problemAt(code === 'BAD_ALIAS' ? 'alias' : 'syntax', { source, start, end }, describe, { cause: code })
  })
  if (document.directives.yaml.version !== '1.2') {
    const start = Math.max(0, source.text.search(/^%YAML/m))
    pending.push(problemAt('syntax', { source, start, end: source.text.length }, OTHER_VERSION))
  }
  return withoutEchoes(source, pending)
}

/** Parses a file's only YAML document, or finds every reason why it is not one. */
export function readYaml(source: Source): Read {
  const excess = findExcess(source.text)
  if (excess !== null) {
    const { offset, text, code } = excess
    return { root: null, pending: [problemAt(code, { source, start: offset, end: offset + 1 }, text)] }
  }
  const document = parseDocument(source.text, OPTIONS)
  const problems = syntaxProblems(source, document)
  if (problems.length > 0) return { root: null, pending: problems }
  const root = document.contents
  const isEmpty = root === null || (isScalar(root) && root.value === null)
  return isEmpty
    ? { root: null, pending: [problemAt('empty', { source, start: 0, end: 0 }, EMPTY)] }
    : { root, pending: [] }
}

const QUOTE_IT = 'A value that begins with a special character needs quotes around it, as in "*@acme.example".'

/** What to do about each of the YAML package's errors; its own message says what is wrong. */
const ADVICE: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'Remove the tag or the anchor before the alias.',
  BAD_ALIAS: QUOTE_IT,
  BAD_COLLECTION_TYPE: 'Remove the tag: a manifest needs none.',
  BAD_DIRECTIVE: 'Remove the line that begins with `%`: a manifest needs none.',
  BAD_DQ_ESCAPE: 'Write a backslash as two within double quotes, or use single quotes.',
  BAD_INDENT: 'Give the keys of one mapping, and the dashes of one list, the same number of spaces before them.',
  BAD_PROP_ORDER: 'Write the anchor or the tag after the dash or the question mark.',
  BAD_SCALAR_START: QUOTE_IT,
  BLOCK_AS_IMPLICIT_KEY:
    'Put quotes around a value that holds a colon and a space; begin a nested mapping on a new line.',
  BLOCK_IN_FLOW: 'Within brackets write lists as [a, b] and mappings as {key: value}.',
  DUPLICATE_KEY: 'Keep one of the two.',
  IMPOSSIBLE: 'Check the lines around it.',
  KEY_OVER_1024_CHARS: 'Keys of a manifest are short: check for a missing quote or line break.',
  MISSING_CHAR: 'Check for a missing quote, bracket, comma, space or colon on this line or before it.',
  MULTILINE_IMPLICIT_KEY: 'Write each key on one line; check for a missing colon after it.',
  MULTIPLE_ANCHORS: 'Keep one of the anchors.',
  MULTIPLE_DOCS:
    'A file holds one document. Remove the line `---`, or move what follows to a file of its own: files merge.',
  MULTIPLE_TAGS: 'Remove the tags: a manifest needs none.',
  NON_STRING_KEY: 'Keys of a manifest are words.',
  RESOURCE_EXHAUSTION: TOO_DEEP.detail,
  TAB_AS_INDENT: 'Replace the tab by spaces.',
  TAG_RESOLVE_FAILED: 'Remove the tag, the word that begins with `!`; a string that begins so needs quotes.',
  UNEXPECTED_TOKEN:
    'Check for a missing quote or bracket; a value that holds special characters needs quotes around it.',
}

/** Replaces the package's messages that address programmers, or say less than is known. */
const SUMMARIES: Partial<Readonly<Record<ErrorCode, string>>> = {
  BAD_ALIAS: 'A value cannot begin with * or & without quotes',
  BLOCK_AS_IMPLICIT_KEY: 'A second colon, or a line indented too far, makes a mapping where there can be none',
  KEY_OVER_1024_CHARS: 'A key is longer than 1024 characters',
  MULTILINE_IMPLICIT_KEY: 'A key continues over several lines',
  MULTIPLE_DOCS: 'A second YAML document begins here',
  RESOURCE_EXHAUSTION: TOO_DEEP.summary,
  TAB_AS_INDENT: 'A tab is used for indentation',
}

/** How the package's messages about quotes, brackets and dashes begin. */
const UNCLOSED = 'Missing closing'
const UNBALANCED = 'Flow '
const NO_DASH = 'Sequence item without'

const CLOSE_IT = 'Close it with ] or }, on a line that is indented further than the key that it belongs to.'

function summaryOf(code: ErrorCode, message: string, text: string): string {
  if (code === 'TAG_RESOLVE_FAILED') return `The tag ${quoted(/^\S*/.exec(text)?.[0] ?? '')} is unknown`
  if (message.startsWith(UNCLOSED)) return 'A quote is not closed'
  if (message.startsWith(UNBALANCED)) return 'A bracket is not closed'
  if (message.startsWith(NO_DASH)) return 'The line belongs to no mapping and no list by its indentation'
  if (message.startsWith('Implicit map keys need')) return 'A key has no colon after it'
  return SUMMARIES[code] ?? message.replaceAll(/\s+/g, ' ').replace(/\.$/, '').slice(0, 160)
}

/** Where a problem begins: after any leading spaces, or at the opening quote if it is not closed. */
function startOf(code: ErrorCode, message: string, offset: number, text: string): number {
  if (!message.startsWith(UNCLOSED)) {
    let start = Math.min(offset, text.length)
    while (code !== 'TAB_AS_INDENT' && text[start] === ' ') start++
    return start
  }
  const quote = message.includes('"') ? '"' : "'"
  const escaping = quote === '"' ? '\\' : quote
  let start = text.lastIndexOf(quote, offset - 1)
  while (start > 0 && text[start - 1] === escaping) start = text.lastIndexOf(quote, start - 2)
  return Math.max(0, start)
}

/** Explains a problem that the YAML package found to the author of a manifest. */
function textFor(code: ErrorCode, message: string, text: string): ProblemText {
  const detail = message.startsWith(UNBALANCED) ? CLOSE_IT : ADVICE[message.startsWith(NO_DASH) ? 'BAD_INDENT' : code]
  return { summary: summaryOf(code, message, text), detail }
}
