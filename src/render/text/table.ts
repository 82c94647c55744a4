import { displayWidth } from './width.js'

/** Rows in columns, two spaces apart, as wide as their widest cell. Cells are escaped by the caller. */
export function table(rows: readonly (readonly string[])[]): string {
  const sizes = rows.map(row => row.map(displayWidth))
  const widths: number[] = []
  for (const row of sizes) {
    for (const [column, size] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, size)
  }
  const line = (row: readonly string[], r: number) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - (sizes[r]?.[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return rows.map((row, r) => `${line(row, r)}\n`).join('')
}
