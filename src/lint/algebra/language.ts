import { commonMatch, compilePattern, mayOverlap, type Pattern } from './pattern.js'

/** Thrown when a question about rules would take too long to decide; manifests written by people are far from that. */
export class Undecided extends Error {}

/** The result of `decide`; `otherwise` if that would take too long. */
export function ifDecided<T>(decide: () => T, otherwise: T): T {
  try {
    return decide()
  } catch (error) {
    if (error instanceof Undecided) return otherwise
    throw error
  }
}

/** The set of strings that match at least one of the patterns. */
export type Language = readonly Pattern[]

export const languageOf = (patterns: readonly string[]): Language => [...new Set(patterns)].map(compilePattern)

const EVERYTHING = languageOf(['*'])

/** What one lint has looked at so far, in comparisons of two rules. */
export interface Work {
  done: number
}

/** One state of a search takes as long as this many comparisons of two rules. */
const STATE_WORK = 5

/** The limit on states in one search; a manifest written by people needs a few hundred. */
const STATE_LIMIT = 100_000

/**
 * A string in every `required` language and no `forbidden` one; null if there is none. Exact: unless a guess fits, this
 * is a breadth-first search of the product of the patterns' automata, determinized on the fly.
 *
 * @throws Undecided beyond `STATE_LIMIT`
 */
export function findString(
  required: readonly Language[],
  forbidden: readonly Language[],
  work: Work = { done: 0 },
): string | null {
  const wanted = narrow(required.length === 0 ? [EVERYTHING] : required)
  if (wanted.some(language => language.length === 0)) return null
  const literals = wanted.find(language => language.every(({ isLiteral }) => isLiteral))
  const unwanted = forbidden.flat()
  const fits = (text: string): boolean => wanted.every(language => matches(language, text)) && !matches(unwanted, text)
  if (literals !== undefined) return literals.find(({ text }) => fits(text))?.text ?? null
  for (const guess of guesses(wanted)) if (fits(guess)) return guess
  const relevant = unwanted.filter(pattern => wanted.every(language => language.some(one => mayOverlap(pattern, one))))
  if (relevant.some(({ text }) => includesAll(text, wanted))) return null
  const fresh = freshCharacter([...wanted.flat(), ...relevant])
  for (const guess of commonMatches(wanted, fresh)) if (fits(guess)) return guess
  return search(wanted, relevant, fresh, work)
}

export const matches = (language: Language, text: string): boolean => language.some(pattern => pattern.matches(text))

/** False if a sample shows that `b` is not a subset of `a`. */
export const mayInclude = (a: Language, b: Language): boolean => b.every(({ sample }) => matches(a, sample))

/** A string in both languages, if one is found easily; null is conclusive only if every pattern contains a `*`. */
export function commonGuess(a: Language, b: Language): string | null {
  for (const one of a) {
    for (const other of b) {
      if (!mayOverlap(one, other)) continue
      const guess = commonMatch([one, other], 'x') ?? (one.matches(other.sample) ? other.sample : one.sample)
      if (one.matches(guess) && other.matches(guess)) return guess
    }
  }
  return null
}

/** Strings that are likely to be in every language, the most natural first. */
function* guesses(languages: readonly Language[]): Generator<string> {
  for (const language of languages) for (const { sample } of language) yield sample
  yield* addressGuess(languages)
  yield* commonMatches(languages, 'x')
}

function* commonMatches(languages: readonly Language[], filler: string): Generator<string> {
  if (languages.length < 2) return
  for (const patterns of choices(languages)) {
    const all = commonMatch(patterns, filler)
    if (all !== null) yield all
    // The last is the shape required of every address: matches of the others usually have it.
    const others = commonMatch(patterns.slice(0, -1), filler)
    if (others !== null) yield others
  }
}

const MOST_CHOICES = 16

/** Combinations of one pattern from each language. */
function choices(languages: readonly Language[]): readonly (readonly Pattern[])[] {
  return languages.reduce<readonly (readonly Pattern[])[]>(
    (chosen, language) =>
      chosen.flatMap(patterns => language.map(pattern => [...patterns, pattern])).slice(0, MOST_CHOICES),
    [[]],
  )
}

