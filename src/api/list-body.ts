import { isAscii, isUtf8 } from 'node:buffer'
import { getHeapStatistics } from 'node:v8'
import { assertDepth, parseJson, tooLarge } from '../http/body.js'
import { ApiError, invalidAnswer } from '../model/api-error.js'
import type { Invitation } from '../model/invitation.js'
import { checkedInvitation } from './answer.js'

export interface BodyLimits {
  readonly maxBytes: number
  readonly maxDepth: number
}

/** Bytes to collect before parsing them together: small enough for memory, large enough for speed. */
const BATCH = 64 * 1024

/** An invitation takes a few hundred bytes; anything that cannot be split into items within this is not a list of them. */
const LONGEST_ITEM = 16 * 1024 * 1024

/**
 * Yields every invitation of a list's body, in order and in batches of a few hundred; none is kept. Throws an `ApiError`
 * at the first violation of the contract, and nothing yielded before then counts.
 *
 * The data received so far is cut after its last `},`, and the part before is parsed as a list of its own. A cut in the
 * wrong place (within a string or a nested value) does not parse: then twice as much is collected before the next attempt,
 * so that the work stays linear whatever the body holds.
 */
export async function* readInvitations(
  body: AsyncIterable<Uint8Array>,
  limits: BodyLimits,
): AsyncGenerator<readonly Invitation[], void> {
  const reader = new ItemReader(limits.maxDepth)
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limits.maxBytes) throw tooLarge(limits.maxBytes)
    const batch = reader.push(chunk)
    if (batch.length === 0) continue
    yield batch
    refuseBeyondMemory(reader.count)
  }
  yield reader.end()
}

class ItemReader {
  private readonly maxDepth: number
  private chunks: Uint8Array[] = []
  private size = 0
  private enough = BATCH
  /** Items found so far. */
  count = 0
  private opened = false

  constructor(maxDepth: number) {
    this.maxDepth = maxDepth
  }

  /** The complete items so far, once enough data has been collected. */
  push(chunk: Uint8Array): readonly Invitation[] {
    this.chunks.push(chunk)
    this.size += chunk.byteLength
    return this.size >= this.enough ? this.takeBatch() : []
  }

  /** The collected data always starts with an opening bracket: the body's own, or the one put at the last cut. */
  private takeBatch(): readonly Invitation[] {
    const bytes = this.gathered()
    const cut = lastBorder(bytes)
    const items = cut === null ? null : tryList(bytes, cut)
    if (cut === null || items === null) {
      if (this.size >= LONGEST_ITEM) throw this.explain(bytes)
      this.keep(bytes, Math.min(this.size * 2, LONGEST_ITEM))
      return []
    }
    this.opened = true
    bytes[cut] = BRACKET
    this.keep(bytes.subarray(cut), BATCH)
    return items.map(item => this.checked(item))
  }

  /** What remains are the last items and the closing bracket. */
  end(): readonly Invitation[] {
    const list = parseJson(this.gathered(), this.maxDepth)
    if (!Array.isArray(list)) throw notAList(list)
    if (this.opened && list.length === 0) throw notJson()
    return list.map(item => this.checked(item))
  }

  private checked(item: unknown): Invitation {
    assertDepth(item, this.maxDepth)
    return checkedInvitation(item, this.count++)
  }

  private gathered(): Buffer {
    return Buffer.concat(this.chunks, this.size)
  }

  private keep(bytes: Buffer, enough: number): void {
    this.chunks = bytes.length === 0 ? [] : [bytes]
    this.size = bytes.length
    this.enough = enough
  }

  /** Why so much data cannot be split into items: the parser's message, or that one item is too long. */
  private explain(bytes: Buffer): ApiError {
    try {
      parseJson(bytes.subarray(0, BATCH), this.maxDepth)
    } catch (error) {
      if (error instanceof ApiError && !/cut short/.test(error.message)) return error
    }
    return new ApiError(`The API's answer holds ${LONGEST_ITEM} bytes in which no invitation ends`, {
      kind: 'too-large',
      advice: 'Check what answers at this address.',
    })
  }
}

/** The share of the heap that may be in use: showing what is kept takes as much again. */
const SHARE = 0.4

/** The caller keeps what it derives from the list; too much of it would kill the process without a message. */
function refuseBeyondMemory(count: number): void {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
  if (used < limit * SHARE) return
  throw new ApiError(`The list holds more than fits in memory: ${count} invitations so far, limit ${mib(limit)} MiB`, {
    kind: 'too-large',
    advice: 'Allow more with NODE_OPTIONS=--max-old-space-size=MIB, or have one plan change fewer of them.',
  })
}

const mib = (bytes: number): number => Math.round(bytes / 2 ** 20)

const [SPACE, TAB, LF, CR, COMMA, BRACKET, BRACE, END] = [0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x5b, 0x7d, 0x5d] as const

const isBlank = (byte: number | undefined): boolean => byte === SPACE || byte === LF || byte === TAB || byte === CR

/** The index of the last comma that follows a `}`; null if there is none. */
function lastBorder(bytes: Buffer): number | null {
  for (let comma = bytes.lastIndexOf(COMMA); comma > 0; comma = bytes.lastIndexOf(COMMA, comma - 1)) {
    let before = comma - 1
    while (isBlank(bytes[before])) before--
    if (bytes[before] === BRACE) return comma
  }
  return null
}

/** The list up to a border; null, with the border restored, if it does not parse. */
function tryList(bytes: Buffer, border: number): readonly unknown[] | null {
  bytes[border] = END
  const list = bytes.subarray(0, border + 1)
  try {
    const items: unknown = isUtf8(list) ? JSON.parse(list.toString(isAscii(list) ? 'latin1' : 'utf8')) : null
    if (Array.isArray(items) && items.length > 0) return items
  } catch {
    // A cut in the wrong place, or not JSON: more data will tell.
  }
  bytes[border] = COMMA
  return null
}

const notJson = (): ApiError =>
  invalidAnswer("The API's answer is not JSON: its list ends with a comma", 'Check what answers at this address.')

function notAList(value: unknown): ApiError {
  const what = value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
  return invalidAnswer(
    `The API sent ${what} where a list of invitations was expected`,
    'Check that --api-url is the address of a BIMData API.',
  )
}
