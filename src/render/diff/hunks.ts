import { diffArrays, type StructuredPatchHunk } from 'diff'

/** An item of a document, as the lines that it has before and after; none where it is not there. */
export interface Change {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** Lines that are shown around a change. */
const CONTEXT = 3

/**
 * The hunks that turn one document into another, given item by item: linear in the number of lines. An item whose two sides
 * are the same array is not compared.
 */
export function hunksOf(items: Iterable<Change>): StructuredPatchHunk[] {
  const writer = new HunkWriter()
  for (const { before, after } of items) {
    if (before === after) writer.same(before)
    else {
      for (const { added, removed, value } of diffArrays([...before], [...after])) {
        if (removed) writer.removed(value)
        else if (added) writer.added(value)
        else writer.same(value)
      }
    }
  }
  return writer.finish()
}

/** Takes lines in order and keeps those that belong to a hunk. */
class HunkWriter {
  readonly #hunks: StructuredPatchHunk[] = []
  #open: StructuredPatchHunk | null = null
  /** Unchanged lines since the last change: what follows it, or what the next one begins with. */
  #pending: string[] = []
  /** Of the block of changes that is being read: removed lines are written before added ones. */
  #minus: string[] = []
  #plus: string[] = []
  #oldLine = 1
  #newLine = 1

  same(lines: readonly string[]): void {
    if (lines.length === 0) return
    this.#flush()
    this.#oldLine += lines.length
    this.#newLine += lines.length
    for (const line of lines) this.#pending.push(line)
    if (this.#open !== null && this.#pending.length > 2 * CONTEXT) this.#close()
    if (this.#open === null && this.#pending.length > CONTEXT) this.#pending = this.#pending.slice(-CONTEXT)
  }

  removed(lines: readonly string[]): void {
    const hunk = this.#hunk()
    for (const line of lines) this.#minus.push(`-${line}`)
    hunk.oldLines += lines.length
    this.#oldLine += lines.length
  }

  added(lines: readonly string[]): void {
    const hunk = this.#hunk()
    for (const line of lines) this.#plus.push(`+${line}`)
    hunk.newLines += lines.length
    this.#newLine += lines.length
  }

  finish(): StructuredPatchHunk[] {
    this.#flush()
    this.#close()
    return this.#hunks
  }

  /** The open hunk, or a new one, with the unchanged lines that lead to here. */
  #hunk(): StructuredPatchHunk {
    this.#open ??= {
      oldStart: this.#oldLine - this.#pending.length,
      oldLines: 0,
      newStart: this.#newLine - this.#pending.length,
      newLines: 0,
      lines: [],
    }
    this.#context(this.#open, this.#pending)
    this.#pending = []
    return this.#open
  }

  #flush(): void {
    for (const line of this.#minus) this.#open?.lines.push(line)
    for (const line of this.#plus) this.#open?.lines.push(line)
    this.#minus = []
    this.#plus = []
  }

  /** Ends the open hunk; the lines after its last context wait for the next one. */
  #close(): void {
    if (this.#open === null) return
    this.#context(this.#open, this.#pending.slice(0, CONTEXT))
    this.#pending = this.#pending.slice(CONTEXT)
    this.#hunks.push(this.#open)
    this.#open = null
  }

  #context(hunk: StructuredPatchHunk, lines: readonly string[]): void {
    for (const line of lines) hunk.lines.push(` ${line}`)
    hunk.oldLines += lines.length
    hunk.newLines += lines.length
  }
}
