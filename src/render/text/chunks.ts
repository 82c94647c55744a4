/** Characters per chunk: enough that writing one costs more than making it. */
const CHUNK_SIZE = 2 ** 16

/** Joins short strings into chunks large enough to write, so that a long output is never held as a whole. */
export function* inChunks(parts: Iterable<string>): Generator<string> {
  let chunk = ''
  for (const part of parts) {
    chunk += part
    if (chunk.length < CHUNK_SIZE) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}
