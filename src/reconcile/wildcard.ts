import { hasWildcard } from '../model/email-address.js'

export type Matcher = (value: string) => boolean

/**
 * Compiles a pattern. Matching takes the leftmost place for each literal part, so it never backtracks:
 * its time is bounded by the value's length times that of the longest literal part.
 */
export function compileWildcard(pattern: string): Matcher {
  if (!hasWildcard(pattern)) return value => value === pattern
  const parts = pattern.split('*')
  if (!pattern.includes('?')) return value => matchParts(parts, value, literal)
  const characters = parts.map(part => Array.from(part))
  return value => matchParts(characters, Array.from(value), withOneCharacter)
}

/** How a part (text between two `*`) is compared with a value. `Text` is a string, or its code points where `?` counts them. */
interface Comparison<Text> {
  at(value: Text, part: Text, index: number): boolean
  find(value: Text, part: Text, from: number): number
}

const literal: Comparison<string> = {
  at: (value, part, index) => value.startsWith(part, index),
  find: (value, part, from) => value.indexOf(part, from),
}

const withOneCharacter: Comparison<readonly string[]> = {
  at: (value, part, index) => part.every((character, k) => character === '?' || character === value[index + k]),
  find(value, part, from) {
    for (let index = from; index + part.length <= value.length; index++) if (this.at(value, part, index)) return index
    return -1
  },
}

function matchParts<Text extends { readonly length: number }>(
  parts: readonly Text[],
  value: Text,
  compare: Comparison<Text>,
): boolean {
  const first = parts[0]
  const last = parts[parts.length - 1]
  if (first === undefined || last === undefined) return false
  if (parts.length === 1) return value.length === first.length && compare.at(value, first, 0)
  const end = value.length - last.length
  if (!compare.at(value, first, 0) || !compare.at(value, last, end)) return false
  let position = first.length
  for (const part of parts.slice(1, -1)) {
    const found = compare.find(value, part, position)
    if (found < 0) return false
    position = found + part.length
  }
  return position <= end
}
