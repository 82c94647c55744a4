/** Characters to a piece: enough that writing one costs more than making it. */
const PIECE = 2 ** 16

/** Joins small parts of a text into pieces worth a write each, so that a long text is never held whole. */
export function* inPieces(parts: Iterable<string>): Generator<string> {
  let piece = ''
  for (const part of parts) {
    piece += part
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield piece
}
