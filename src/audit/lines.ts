import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { sha256 } from '../model/sha256.js'
import { type LinePosition, MAX_LINE_BYTES, NO_LINE, parseLine } from './entry.js'

export interface RawLine {
  /** From 1. */
  readonly number: number
  /** Null for a line longer than any that guestlist writes. */
  readonly text: string | null
  /** SHA-256 of its bytes, without the line break. */
  readonly hash: string
  /** Whether it ends with a line break. */
  readonly ended: boolean
}

/** Splits at line feeds only. Holds at most one line, and only the hash of a very long one. */
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

/** Where the next line is appended. */
export interface Tail extends LinePosition {
  /** Bytes in the file. */
  readonly size: number
  /** Whether the last line lacks its line break after a crash: the next line must not be appended to it. */
  readonly torn: boolean
}

const NEWLINE = 10
/** Larger than most lines, so that one read usually suffices. */
const FIRST_READ = 16 * 1024

/** Reads the end of the file, or all of it if the last line is not intact. */
export async function tailOf(file: FileHandle): Promise<Tail> {
  const { size } = await file.stat()
  if (size === 0) return { size, seq: 1, previous: NO_LINE, torn: false }
  const last = await lastLine(file, size)
  const position = last === null ? null : parseLine(last.toString('utf8'))
  if (last !== null && position?.intact === true) {
    return { size, seq: position.seq + 1, previous: sha256(last), torn: false }
  }
  return wholeTail(file, size)
}

/** Null if it has no line break, or is longer than any line that guestlist writes. */
async function lastLine(file: FileHandle, size: number): Promise<Buffer | null> {
  for (let length = FIRST_READ; ; length *= 8) {
    const wanted = Math.min(length, size)
    const { buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, size - wanted)
    if (buffer.at(-1) !== NEWLINE) return null
    const start = buffer.subarray(0, -1).lastIndexOf(NEWLINE)
    if (start !== -1 || wanted === size) return buffer.subarray(start + 1, -1)
    if (wanted > MAX_LINE_BYTES) return null
  }
}

async function wholeTail(file: FileHandle, size: number): Promise<Tail> {
  let tail: Tail = { size, seq: 1, previous: NO_LINE, torn: false }
  const stream = file.createReadStream({ start: 0, end: size - 1, autoClose: false })
  for await (const line of linesOf(stream)) {
    tail = { size, seq: line.number + 1, previous: line.hash, torn: !line.ended }
  }
  return tail
}
