/** JSON with keys in code-unit order at every depth: equal values give equal bytes. Undefined members are left out. */
export function canonicalJson(value: unknown): string {
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
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

export const isSameJson = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

/** Describes an object's changed members, for people: `name was "a", is "b"; …`. */
export function changesText(before: object, after: object): string {
  const members = new Map<string, unknown>(Object.entries(before))
  return Object.entries(after)
    .filter(([name, value]) => !isSameJson(members.get(name), value))
    .map(([name, value]) => {
      const was = members.has(name) ? `was ${JSON.stringify(members.get(name))}, ` : ''
      return `${name} ${was}is ${JSON.stringify(value)}`
    })
    .join('; ')
}

/** The text of `canonicalJson`, one list item at a time, for values too large to hold twice. Any iterable is a list. */
export function* canonicalJsonChunks(value: unknown): Generator<string> {
  if (!isObject(value)) {
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

/** Whether a value is a list. Its items may be generated, anew each time. */
export const isIterable = (value: object): value is Iterable<unknown> => Symbol.iterator in value

/** Whether a value is a list or an object, which have members. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Parses JSON; undefined if it is invalid. The parser's own message would quote the text. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * A key that appears twice in one object of a JSON text; null if there is none. `JSON.parse` silently takes the last,
 * and another parser may take the first.
 */
export function repeatedKey(json: string): string | null {
  const objects: Set<string>[] = []
  let start: number | null = null
  for (const { 0: token, 1: colon, index } of json.matchAll(/\\.|"(\s*:)?|[{}]/g)) {
    if (token.startsWith('"') && start !== null) {
      const keys = colon === undefined ? undefined : objects.at(-1)
      const key: string = keys === undefined ? '' : JSON.parse(json.slice(start, index + 1))
      if (keys?.has(key)) return key
      keys?.add(key)
      start = null
    } else if (start !== null) continue
    else if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else start = index
  }
  return null
}

/** Escapes a character within JSON, code unit by code unit; the result is equivalent JSON. */
export const jsonEscape = (character: string): string =>
  character
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

/** A member of a value that may not be an object. */
export const memberOf = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined)

/** The version that a document declares, if it is newer than ours; otherwise null. */
export function newerVersion(document: unknown, own: number): number | null {
  const version = memberOf(document, 'version')
  return typeof version === 'number' && version > own ? version : null
}

/** The first error that a validator found. @param whole the name of the document itself */
export function firstFault(
  errors: readonly { readonly instancePath: string; readonly message?: string }[] | null | undefined,
  whole: string,
): string {
  const [first] = errors ?? []
  return `${first?.instancePath || whole} ${first?.message ?? 'is not valid'}`
}

/** `sort` orders strings by code unit by default. */
const sortedKeys = (value: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(value)
    .filter(key => value[key] !== undefined)
    .sort()
