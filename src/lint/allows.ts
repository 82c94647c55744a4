import { Lexer } from 'yaml'
import { decode } from '../manifest/decode.js'
import type { ManifestSource } from '../manifest/parse.js'
import { quoted } from '../manifest/problems.js'
import { suggest } from '../manifest/suggest.js'
import type { Place } from '../model/problem.js'
import type { LintRule, Remark } from './context.js'

/** A comment `# guestlist-lint: allow CODE (why)`, or one that was probably meant to be. */
export interface Allow {
  readonly at: Place
  /** Null if the comment cannot be understood. */
  readonly code: string | null
  /** The line whose findings it silences: its own or, if it is alone there, the next without such a comment. */
  readonly line: number
}

const DIRECTIVE = /^#+\s*guestlist-lint:\s*allow\s+([A-Za-z-]+)(?:\s+\(.*\)|\s*$)/s
const MEANT_AS_ONE = /^#+\s*guestlist[-_ ]?lint\b/i

/** The marker that the lexer emits before the text of a scalar. */
const SCALAR = '\u001f'
const CONTROL = new Set(['\u0002', '\u0018', SCALAR, '\ufeff'])

/** Every such comment in a manifest's files. They are YAML comments, so text within a quoted string does not count. */
export const allowsOf = (sources: readonly ManifestSource[]): readonly Allow[] => sources.flatMap(allowsIn)

function allowsIn({ file, content }: ManifestSource, index: number): readonly Allow[] {
  const { source } = decode(file, index, content)
  if (!/guestlist[-_ ]?lint/i.test(source.text)) return []
  const found: Allow[] = []
  for (const { comment, offset } of commentsOf(source.text)) {
    if (!MEANT_AS_ONE.test(comment)) continue
    const at = source.place(offset)
    const code = DIRECTIVE.exec(comment.trimEnd())?.[1] ?? null
    const isAlone = source.text.slice(0, offset).match(/(^|\n)[ \t]*$/) !== null
    found.push({ at, code, line: isAlone ? 0 : at.line })
  }
  return found.map(({ line, ...allow }, i) => ({ ...allow, line: line > 0 ? line : nextLine(found, i) }))
}

/** Comments on consecutive lines apply to the same line. */
function nextLine(allows: readonly Allow[], index: number): number {
  let line = (allows[index]?.at.line ?? 0) + 1
  for (let i = index + 1; allows[i]?.at.line === line && allows[i]?.line === 0; i++) line++
  return line
}

function* commentsOf(text: string): Generator<{ comment: string; offset: number }> {
  let offset = 0
  let isScalar = false
  for (const lexeme of new Lexer().lex(text)) {
    if (!isScalar && CONTROL.has(lexeme)) {
      isScalar = lexeme === SCALAR
      continue
    }
    if (!isScalar && lexeme.startsWith('#')) yield { comment: lexeme, offset }
    offset += lexeme.length
    isScalar = false
  }
}

export const unusedAllow: LintRule = {
  code: 'unused-allow',
  level: 'warning',
  // What is unused is known only after all other lint rules have run: see lint-manifest.ts.
  find: () => [],
}

/** Explains why a comment silenced nothing. */
export function unusedRemark({ at, code }: Allow, rules: readonly LintRule[]): Remark {
  const codes: readonly string[] = rules.map(rule => rule.code)
  if (code === null) {
    const detail = 'Write `# guestlist-lint: allow CODE (why)` on the line of the rule or on the one above.'
    return { at, summary: 'This comment is meant for lint, but cannot be understood', detail }
  }
  if (!codes.includes(code)) {
    const near = suggest(code, codes)
    const detail = near === null ? `The codes are ${codes.join(', ')}.` : `Did you mean \`${near}\`?`
    return { at, summary: `There is no code ${quoted(code)} to allow`, detail }
  }
  return {
    at,
    summary: `There is no ${code} here that this allows`,
    detail: 'Remove the comment, or put it on the line of the rule or on the one above.',
  }
}
