import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { applies, clouds, growth, largePlan, lints, type Row, sizes, smallPlan, startUp } from './rows.js'

/*
 * What guestlist promises of its speed and size, as ratios within one run: npm run bench [-- --json] [-- --readme].
 * Medians of interleaved runs of whole processes. --readme writes the table into CONTRIBUTING.md.
 */

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, readme: { type: 'boolean', default: false } },
})

const say = (text: string) => process.stderr.write(`${text}\n`)

async function measure(): Promise<Row[]> {
  const rows: Row[] = []
  for (const step of [startUp, largePlan, growth, smallPlan, applies, clouds, lints, sizes]) {
    say(`${step.name}…`)
    rows.push(...(await step()))
  }
  return rows.sort((a, b) => a.number - b.number)
}

const met = ({ value, goal, atLeast }: Row): boolean => (atLeast ? value >= goal : value <= goal)

const figure = ({ value, unit }: Row): string => (unit ? `${value.toFixed(1)} ${unit}` : value.toFixed(2))

const goalText = ({ goal, unit, atLeast }: Row): string =>
  `${atLeast ? '≥' : '≤'} ${Number(goal.toFixed(2))}${unit ? ` ${unit}` : ''}`

function machine(): string {
  const [cpu] = cpus()
  return `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    row =>
      `| ${row.number} | ${row.what} | ${figure(row)} | ${goalText(row)} | ${met(row) ? 'yes' : '**no**'} | ${row.from} |`,
  )
  return ['| # | what | measured | goal | met | from |', '| --- | --- | --- | --- | --- | --- |', ...lines].join('\n')
}

const MARKS = ['<!-- bench -->', '<!-- /bench -->'] as const

function writeTable(text: string): void {
  const path = fileURLToPath(new URL('../../CONTRIBUTING.md', import.meta.url))
  const page = readFileSync(path, 'utf8')
  const [from, to] = MARKS.map(mark => page.indexOf(mark)) as [number, number]
  if (from < 0 || to < from) throw new Error(`CONTRIBUTING.md has no ${MARKS.join(' … ')}`)
  writeFileSync(path, `${page.slice(0, from)}${MARKS[0]}\n\n${text}\n\n${page.slice(to)}`)
}

const rows = await measure()
const text = `${table(rows)}\n\nMeasured on ${machine()}; medians of interleaved runs of whole processes.`
if (values.readme) writeTable(text)
process.stdout.write(
  values.json
    ? `${JSON.stringify({ machine: machine(), rows: rows.map(row => ({ ...row, met: met(row) })) }, null, 2)}\n`
    : `${text}\n`,
)
