import { isIterable, isObject, jsonEscape } from '../model/json.js'
import type { Problem } from '../model/problem.js'
import { RUNNER_COMMAND, UNSAFE } from './escape/terminal.js'
import { inChunks } from './text/chunks.js'

/** Line feeds belong to the layout: those in strings have already been escaped. */
const escaped = (found: string): string => (found === '\n' ? found : jsonEscape(found))

/** JSON whose text is inert on a terminal. `indent`: spaces, 0 for a single line. Without a trailing newline. */
export function jsonText(value: unknown, indent = 2): string {
  return inert(JSON.stringify(value, null, indent))
}

const inert = (json: string): string =>
  HARMLESS.test(json) && !json.includes('##') ? json : json.replace(UNSAFE, escaped).replace(RUNNER_COMMAND, escaped)

/** Most strings: looking up each character's properties takes longer than writing them. */
const HARMLESS = /^[\n -~]*$/

/** The text of `jsonText` in chunks, so that 100,000 changes are never held whole as text. Any iterable is a list. */
export const jsonChunks = (value: object): Iterable<string> => inChunks(parts(value, '\n'))

/** Yields one list item at a time. `line`: a line feed and the indentation of the line on which the value begins. */
function* parts(value: object, line: string): Generator<string> {
  const below = `${line}  `
  if (isIterable(value)) {
    let before = '['
    for (const item of value) {
      yield `${before}${below}${jsonText(item ?? null).replaceAll('\n', below)}`
      before = ','
    }
    yield before === '[' ? '[]' : `${line}]`
    return
  }
  let before = '{'
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue
    yield `${before}${below}${jsonText(key)}: `
    if (isObject(member)) yield* parts(member, below)
    else yield jsonText(member)
    before = ','
  }
  yield before === '{' ? '{}' : `${line}}`
}

/**
 * One mapping as a list item in canonical YAML, line by line: keys in the given order, every string in double quotes
 * with unsafe characters escaped, each value on the line of its key. JSON values are valid YAML, so there is no need
 * for the YAML package's writer, which takes 0.2 ms per item: 20 seconds for 100,000 invitations.
 */
export function yamlItem(fields: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(fields).map(
    ([key, value], index) => `${index === 0 ? '  - ' : '    '}${key}: ${yamlValue(value)}`,
  )
}

function yamlValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlValue).join(', ')}]`
  return JSON.stringify(value).replace(UNSAFE, yamlEscape).replace(RUNNER_COMMAND, yamlEscape)
}

/** Escapes by code point: unsafe characters occur only within double quotes, where YAML understands this. */
function yamlEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16).toUpperCase()
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}

/**
 * The source of a diagnostic, in the shape of Terraform's JSON: the range, and the line with the part to highlight.
 * Offsets count UTF-16 code units of `code`, as most JSON consumers count characters.
 */
export function diagnosticSource({ range, snippet }: Pick<Problem, 'range' | 'snippet'>) {
  if (range === null) return {}
  if (snippet === null) return { range }
  const characters = Array.from(snippet)
  const offset = (column: number) => characters.slice(0, column - 1).join('').length
  return {
    range,
    snippet: {
      context: null,
      code: snippet,
      start_line: range.start.line,
      highlight_start_offset: offset(range.start.column),
      highlight_end_offset: range.end.line === range.start.line ? offset(range.end.column) : snippet.length,
      values: [],
    },
  }
}
