import type { ProblemCode } from '../model/codes.gen.js'
import { type PendingProblem, type ProblemText, problemAt } from './problems.js'
import { createSource, type Source } from './source.js'

/** The largest file in bytes: 10 MiB. Readers read one byte more, to detect an excess. */
export const SIZE_LIMIT = 10 * 1024 * 1024
/** How much is shown of a file that is too large. */
const SHOWN_BYTES = 4096

export interface Decoded {
  readonly source: Source
  /** Why the text must not be parsed; null if it may be. */
  readonly problem: PendingProblem | null
}

const lossy = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** The text before the first byte that is not UTF-8; null if all of it is. */
function validPrefix(bytes: Uint8Array): string | null {
  const decode = (length: number, stream: boolean): string | null => {
    try {
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      return decoder.decode(bytes.subarray(0, length), { stream })
    } catch {
      return null
    }
  }
  if (decode(bytes.length, false) !== null) return null
  let valid = 0
  let invalid = bytes.length + 1
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1
    if (decode(middle, true) === null) invalid = middle
    else valid = middle
  }
  return decode(valid, true) ?? ''
}

const TOO_LARGE: ProblemText = {
  summary: 'The file is larger than 10 MiB',
  detail: 'A manifest holds at most 10 MiB (10,485,760 bytes). Split it: several files merge into one manifest.',
}

const NOT_TEXT: ProblemText = {
  summary: 'The file is not UTF-8 text',
  detail: 'A manifest is text in UTF-8. Save it with that encoding.',
}

const refuse = (source: Source, code: ProblemCode, start: number, words: ProblemText): Decoded => ({
  source,
  problem: problemAt(code, { source, start, end: start + 1 }, words),
})

/** Decodes a file as UTF-8 text. */
export function decode(file: string, index: number, content: string | Uint8Array): Decoded {
  const size = typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength
  if (size > SIZE_LIMIT) {
    const head = typeof content === 'string' ? content.slice(0, SHOWN_BYTES) : lossy(content.subarray(0, SHOWN_BYTES))
    return refuse(createSource(file, index, head), 'too-large', 0, TOO_LARGE)
  }
  if (typeof content === 'string') return { source: createSource(file, index, content), problem: null }
  const source = createSource(file, index, lossy(content))
  const prefix = validPrefix(content)
  if (prefix === null) return { source, problem: null }
  const start = prefix.startsWith('\uFEFF') ? prefix.length - 1 : prefix.length
  return refuse(source, 'not-text', start, NOT_TEXT)
}
