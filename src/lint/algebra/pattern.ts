import { hasWildcard } from '../../model/email-address.js'
import { compileWildcard, type Matcher } from '../../reconcile/wildcard.js'

/**
 * A wildcard pattern as an automaton over code points. A state is a bit set of positions: bit `i` is set if the first
 * `i` characters of the pattern may have been consumed. 0n is the dead state.
 */
export interface Pattern {
  readonly text: string
  readonly matches: Matcher
  readonly isLiteral: boolean
  /** The characters (including `?`) before the first `*` and after the last; both the whole text if there is no `*`. */
  readonly head: readonly string[]
  readonly tail: readonly string[]
  /** What is between the first and the last `*`; null if there is no `*`. */
  readonly middle: string | null
  /** A match in which one letter replaces each wildcard. */
  readonly sample: string
  readonly start: bigint
  step(state: bigint, character: string): bigint
  accepts(state: bigint): boolean
  /** Whether every continuation is a match, including the empty one. */
  acceptsAll(state: bigint): boolean
  /** The literal characters that some position in a state expects. */
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
    ...partsOf(characters),
    sample: filled(text, 'x'),
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

const filled = (pattern: string, filler: string): string => pattern.replace(/\*+|\?/g, filler)

function partsOf(characters: readonly string[]): Pick<Pattern, 'head' | 'middle' | 'tail'> {
  const [first, last] = [characters.indexOf('*'), characters.lastIndexOf('*')]
  if (first < 0) return { head: characters, middle: null, tail: characters }
  return {
    head: characters.slice(0, first),
    middle: characters.slice(first + 1, last).join(''),
    tail: characters.slice(last + 1),
  }
}

/** False if the heads or tails of two patterns rule out a common match. True is conclusive if both contain a `*`. */
export const mayOverlap = (a: Pick<Pattern, 'head' | 'tail'>, b: Pick<Pattern, 'head' | 'tail'>): boolean =>
  agree(a.head, b.head, (list, i) => list[i]) && agree(a.tail, b.tail, (list, i) => list[list.length - 1 - i])

function agree(
  a: readonly string[],
  b: readonly string[],
  at: (list: readonly string[], i: number) => string | undefined,
): boolean {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [one, other] = [at(a, i), at(b, i)]
    if (one !== other && one !== '?' && other !== '?') return false
  }
  return true
}

/** A match of all patterns, if each has a `*` and every two may overlap; else null. `filler` replaces wildcards. */
export function commonMatch(patterns: readonly Pattern[], filler: string): string | null {
  const middles: string[] = []
  let [head, tail]: [readonly string[], readonly string[]] = [[], []]
  for (const pattern of patterns) {
    if (pattern.middle === null || !mayOverlap({ head, tail }, pattern)) return null
    middles.push(pattern.middle)
    head = overlaid(head, pattern.head)
    tail = overlaid([...tail].reverse(), [...pattern.tail].reverse()).reverse()
  }
  return filled(`${head.join('')}${middles.join('')}${tail.join('')}`, filler)
}

/** The longer of two heads that agree, with its `?` replaced by the other's characters. */
function overlaid(a: readonly string[], b: readonly string[]): string[] {
  const [longer, shorter] = a.length < b.length ? [b, a] : [a, b]
  return longer.map((character, i) => (character === '?' ? (shorter[i] ?? '?') : character))
}
