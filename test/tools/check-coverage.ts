import { readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/*
 * Exits with 1 if the last test run covers less than GOAL percent of the lines or branches of a part that decides what
 * happens to people. Comments that exclude lines from the count are also an error.
 */

const GOAL = 95
const PARTS = ['model', 'manifest', 'reconcile', 'execute', 'state', 'render']

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Counts {
  readonly total: number
  readonly covered: number
}

type FileSummary = Readonly<Record<'lines' | 'branches', Counts>>

const summary: Readonly<Record<string, FileSummary>> = JSON.parse(
  readFileSync(new URL('../../.tap/report/coverage-summary.json', import.meta.url), 'utf8'),
)

const files = Object.entries(summary)
  .filter(([path]) => path !== 'total' && !path.endsWith('.gen.ts'))
  .map(([path, counts]) => ({ path: relative(ROOT, path).split(sep), counts }))

function share(part: string, what: 'lines' | 'branches'): number {
  const counted = files.filter(({ path }) => path[0] === 'src' && path[1] === part).map(({ counts }) => counts[what])
  const sum = (key: keyof Counts) => counted.reduce((total, counts) => total + counts[key], 0)
  return sum('total') === 0 ? 0 : (100 * sum('covered')) / sum('total')
}

const rows = PARTS.map(part => ({ part, lines: share(part, 'lines'), branches: share(part, 'branches') }))
for (const { part, lines, branches } of rows) {
  process.stdout.write(`${part.padEnd(10)} lines ${lines.toFixed(1)} %, branches ${branches.toFixed(1)} %\n`)
}
const excluded = files
  .map(({ path }) => path.join('/'))
  .filter(path => path.startsWith('src/'))
  .filter(path => /\b(c8|v8|istanbul) ignore\b/.test(readFileSync(`${ROOT}/${path}`, 'utf8')))
for (const path of excluded) process.stdout.write(`${path} takes lines out of the count\n`)
const low = rows.filter(({ lines, branches }) => Math.min(lines, branches) < GOAL)
if (low.length > 0) process.stdout.write(`Below ${GOAL} %: ${low.map(({ part }) => part).join(', ')}\n`)
process.exitCode = low.length + excluded.length > 0 ? 1 : 0
