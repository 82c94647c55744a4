import { diffArrays, type StructuredPatchHunk } from 'diff'

/** An item of a document: its lines before and after; none if it is absent. */
export interface Change {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** Lines of context around a change. */
const CONTEXT = 3

/** The hunks that turn one document into another, given item by item: linear in the number of lines. */
export function hunksOf(items: Iterable<Change>): StructuredPatchHunk[] {
  const lines = markedLines(items)
  const hunks: StructuredPatchHunk[] = []
  let [oldStart, newStart, end] = [1, 1, 0]
  for (const { first, last } of clustersOf(lines)) {
    const begin = Math.max(0, first - CONTEXT)
    oldStart += begin - end
    newStart += begin - end
    const shown = lines.slice(begin, last + 1 + CONTEXT)
    const oldLines = shown.filter(line => !line.startsWith('+')).length
    const newLines = shown.filter(line => !line.startsWith('-')).length
    hunks.push({ oldStart, oldLines, newStart, newLines, lines: shown })
    oldStart += oldLines
    newStart += newLines
    end = begin + shown.length
  }
  return hunks
}

/**
 * Every line with a sign: `-` for removed, `+` for added, a space for unchanged. Between unchanged lines, removed ones
 * come first. An item whose sides are the same array is not compared.
 */
function markedLines(items: Iterable<Change>): readonly string[] {
  const lines: string[] = []
  let added: string[] = []
  const stay = (unchanged: readonly string[]) => {
    if (unchanged.length === 0) return
    for (const line of added) lines.push(line)
    for (const line of unchanged) lines.push(` ${line}`)
    added = []
  }
  for (const { before, after } of items) {
    if (before === after) stay(before)
    else
      for (const part of diffArrays([...before], [...after])) {
        if (part.removed) for (const line of part.value) lines.push(`-${line}`)
        else if (part.added) for (const line of part.value) added.push(`+${line}`)
        else stay(part.value)
      }
  }
  for (const line of added) lines.push(line)
  return lines
}

/** The first and last changed lines of each hunk; changes whose contexts touch share a hunk. */
function clustersOf(lines: readonly string[]): readonly { readonly first: number; readonly last: number }[] {
  const clusters: { first: number; last: number }[] = []
  for (const [index, line] of lines.entries()) {
    if (line.startsWith(' ')) continue
    const open = clusters.at(-1)
    if (open && index - open.last <= 2 * CONTEXT + 1) open.last = index
    else clusters.push({ first: index, last: index })
  }
  return clusters
}