/** For patterns of addresses, guesses the parts before and after the @ separately. */
function addressGuess(languages: readonly Language[]): readonly string[] {
  const [one, other] = languages.map(([first]) => first)
  const [left, right] = [one?.text.split('@') ?? [], other?.text.split('@') ?? []]
  if (left.length !== 2 || right.length !== 2) return []
  const parts = left.map((part, i) => commonGuess(languageOf([part]), languageOf([right[i] ?? ''])))
  return parts.includes(null) ? [] : [parts.join('@')]
}

/** Drops the patterns that cannot match anything in another language. */
function narrow(languages: readonly Language[]): readonly Language[] {
  if (languages.length === 1) return languages
  return languages.map(language =>
    language.filter(pattern =>
      languages.every(other => other === language || other.some(one => mayOverlap(pattern, one))),
    ),
  )
}

const includesAll = (text: string, languages: readonly Language[]): boolean =>
  /^\*+$/.test(text) || languages.some(language => language.every(pattern => pattern.text === text))

/** Lower-case letters and digits first, then ideographs: all unaffected by the normalization of addresses. */
const FRESH = [
  ...Array.from('xyzuvwabcdefghijklmnopqrst0123456789'),
  ...Array.from({ length: 20_000 }, (_, i) => String.fromCodePoint(0x4e00 + i)),
]

function freshCharacter(patterns: readonly Pattern[]): string {
  const used = new Set(patterns.flatMap(({ text }) => Array.from(text)))
  const fresh = FRESH.find(character => !used.has(character))
  if (fresh === undefined) throw new Undecided()
  return fresh
}

/** The word read so far, and each pattern's state after it. */
interface Node {
  readonly states: readonly bigint[]
  readonly before: Node | null
  readonly character: string
}

function search(required: readonly Language[], forbidden: Language, other: string, work: Work): string | null {
  const patterns = [...required.flat(), ...forbidden]
  type Test = (pattern: Pattern, state: bigint) => boolean
  let begin = 0
  /** Whether a test holds for some pattern of a language, given the states of all patterns. */
  const someOf = (language: Language) => {
    const from = begin
    begin += language.length
    return (states: readonly bigint[], test: Test): boolean =>
      language.some((pattern, i) => test(pattern, states[from + i] ?? 0n))
  }
  const wanted = required.map(someOf)
  const unwanted = someOf(forbidden)
  const isAlive = (states: readonly bigint[]): boolean =>
    wanted.every(some => some(states, (_, state) => state !== 0n)) &&
    !unwanted(states, (pattern, state) => pattern.acceptsAll(state))
  const isFound = (states: readonly bigint[]): boolean =>
    wanted.every(some => some(states, (pattern, state) => pattern.accepts(state))) &&
    !unwanted(states, (pattern, state) => pattern.accepts(state))

  const seen = new Set<string>()
  const queue: Node[] = []
  const reach = (node: Node): void => {
    const key = node.states.join()
    if (!isAlive(node.states) || seen.has(key)) return
    if (seen.add(key).size > STATE_LIMIT) throw new Undecided()
    queue.push(node)
  }
  reach({ states: patterns.map(({ start }) => start), before: null, character: '' })
  for (const node of queue) {
    work.done += STATE_WORK
    if (isFound(node.states)) return wordOf(node)
    const characters = new Set([other])
    for (const [i, pattern] of patterns.entries())
      for (const character of pattern.awaited(node.states[i] ?? 0n)) characters.add(character)
    for (const character of characters) {
      reach({
        states: patterns.map((pattern, i) => pattern.step(node.states[i] ?? 0n, character)),
        before: node,
        character,
      })
    }
  }
  return null
}

function wordOf(node: Node): string {
  let word = ''
  for (let at: Node | null = node; at !== null; at = at.before) word = at.character + word
  return word
}
