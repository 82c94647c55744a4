import type { Problem } from '../model/problem.js'

/**
 * Where a diagnostic is, in the shape of Terraform's JSON: the range, and the line with what is to be highlighted of it.
 * Offsets count UTF-16 units of `code`, as most readers of JSON count characters.
 */
export function diagnosticSource({ range, snippet }: Pick<Problem, 'range' | 'snippet'>) {
  if (range === null) return {}
  if (snippet === null) return { range }
  const characters = Array.from(snippet)
  const offset = (column: number) => characters.slice(0, column - 1).join('').length
  return {
    range,
    snippet: {
      context: null,
      code: snippet,
      start_line: range.start.line,
      highlight_start_offset: offset(range.start.column),
      highlight_end_offset: range.end.line === range.start.line ? offset(range.end.column) : snippet.length,
      values: [],
    },
  }
}
