import { hasWildcard } from '../../model/email-address.js'
import { compileWildcard, type Matcher } from '../../reconcile/wildcard.js'

/**
 * A wildcard pattern as an automaton over code points. A state is a set of positions, one bit each: bit `i` is set where the
 * first `i` characters may have been read. 0n is dead.
 */
export interface Pattern {
  readonly text: string
  readonly matches: Matcher
  readonly isLiteral: boolean
  /** What every match begins and ends with; both are the whole text of a literal. */
  readonly prefix: string
  readonly suffix: string
  /** A match in which each wildcard is one letter. */
  readonly sample: string
  readonly start: bigint
  step(state: bigint, character: string): bigint
  accepts(state: bigint): boolean
  /** Whether every continuation is a match, and so is stopping here. */
  acceptsAll(state: bigint): boolean
  /** The literal characters that some position of a state waits for. */
  awaited(state: bigint): Iterable<string>
}

export function compilePattern(text: string): Pattern {
  const characters = Array.from(text.replace(/\*+/g, '*'))
  const bits = (wanted: (character: string) => boolean): bigint =>
    characters.reduce((sum, character, i) => (wanted(character) ? sum | (1n << BigInt(i)) : sum), 0n)
  const stars = bits(character => character === '*')
  const anyOne = bits(character => character === '?')
  const literals = new Map(
    characters
      .filter(character => !hasWildcard(character))
      .map(character => [character, bits(other => other === character)] as const),
  )
  const end = 1n << BigInt(characters.length)
  const lastStar = characters.at(-1) === '*' ? end >> 1n : 0n
  const skipStars = (state: bigint): bigint => state | ((state & stars) << 1n)
  return {
    text,
    matches: compileWildcard(text),
    isLiteral: !hasWildcard(text),
    prefix: /^[^*?]*/.exec(text)?.[0] ?? '',
    suffix: /[^*?]*$/.exec(text)?.[0] ?? '',
    sample: sampleOf(text),
    start: skipStars(1n),
    step: (state, character) =>
      skipStars(((state & ((literals.get(character) ?? 0n) | anyOne)) << 1n) | (state & stars)),
    accepts: state => (state & end) !== 0n,
    acceptsAll: state => (state & lastStar) !== 0n,
    *awaited(state) {
      for (const [character, positions] of literals) if ((state & positions) !== 0n) yield character
    },
  }
}

export const sampleOf = (pattern: string): string => pattern.replace(/\*+|\?/g, 'x')

/** False where the literal beginnings or ends of two patterns show that nothing matches both. */
export const mayOverlap = (a: Pattern, b: Pattern): boolean =>
  (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) &&
  (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix))
