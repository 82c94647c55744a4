import { ApiError, invalidAnswer } from '../model/api-error.js'
import { isObject } from '../model/json.js'

/** The whole body. Throws an `ApiError` `too-large` beyond `maxBytes` (decompressed), without reading the rest. */
export async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

export const tooLarge = (maxBytes: number): ApiError =>
  new ApiError(`The API's answer is larger than ${maxBytes} bytes`, {
    kind: 'too-large',
    advice: 'Ask for one status at a time, or check what answers at this address.',
  })

/** Parses JSON. Throws an `ApiError` if it is not UTF-8, not JSON, cut short, or nested deeper than `maxDepth`. */
export function parseJson(bytes: Buffer, maxDepth: number): unknown {
  const closed = scanBrackets(bytes, maxDepth)
  const text = decodeUtf8(bytes)
  try {
    return JSON.parse(text)
  } catch {
    // JSON.parse quotes the text in its message, which must not be logged.
    throw notJson(text, closed)
  }
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalidAnswer("The API's answer is not UTF-8 text", 'Check what answers at this address.')
  }
}

function notJson(text: string, closed: boolean): ApiError {
  const trimmed = text.trim()
  if (trimmed === '') return invalidAnswer("The API's answer is empty", 'Try again.')
  if (trimmed.startsWith('<')) return webPage()
  return closed
    ? invalidAnswer("The API's answer is not JSON", 'Check what answers at this address.')
    : invalidAnswer(`The API's answer was cut short after ${text.length} characters`, 'Try again.')
}

const webPage = (): ApiError =>
  invalidAnswer(
    "A web page came back instead of the API's answer",
    'Check --api-url, and whether a proxy or a sign-in page is in between.',
  )

const tooDeep = (maxDepth: number): ApiError =>
  invalidAnswer(`The API's answer is nested deeper than ${maxDepth} levels`, 'It is refused.')

/**
 * Throws if an item of a parsed list is nested deeper than `maxDepth`, counting the list. Like V8's parser it does not
 * recurse. An invitation holds no objects, so this costs one look at each field.
 */
export function assertDepth(item: unknown, maxDepth: number): void {
  let level = objectsIn(item)
  for (let depth = 2; level.length > 0; depth++) {
    if (depth > maxDepth) throw tooDeep(maxDepth)
    level = level.flatMap(objectsIn)
  }
}

const NO_OBJECTS: readonly unknown[] = []

function objectsIn(value: unknown): readonly unknown[] {
  if (!isObject(value)) return NO_OBJECTS
  let found: unknown[] | undefined
  for (const key in value) {
    const member = value[key]
    if (isObject(member)) {
      found ??= []
      found.push(member)
    }
  }
  return found ?? NO_OBJECTS
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Whether every bracket and string is closed; throws beyond `maxDepth`. Runs before parsing, on bytes: brackets are
 * ASCII.
 */
function scanBrackets(bytes: Buffer, maxDepth: number): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inString) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maxDepth) throw tooDeep(maxDepth)
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return depth === 0 && !inString
}
