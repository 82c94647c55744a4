import { createHash } from 'node:crypto'
import { MAX_LINE_BYTES } from './entry.js'

export interface RawLine {
  /** From 1. */
  readonly number: number
  /** Null for a line longer than any that is written. */
  readonly text: string | null
  /** SHA-256 of its bytes, without the line break. */
  readonly hash: string
  /** Whether a line break ends it. */
  readonly ended: boolean
}

/** Splits at line feeds alone; holds one line at most, and of a very long one only its hash. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<RawLine> {
  let line = startLine()
  let number = 1
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    let start = 0
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      line.add(bytes.subarray(start, end))
      yield { number, ...line.finish(), ended: true }
      line = startLine()
      number++
      start = end + 1
    }
    line.add(bytes.subarray(start))
  }
  if (line.size() > 0) yield { number, ...line.finish(), ended: false }
}

function startLine() {
  const hash = createHash('sha256')
  let parts: Uint8Array[] = []
  let size = 0
  return {
    add(bytes: Uint8Array): void {
      hash.update(bytes)
      size += bytes.length
      if (size <= MAX_LINE_BYTES) parts.push(bytes)
      else parts = []
    },
    size: () => size,
    finish: () => ({
      text: size > MAX_LINE_BYTES ? null : Buffer.concat(parts).toString('utf8'),
      hash: hash.digest('hex'),
    }),
  }
}
