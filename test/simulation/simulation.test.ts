/*
 * Thousands of small worlds, each decided by its seed: an API that fails in every way it can, a disk that fills up,
 * interrupts, kills at any moment, two applies at once. The real apply runs in them, and keeps its promises in all.
 * A seed that fails is run again, with its trace, by: npm run simulate -- --seed N
 */
import t from 'tap'
import { simulate } from './simulate-seed.js'

const SEEDS = 2000

const met = new Set<string>()

t.test(`${SEEDS} seeds keep every promise`, async t => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = await simulate(seed)
    for (const what of outcome.met) met.add(what)
    if (outcome.broken.length > 0) t.fail(`npm run simulate -- --seed ${seed}`, { broken: outcome.broken })
  }
  t.pass()
})

t.test('the seeds meet what they are to prove', async t => {
  const endings = ['done', 'confirmed', 'failed', 'not_attempted']
  const expected = [
    ...['exit 0', 'exit 1', 'exit 3', 'exit 4', 'exit 5', 'exit 130', 'killed', 'killed at work'],
    ...['accept', 'deny'].flatMap(action => endings.map(ending => `${action} ${ending}`)),
    ...['done', 'absent', 'rejected', 'failed', 'skipped', 'not_attempted'].map(ending => `remove ${ending}`),
    ...['verified', 'differs', 'unreadable', 'interrupted', 'not_needed'].map(kind => `verification ${kind}`),
    ...['interrupted', 'unauthorized', 'forbidden', 'unreachable', 'fail_fast', 'state', 'audit'].map(
      reason => `stop ${reason}`,
    ),
  ]
  expected.push('enough approvals', 'too few approvals')
  for (const what of expected) t.ok(met.has(what), what)
})

t.test('a seed runs the same way each time', async t => {
  const [first, second] = [await simulate(7), await simulate(7)]
  t.same(first, second)
  t.notSame(first.trace, (await simulate(8)).trace)
})
