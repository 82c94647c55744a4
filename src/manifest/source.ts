import { LineCounter } from 'yaml'
import type { Place, Position, Range } from '../model/problem.js'

/** The text of one file, with conversions from offsets. Offsets are UTF-16 code units of `text`. */
export interface Source {
  readonly file: string
  /** Its index among the given files. */
  readonly index: number
  readonly text: string
  position(offset: number): Position
  place(offset: number): Place
  /** A range, cut off at the end of its first line. */
  range(start: number, end: number): Range
  snippet(offset: number): string
  /** The lines of a range, dedented by the first line's indentation. Each is truncated like a snippet. */
  lines(start: number, end: number): readonly string[]
}

/** Offsets into a source. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface SourceSpan extends Span {
  readonly source: Source
}

/** Code units between two checkpoints of a running sum. */
const BLOCK = 256
/** Longer lines are truncated in snippets: a hostile file must not produce a report of gigabytes. */
const SNIPPET_LIMIT = 2000

interface OffsetCounts {
  /** Code points before the offset. */
  points(offset: number): number
  /** UTF-8 bytes before the offset. */
  bytes(offset: number): number
}

const pointsOf = (unit: number): number => (unit >= 0xdc00 && unit <= 0xdfff ? 0 : 1)
const bytesOf = (unit: number): number =>
  unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit <= 0xdfff ? 2 : 3

/** Returns a function for the sum of weights before any offset, in constant time. */
function runningSum(text: string, weight: (unit: number) => number): (offset: number) => number {
  const checkpoints = new Uint32Array(Math.floor(text.length / BLOCK) + 1)
  let sum = 0
  for (let i = 0; i < text.length; i++) {
    if (i % BLOCK === 0) checkpoints[i / BLOCK] = sum
    sum += weight(text.charCodeAt(i))
  }
  if (text.length % BLOCK === 0) checkpoints[text.length / BLOCK] = sum
  return offset => {
    const block = Math.floor(offset / BLOCK)
    let count = checkpoints[block] ?? 0
    for (let i = block * BLOCK; i < offset; i++) count += weight(text.charCodeAt(i))
    return count
  }
}

function countsOf(text: string): OffsetCounts {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII begins at NUL
  if (/^[\x00-\x7f]*$/.test(text)) return { points: offset => offset, bytes: offset => offset }
  return { points: runningSum(text, pointsOf), bytes: runningSum(text, bytesOf) }
}

function linesOf(text: string): LineCounter {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
  return lines
}

/**
 * Masks what must not be repeated on a terminal or in a CI log, should someone write it into a manifest:
 * the user name and password in a URL, and the value of a key that names a secret.
 */
const withoutSecrets = (line: string): string =>
  line
    .replace(/(:\/\/)\S*@/g, '$1***@')
    .replace(/((?:passw|secret|token|api_?-?key|credential)[\w-]{0,32}["']?\s{0,8}:\s{0,8})\S.*/i, '$1***')

function shown(line: string): string {
  const safe = withoutSecrets(line.slice(0, 2 * SNIPPET_LIMIT))
  return safe.length > SNIPPET_LIMIT ? `${safe.slice(0, SNIPPET_LIMIT)}…` : safe
}

/** A leading byte order mark is not part of the text, but counts towards byte offsets. */
export function createSource(file: string, index: number, content: string): Source {
  const bom = content.startsWith('\uFEFF')
  const text = bom ? content.slice(1) : content
  const lines = linesOf(text)
  const counts = countsOf(text)
  const firstByte = bom ? 3 : 0

  const lineStart = (offset: number): number => offset - lines.linePos(offset).col + 1
  const position = (offset: number): Position => {
    const { line } = lines.linePos(offset)
    const column = counts.points(offset) - counts.points(lineStart(offset)) + 1
    return { line, column, byte: firstByte + counts.bytes(offset) }
  }
  const lineEnd = (offset: number): number => {
    const end = text.indexOf('\n', offset)
    if (end === -1) return text.length
    return end > offset && text[end - 1] === '\r' ? end - 1 : end
  }
  return {
    file,
    index,
    text,
    position,
    place: offset => {
      const { line, column } = position(offset)
      return { file, line, column }
    },
    range: (start, end) => ({
      filename: file,
      start: position(start),
      end: position(Math.max(start, Math.min(end, lineEnd(start)))),
    }),
    snippet: offset => {
      const start = lineStart(offset)
      return shown(text.slice(start, Math.min(lineEnd(offset), start + 2 * SNIPPET_LIMIT)))
    },
    lines: (start, end) => {
      const margin = start - lineStart(start)
      const [first = '', ...others] = text.slice(start, end).trimEnd().split(/\r?\n/)
      const indented = others.map(line => line.slice(Math.min(margin, line.search(/\S|$/))))
      return [first, ...indented].map(shown)
    },
  }
}
