/** JSON with its keys in code-unit order at every depth: equal values give equal bytes. Undefined members are left out. */
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

/** What of an object's members changed, for people: `name was "a", is "b"; …`. */
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

/** The text of `canonicalJson` an item of a list at a time, for what is too large to be held twice. Any iterable is a list. */
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

/** Whether a value is a list: what it holds is made one by one, and may be made again. */
export const isIterable = (value: object): value is Iterable<unknown> => Symbol.iterator in value

/** Whether a value has members: a list or an object. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** The value of a JSON text; undefined if it is not JSON. The parser's own message would quote the text. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * A key that an object of a JSON text has twice, null where none has. `JSON.parse` takes the last and says nothing, and another
 * reader may take the first.
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

/** The member of a value that may have none. */
export const memberOf = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined)

/** The version that a document says it has, where that is newer than this one; else null. */
export function newerVersion(document: unknown, own: number): number | null {
  const version = memberOf(document, 'version')
  return typeof version === 'number' && version > own ? version : null
}

/** What a validator found first. @param whole what the document itself is called */
export function firstFault(
  errors: readonly { readonly instancePath: string; readonly message?: string }[] | null | undefined,
  whole: string,
): string {
  const [first] = errors ?? []
  return `${first?.instancePath || whole} ${first?.message ?? 'is not valid'}`
}

/** The default order of strings is that of their code units. */
const sortedKeys = (value: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(value)
    .filter(key => value[key] !== undefined)
    .sort()
