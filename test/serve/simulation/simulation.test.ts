/*
 * Two instances of serve, or more as they die and come again, one database, one API: each seed decides what goes wrong with the
 * API, the database, the network, the clocks and the processes, which may be killed or stand still at any of their awaits. The
 * real loop, lead, lock, state and apply run in it. A seed that fails is run again, with its trace, by:
 * npm run simulate -- --serve --seed N
 */
import t from 'tap'
import { SEEDS } from './seeds.js'
import { simulate } from './simulate-service.js'

const met = new Set<string>()

t.test(`${SEEDS} seeds keep every promise`, async t => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = await simulate(seed)
    for (const what of outcome.met) met.add(what)
    if (outcome.broken.length > 0) t.fail(`npm run simulate -- --serve --seed ${seed}`, { broken: outcome.broken })
  }
  t.pass()
})

t.test('the seeds meet what they are to prove', async t => {
  const triggers = ['start', 'interval', 'webhook', 'manifest', 'signal']
  const happenings = ['kill', 'terminate', 'freeze', 'cut', 'clock', 'database', 'session', 'hang-up']
  for (const what of [...triggers, ...happenings, 'killed', 'killed at work', 'killed while it leads'])
    t.ok(met.has(what), what)
})

t.test('a seed runs the same way each time', async t => {
  const [first, second] = [await simulate(7), await simulate(7)]
  t.same(first, second)
  t.notSame(first.trace, (await simulate(8)).trace)
})
