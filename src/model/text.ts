/**
 * The order of every list that guestlist prints, hashes or writes: by UTF-16 code unit, so that it is the same on every
 * machine and in every locale.
 */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** For people: `250 ms`, `1.5 s`, `60 s`, `2 min`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 100) / 10
  return seconds < 120 || seconds % 60 !== 0 ? `${seconds} s` : `${seconds / 60} min`
}

/**
 * The canonical form of an API's address: host in lower case, no default port, no trailing slashes. Text that is not an
 * address only loses its trailing slashes.
 */
export function canonicalApiUrl(address: string | URL): string {
  const text = String(address)
  return (URL.canParse(text) ? new URL(text).href : text).replace(/\/+$/, '')
}

/** `1 rule`, `2 rules` */
export const plural = (count: number, noun: string, many = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : many}`

export const DAY_MS = 86_400_000

/** `U+200B` */
export const codePointText = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
