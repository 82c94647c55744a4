import type { ProblemCode } from './codes.gen.js'

/** A position in a manifest. Line and column start at 1; the column counts Unicode code points. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** How places are written everywhere. */
export const placeText = ({ file, line, column }: Place): string => `${file}:${line}:${column}`

/** One end of a range; `byte` is the offset from the file's start in UTF-8. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly byte: number
}

export interface Range {
  readonly filename: string
  readonly start: Position
  readonly end: Position
}

/** What is wrong, where, and what to do about it. */
export interface Problem {
  readonly code: ProblemCode
  readonly severity: 'error' | 'warning'
  /** One line, without a full stop. */
  readonly summary: string
  /** What to do, in complete sentences. */
  readonly detail: string
  /** Null if there is no text to point at (a file that cannot be read). */
  readonly range: Range | null
  /** The source line that the range starts on, without its line break; null like `range`. */
  readonly snippet: string | null
  /** The file, even without a range. */
  readonly file: string
}

export const problemPlace = ({ file, range }: Problem): string =>
  range === null ? file : placeText({ file: range.filename, ...range.start })
