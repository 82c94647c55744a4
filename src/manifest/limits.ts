import { Lexer } from 'yaml'
import type { ProblemCode } from '../model/codes.gen.js'
import type { ProblemText } from './problems.js'

/** How deeply mappings and lists may be nested; a manifest needs five levels. */
export const DEPTH_LIMIT = 64
/** Words and signs in one file: as many as in ten megabytes of the shortest rules (`- id: 123456`). */
const COST_LIMIT = 2_500_000

export const TOO_DEEP: ProblemText = {
  summary: 'Mappings and lists are nested too deeply',
  detail: 'A manifest nests at most 64 mappings and lists; its keys need five.',
}

const TOO_MUCH: ProblemText = {
  summary: 'The file holds more than 2,500,000 words and signs',
  detail: 'Split it: several files merge into one manifest. Wildcards often say in one rule what a list says in many.',
}

/** Markers that the lexer emits between pieces of the text. */
const DOCUMENT = '\u0002'
const FLOW_ERROR = '\u0018'
const SCALAR = '\u001f'

/** The cost of a lexeme by its first character: an anchor or a tag costs as much as the errors that it can cause. */
const COSTS: ReadonlyMap<string, number> = new Map([
  ...[' ', '\t', '\r', '\n', '#', DOCUMENT, FLOW_ERROR].map(free => [free, 0] as const),
  ...['&', '!'].map(dear => [dear, 20] as const),
])

const DEPTH_STEPS: ReadonlyMap<string, number> = new Map([
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
])

interface Excess {
  readonly offset: number
  readonly code: ProblemCode
  readonly text: ProblemText
}

/**
 * Finds the place from which parsing would be too expensive, since the YAML package is recursive. Counts only the
 * nesting that fits on one line (flow collections, `- - -`); `walk.ts` counts indentation.
 */
export function findExcess(text: string): Excess | null {
  let [offset, cost, openBrackets, dashesOnLine] = [0, 0, 0, 0]
  let isScalar = false
  for (const lexeme of new Lexer().lex(text)) {
    if (!isScalar) {
      cost += COSTS.get(lexeme.charAt(0)) ?? 1
      openBrackets = Math.max(0, openBrackets + (DEPTH_STEPS.get(lexeme) ?? 0))
      if (lexeme.endsWith('\n')) dashesOnLine = 0
      else if (lexeme === '-' || lexeme === '?') dashesOnLine++
    }
    if (openBrackets > DEPTH_LIMIT || dashesOnLine > DEPTH_LIMIT) return { offset, code: 'syntax', text: TOO_DEEP }
    if (cost > COST_LIMIT) return { offset, code: 'too-large', text: TOO_MUCH }
    const isSign: boolean = !isScalar && (lexeme === DOCUMENT || lexeme === FLOW_ERROR || lexeme === SCALAR)
    if (!isSign) offset += lexeme.length
    isScalar = isSign && lexeme === SCALAR
  }
  return null
}
