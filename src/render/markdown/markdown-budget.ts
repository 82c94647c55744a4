/** A part of a page that can be cut between its rows. */
export interface Section {
  readonly open: readonly string[]
  readonly rows: readonly string[]
  readonly close: readonly string[]
  /** The noun for a row, in the singular. */
  readonly noun: string
  /** The fraction of the remaining room, 0 to 1, that the section may take. */
  readonly share: number
}

/** Room for the line that says what was left out. */
const NOTE = 60

/** The lines of all sections in at most `budget` characters, including line breaks; a cut section says by how much. */
export function withinBudget(sections: readonly Section[], budget: number): readonly string[] {
  const lines: string[] = []
  let left = budget
  for (const section of sections) {
    const cut = cutSection(section, Math.floor(left * section.share))
    lines.push(...cut)
    left -= lengthOf(cut)
  }
  return lines
}

function cutSection({ open, rows, close, noun }: Section, budget: number): readonly string[] {
  let left = budget - lengthOf(open) - lengthOf(close) - NOTE
  const kept: string[] = []
  for (const row of rows) {
    left -= row.length + 1
    if (left < 0) break
    kept.push(row)
  }
  const missing = rows.length - kept.length
  if (missing === 0) return [...open, ...kept, ...close]
  const note = ['', `*… and ${missing} more ${noun}${missing === 1 ? '' : 's'} left out here.*`]
  return kept.length === 0 ? [...note.slice(1), ''] : [...open, ...kept, ...note, ...close]
}

export const lengthOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0)
