import { byCodeUnit, plural } from '../../model/text.js'
import { escapeHtml } from '../escape/html.js'
import { DECISIONS, type ReportRow, type RowDecision } from './report-rows.js'

/** A bar: the number of rows with its label, by decision. */
interface Bar {
  readonly label: string
  readonly parts: ReadonlyMap<RowDecision, number>
}

/** More bars than this would obscure rather than inform: the rest are combined. */
const BARS = 8

const CHANGES: readonly string[] = ['remove', 'deny', 'accept']

/** Three small charts, each an image with its numbers as the text alternative. */
export function chartsHtml(rows: readonly ReportRow[]): string {
  const changes = rows.filter(([decision]) => CHANGES.includes(decision))
  const charts = [
    chart('By decision', decisionBars(rows)),
    chart('Changes by cloud', largest(barsOf(changes, ([, , , , , clouds]) => clouds))),
    chart('Changes by role', largest(barsOf(changes, roleLabels))),
  ]
  return charts.join('')
}

function decisionBars(rows: readonly ReportRow[]): readonly Bar[] {
  const counts = new Map<RowDecision, number>()
  for (const [decision] of rows) counts.set(decision, (counts.get(decision) ?? 0) + 1)
  const order = Object.keys(DECISIONS)
  return [...counts]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([decision, count]) => ({ label: DECISIONS[decision], parts: new Map([[decision, count]]) }))
}

const roleLabels = ([, , id, , , , cloudRole, project, projectRole]: ReportRow): readonly string[] =>
  id === null ? ['account'] : [`cloud ${cloudRole}`, ...(project === '' ? [] : [`project ${projectRole}`])]

function barsOf(rows: readonly ReportRow[], labelsOf: (row: ReportRow) => readonly string[]): readonly Bar[] {
  const bars = new Map<string, Map<RowDecision, number>>()
  for (const row of rows) {
    for (const label of labelsOf(row)) {
      const parts = bars.get(label) ?? new Map<RowDecision, number>()
      bars.set(label, parts.set(row[0], (parts.get(row[0]) ?? 0) + 1))
    }
  }
  return Array.from(bars, ([label, parts]) => ({ label, parts }))
}

const total = ({ parts }: Bar): number => [...parts.values()].reduce((sum, count) => sum + count, 0)

function largest(bars: readonly Bar[]): readonly Bar[] {
  const sorted = [...bars].sort((a, b) => total(b) - total(a) || byCodeUnit(a.label, b.label))
  if (sorted.length <= BARS) return sorted
  const parts = new Map<RowDecision, number>()
  for (const bar of sorted.slice(BARS - 1)) {
    for (const [decision, count] of bar.parts) parts.set(decision, (parts.get(decision) ?? 0) + count)
  }
  return [...sorted.slice(0, BARS - 1), { label: `${sorted.length - BARS + 1} others`, parts }]
}

const [ROW, LABEL, BAR, WIDTH] = [26, 130, 190, 380] as const

function chart(title: string, bars: readonly Bar[]): string {
  if (bars.length === 0) return ''
  const longest = bars.reduce((most, bar) => Math.max(most, total(bar)), 1)
  const alternative = bars.map(bar => `${bar.label}: ${spoken(bar)}`).join('; ')
  const height = bars.length * ROW
  return `<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(`${title}. ${alternative}`)}">${bars
    .map((bar, index) => barSvg(bar, index * ROW, longest))
    .join('')}</svg></figure>
`
}

const spoken = (bar: Bar): string =>
  bar.parts.size === 1
    ? String(total(bar))
    : Array.from(bar.parts, ([decision, count]) => `${count} ${DECISIONS[decision].toLowerCase()}`).join(', ')

function barSvg(bar: Bar, y: number, longest: number): string {
  const label = Array.from(bar.label).length > 20 ? `${Array.from(bar.label).slice(0, 19).join('')}…` : bar.label
  let x: number = LABEL
  const parts = Array.from(bar.parts, ([decision, count]) => {
    const width = Math.max(2, (count / longest) * BAR)
    const rect = `<rect class="bar ${decision}" x="${x.toFixed(1)}" y="${y + 4}" width="${width.toFixed(1)}" height="${ROW - 8}"><title>${plural(count, 'row')}</title></rect>`
    x += width
    return rect
  })
  const middle = y + ROW / 2
  return `<text class="label" x="${LABEL - 8}" y="${middle}">${escapeHtml(label)}</text>${parts.join('')}<text x="${(x + 6).toFixed(1)}" y="${middle}">${total(bar)}</text>`
}
