import t from 'tap'
import { progressBar, progressLine, startProgress } from '../../src/cli/progress.js'

t.test('a line says how much, how fast, and how long', async t => {
  for (const [total, count, seconds, expected] of [
    [null, 0, 4, 'Reading: 0, 4 s so far'],
    [null, 12_000, 4, 'Reading: 12000, 3000/s, 4 s so far'],
    [120, 0, 1, 'Reading: 0 of 120, 1 s so far'],
    [120, 40, 8, 'Reading: 40 of 120, 5.0/s, 16 s left'],
    [100_000, 1000, 10, 'Reading: 1000 of 100000, 100/s, 16 min 30 s left'],
    [1_000_000, 100, 10, 'Reading: 100 of 1000000, 10/s, 27 h 46 min left'],
  ] as const) {
    t.equal(progressLine({ label: 'Reading', total, count, seconds }), expected)
  }
})

t.test('the bar never reaches the last column', async t => {
  const facts = { label: 'Applying', total: 100, count: 50, seconds: 5 }
  t.equal(progressBar(facts, 80), `[${'='.repeat(15)}${' '.repeat(15)}] Applying: 50 of 100, 10/s, 5 s left`)
  for (const columns of [1, 20, 40, 47, 50, 60, 200]) t.ok(progressBar(facts, columns).length < columns, `${columns}`)
  t.notMatch(progressBar({ ...facts, total: null }, 80), /\[/)
  t.match(progressBar(facts, 0), /5 s left$/, 'of no columns nothing is known, so nothing is cut')
})

t.test('for machines, and for what ends soon, nothing is shown', async t => {
  const shown: (string | null)[] = []
  const io = { err: (text: string) => shown.push(text), status: (line: string | null) => shown.push(line), columns: 80 }
  const quiet = startProgress({ label: 'Reading', total: null, quiet: true }, io)
  quiet.done(5)
  quiet.end()
  t.same(shown, [])
  const short = startProgress({ label: 'Reading', total: null, quiet: false }, io)
  short.done(5)
  short.end()
  t.same(shown, [null], 'only the clearing')
})
