/**
 * The order of every list that guestlist prints, hashes or writes: by UTF-16 code unit, so that it is the same
 * on every machine and in every locale.
 */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** JSON with its keys in code-unit order at every depth: equal values give equal bytes. Undefined members are left out. */
export function canonicalJson(value: unknown): string {
  if (!isContainer(value)) return JSON.stringify(value) ?? 'null'
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += text === '' ? canonicalJson(item) : `,${canonicalJson(item)}`
    return `[${text}]`
  }
  for (const key of sortedKeys(value)) {
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value[key])}`
  }
  return `{${text}}`
}

/** The text of `canonicalJson` an item of a list at a time, for what is too large to be held twice. Any iterable is a list. */
export function* canonicalJsonChunks(value: unknown): Generator<string> {
  if (!isContainer(value)) {
    yield canonicalJson(value)
  } else if (isIterable(value)) {
    let before = '['
    for (const item of value) {
      yield `${before}${canonicalJson(item)}`
      before = ','
    }
    yield before === ',' ? ']' : '[]'
  } else {
    let before = '{'
    for (const key of sortedKeys(value)) {
      yield `${before}${JSON.stringify(key)}:`
      yield* canonicalJsonChunks(value[key])
      before = ','
    }
    yield before === ',' ? '}' : '{}'
  }
}

/** Whether a value is a list: what it holds is made one by one, and may be made anew. */
export const isIterable = (value: object): value is Iterable<unknown> => Symbol.iterator in value

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** The default order of strings is that of their code units. */
const sortedKeys = (value: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(value)
    .filter(key => value[key] !== undefined)
    .sort()

/** As people say it: `250 ms`, `1.5 s`, `60 s`, `2 min`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 100) / 10
  return seconds < 120 || seconds % 60 !== 0 ? `${seconds} s` : `${seconds / 60} min`
}

/**
 * The one spelling of an API's address: host in lower case, no default port, no slash at its end. Text that is no address stays
 * as it is, but for the slashes.
 */
export function canonicalApiUrl(address: string | URL): string {
  const text = String(address)
  return (URL.canParse(text) ? new URL(text).href : text).replace(/\/+$/, '')
}
