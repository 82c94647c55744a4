import { displayWidth, fit } from './width.js'

const GAP = '  '

/** No column is made narrower than this for lack of room. */
const NARROWEST = 6

/**
 * Rows in columns as wide as their widest cell, two spaces apart. The caller escapes the cells.
 *
 * @param room columns of the terminal: if the rows need more, the widest columns are cut. Unlimited by default
 */
export function table(rows: readonly (readonly string[])[], room = Number.POSITIVE_INFINITY): string {
  const widths = fitted(widthsOf(rows), room)
  const cell = (text: string, column: number) => {
    const width = widths[column] ?? 0
    const shown = fit(text, width)
    return shown + ' '.repeat(width - displayWidth(shown))
  }
  return rows.map(row => `${row.map(cell).join(GAP).trimEnd()}\n`).join('')
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(text))
  }
  return widths
}

/** Shrinks the widest column until all fit, or none can shrink further. */
function fitted(widths: readonly number[], room: number): readonly number[] {
  const result = [...widths]
  let excess = result.reduce((sum, width) => sum + width, 0) + GAP.length * (result.length - 1) - room
  while (excess > 0) {
    const widest = result.indexOf(Math.max(...result))
    if ((result[widest] ?? 0) <= NARROWEST) break
    result[widest] = (result[widest] ?? 0) - 1
    excess--
  }
  return result
}
