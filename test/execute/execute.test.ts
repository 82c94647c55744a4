import { getEventListeners } from 'node:events'
import t, { type Test } from 'tap'
import type { ExecuteEvent } from '../../src/execute/execution-context.js'
import { removal } from '../reconcile/fixtures/build.js'
import { outcomes, type RigOptions, RULES, type RunOptions, rig, systemClock, wire } from './fixtures/rig.js'

const USERS = ['x@acme.example', 'y@acme.example', 'z@acme.example']
const EVERYTHING = { ...RULES, removals: USERS.map((email, line) => removal(email, line)) }

/** Three to accept, three to deny, three to remove. */
const INVITATIONS = [
  ...[1, 2, 3].map(id => wire(id)),
  ...[4, 5, 6].map(id => wire(id, { email: `user${id}@out.example` })),
]

async function ran(test: Test, world: RigOptions, options: Omit<RunOptions, 'plan'> = {}) {
  const { plan, run, calls, sandbox } = await rig(test, { invitations: INVITATIONS, users: USERS, ...world })
  return { ...(await run({ plan: await plan(EVERYTHING), ...options })), calls, sandbox }
}

const kinds = (calls: readonly string[]) => calls.map(call => call.split(' ')[0])

t.test('denials, then accepts, then removals one at a time', async t => {
  const { report, calls, records, events } = await ran(t, { latencyMs: 5 }, { parallelism: 2 })
  t.same(kinds(calls()), ['deny', 'deny', 'deny', 'accept', 'accept', 'accept', 'remove', 'remove', 'remove'])
  t.same(
    calls().slice(6),
    USERS.map(email => `remove ${email} 204`),
  )
  t.same(report.stop, null)
  t.same(report.verification, { kind: 'verified', count: 6 })
  t.same([...records.keys()], USERS)
  const settled = events.flatMap(event => (event.type === 'settled' ? [[event.done, event.total]] : []))
  t.same(
    settled,
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map(done => [done, 9]),
  )
})

t.test('results stand in the order of the plan, whatever ended first', async t => {
  const { report } = await ran(t, { faults: ['deny:latency:ms=60:nth=1', 'accept:latency:ms=60:nth=1'] })
  t.same(
    outcomes(report).map(line => line.split(' ')[1]),
    ['4', '5', '6', '1', '2', '3', ...USERS],
  )
})

t.test('as many at once as was asked for, and no more', async t => {
  for (const parallelism of [1, 2, 3]) {
    let under = 0
    let most = 0
    const many = Array.from({ length: 12 }, (_, index) => wire(index + 1))
    const { plan, run, client } = await rig(t, { invitations: many, latencyMs: 5 })
    const accept = async (id: number) => {
      most = Math.max(most, ++under)
      const status = await client.accept(id)
      under--
      return status
    }
    await run({ plan: await plan(RULES), parallelism, api: { accept } })
    t.equal(most, parallelism)
  }
})

t.test('each removal is remembered before the next begins', async t => {
  const order: string[] = []
  const { report } = await ran(
    t,
    {},
    {
      memory: {
        prepare: async () => {
          order.push('prepare')
        },
        record: async key => {
          await new Promise(resolve => setTimeout(resolve, 5))
          order.push(`record ${key}`)
        },
      },
      onEvent: event => {
        if (event.type === 'start' && event.action.action === 'remove') order.push(`start ${event.action.before.email}`)
      },
    },
  )
  t.equal(report.stop, null)
  t.same(order, ['prepare', ...USERS.flatMap(email => [`start ${email}`, `record ${email}`])])
})

t.test('no removal after a failure', async t => {
  for (const faults of [['deny:400:nth=2'], ['accept:400:nth=3'], ['accept:html:nth=1', 'get:404']]) {
    const { report, calls, records } = await ran(t, { faults })
    t.notOk(kinds(calls()).includes('remove'), String(faults))
    t.equal(outcomes(report).filter(line => line.endsWith(' skipped')).length, 3)
    t.equal(records.size, 0)
  }
})

t.test('no removal after a removal that failed', async t => {
  const { report, calls, records } = await ran(t, { faults: ['remove:409:nth=2'] })
  t.same(calls().slice(6), ['remove x@acme.example 204', 'remove y@acme.example 409'])
  t.same(outcomes(report).slice(6), [
    'remove x@acme.example done',
    'remove y@acme.example failed',
    'remove z@acme.example skipped',
  ])
  t.same([...records.keys()], ['x@acme.example'])
})

t.test('a user who is absent stops nothing', async t => {
  const { report } = await ran(t, { users: ['x@acme.example', 'z@acme.example'] })
  t.same(outcomes(report).slice(6), [
    'remove x@acme.example done',
    'remove y@acme.example absent',
    'remove z@acme.example done',
  ])
})

for (const [status, reason] of [
  [401, 'unauthorized'],
  [403, 'forbidden'],
] as const) {
  t.test(`${status} stops everything`, async t => {
    const { report, calls } = await ran(t, { faults: [`deny:${status}:nth=2`] }, { parallelism: 1 })
    t.same(calls(), ['deny 4 204', `deny 5 ${status}`])
    t.equal(report.stop?.reason, reason)
    t.same(
      outcomes(report).map(line => line.split(' ').at(-1)),
      ['done', 'failed', ...Array.from({ length: 4 }, () => 'not_attempted'), 'skipped', 'skipped', 'skipped'],
    )
  })
}

t.test('a failure stops nothing but removals, unless it is asked to', async t => {
  const going = await ran(t, { faults: ['deny:400:nth=1'] }, { parallelism: 1 })
  t.same(kinds(going.calls()), ['deny', 'deny', 'deny', 'accept', 'accept', 'accept'])
  const { report, calls } = await ran(t, { faults: ['deny:400:nth=1'] }, { parallelism: 1, failFast: true })
  t.same(calls(), ['deny 4 400'])
  t.match(report.stop, { reason: 'fail_fast', message: /bimdata_invitation\.4/ })
})

t.test('an interrupt: nothing new starts, what is in flight finishes', async t => {
  const interrupt = new AbortController()
  let begun = 0
  const { report, calls, events } = await ran(
    t,
    { latencyMs: 20 },
    {
      parallelism: 2,
      interrupt: interrupt.signal,
      onEvent: event => {
        if (event.type === 'start' && ++begun === 2) setTimeout(() => interrupt.abort(), 5)
      },
    },
  )
  t.same(calls().toSorted(), ['deny 4 204', 'deny 5 204'])
  t.same(
    outcomes(report).map(line => line.split(' ').at(-1)),
    ['done', 'done', ...Array.from({ length: 7 }, () => 'not_attempted')],
  )
  t.match(report, { stop: { reason: 'interrupted' }, verification: { kind: 'interrupted' } })
  t.equal(report.stop?.message, 'The run was interrupted.')
  const told = events.flatMap(event => (event.type === 'settled' ? [event.result] : []))
  t.equal(new Set(told.map(({ action }) => action.address)).size, 9, 'each action is told of, once')
  t.same(told.slice(2), report.results.slice(2), 'what was not attempted too')
})

t.test('the lock was lost: nothing new starts, what is in flight finishes, and the list is read', async t => {
  const lost = new AbortController()
  const { plan, run } = await rig(t, { invitations: [1, 2, 3].map(id => wire(id)), latencyMs: 20 })
  const { report } = await run({
    plan: await plan(RULES),
    parallelism: 1,
    lockLost: lost.signal,
    onEvent: event => (event.type === 'start' ? lost.abort() : undefined),
  })
  t.same(outcomes(report), ['accept 1 not_attempted', 'accept 2 not_attempted', 'accept 3 not_attempted'])
  t.match(report, { stop: { reason: 'lock_lost' }, verification: { kind: 'not_needed' } })
})

t.test('an interrupt during a removal: it is remembered, and no other begins', async t => {
  const interrupt = new AbortController()
  const { report, calls, records } = await ran(
    t,
    { latencyMs: 10 },
    {
      interrupt: interrupt.signal,
      onEvent: event => {
        if (event.type === 'start' && event.action.action === 'remove') setImmediate(() => interrupt.abort())
      },
    },
  )
  t.same(calls().slice(6), ['remove x@acme.example 204'])
  t.same([...records.keys()], ['x@acme.example'])
  t.same(outcomes(report).slice(6), [
    'remove x@acme.example done',
    'remove y@acme.example not_attempted',
    'remove z@acme.example not_attempted',
  ])
})

t.test('an interrupt before the run: no call at all', async t => {
  const { report, calls } = await ran(t, {}, { interrupt: AbortSignal.abort() })
  t.same(calls(), [])
  t.ok(outcomes(report).every(line => line.endsWith('not_attempted')))
})

t.test('a state that cannot be written: nothing is removed', async t => {
  const { report, calls } = await ran(t, {}, { memory: { prepare: () => Promise.reject(new Error('read-only')) } })
  t.notOk(kinds(calls()).includes('remove'))
  t.match(report.stop, { reason: 'state', message: /read-only/ })
  t.same(report.verification, { kind: 'verified', count: 6 }, 'what was done before is verified')
})

t.test('the state is not touched where nothing is to be removed', async t => {
  const { plan, run } = await rig(t, { invitations: INVITATIONS })
  const { report } = await run({
    plan: await plan(RULES),
    memory: { prepare: () => Promise.reject(new Error('read-only')) },
  })
  t.equal(report.stop, null)
})

t.test('an audit log that cannot be written: nothing new starts', async t => {
  const rejecting = (type: ExecuteEvent['type']) => {
    let left = 3
    return (event: ExecuteEvent) =>
      event.type === type && --left === 0 ? Promise.reject(new Error('no space')) : undefined
  }
  for (const [type, expected] of [
    ['start', ['deny 4 204', 'deny 5 204']],
    ['attempt', ['deny 4 204', 'deny 5 204', 'deny 6 204']],
    ['settled', ['deny 4 204', 'deny 5 204', 'deny 6 204']],
  ] as const) {
    const { report, calls } = await ran(t, {}, { parallelism: 1, onEvent: rejecting(type) })
    t.same(calls(), expected, type)
    t.match(report.stop, { reason: 'audit', message: /no space/ })
  }
})

t.test('an audit log that is slow: a 403 stops the others all the same', async t => {
  const slow = () => new Promise<void>(resolve => setTimeout(resolve, 30))
  const { calls } = await ran(
    t,
    { faults: ['deny:403:nth=1', 'deny:latency:ms=20:nth=2'] },
    { parallelism: 2, onEvent: event => (event.type === 'attempt' ? slow() : undefined) },
  )
  t.equal(calls().length, 2)
})

t.test('a 429 slows all workers', async t => {
  // In real time, from what the client knows: when it learned of the 429, and when it began each call.
  const many = Array.from({ length: 30 }, (_, index) => wire(index + 1))
  const world = { invitations: many, latencyMs: 5, faults: ['accept:429:nth=5:retry-after=0.5'] }
  const { plan, run, sandbox, client } = await rig(t, world)
  const begun: number[] = []
  let learned = 0
  const { report } = await run({
    plan: await plan(RULES),
    parallelism: 3,
    clock: systemClock,
    api: {
      accept: id => {
        begun.push(Date.now())
        return client.accept(id)
      },
    },
    onEvent: event => {
      if (event.type === 'attempt' && event.attempt.error?.status === 429) learned = Date.now()
    },
  })
  t.equal(report.verification.kind, 'verified')
  t.ok(learned > 0)
  t.same(
    begun.filter(at => at > learned && at < learned + 490),
    [],
    'nobody calls until the wait is over',
  )
  t.equal(sandbox.calls().filter(({ operation }) => operation === 'accept').length, 31)
})

t.test('Retry-After as a date', async t => {
  const { sleeps, report } = await ran(t, { faults: ['deny:429:nth=1:retry-after-in=9'] }, { parallelism: 1 })
  t.equal(report.verification.kind, 'verified')
  t.ok(
    sleeps.some(ms => ms > 5000 && ms <= 10_000),
    `${sleeps}`,
  )
})

t.test('a rate limit holds over all workers', async t => {
  const { sandbox } = await ran(t, {}, { parallelism: 3, rateLimit: 100, clock: systemClock })
  const at = sandbox.calls().map(call => call.at)
  const span = (at.at(-1) ?? 0) - (at[0] ?? 0)
  t.ok(span >= (at.length - 1) * 10 - 15, `${at.length} calls in ${span} ms`)
})

t.test('a bug rejects, and nothing goes on behind its back', async t => {
  const { plan, run, calls, client } = await rig(t, { invitations: INVITATIONS, latencyMs: 10 })
  const deny = (id: number) => (id === 4 ? Promise.reject(new TypeError('a bug')) : client.deny(id))
  await t.rejects(run({ plan: await plan(RULES), parallelism: 2, api: { deny } }), { message: 'a bug' })
  const made = calls().length
  await new Promise(resolve => setTimeout(resolve, 60))
  t.equal(calls().length, made)
  t.ok(made <= 1)
})

t.test('2,000 actions among 100,000 invitations: each call once', async t => {
  const crowd = Array.from({ length: 100_000 }, (_, id) => {
    const domain = id % 100 === 0 ? 'in' : id % 100 === 1 ? 'out' : 'other'
    return wire(id, { email: `user${id}@${domain}.example` })
  })
  const { plan, run, calls, sandbox } = await rig(t, { invitations: crowd, users: USERS })
  const { report } = await run({ plan: await plan(EVERYTHING), parallelism: 20 })
  t.same(report.verification, { kind: 'verified', count: 2000 })
  t.equal(new Set(calls()).size, 2003)
  t.equal(calls().length, 2003)
  t.equal(sandbox.effects().length, 2003)
})

t.test('a run leaves no listener on the signals of a service that outlives it', async t => {
  const { signal: interrupt } = new AbortController()
  const { plan, run } = await rig(t, { invitations: INVITATIONS, users: USERS })
  const everything = await plan(EVERYTHING)
  await run({ plan: everything, interrupt })
  t.equal(getEventListeners(interrupt, 'abort').length, 0, 'after a run that was carried out')
  const broken = { accept: () => Promise.reject(new TypeError('a bug')) }
  await t.rejects(run({ plan: everything, interrupt, api: broken }), { message: 'a bug' })
  t.equal(getEventListeners(interrupt, 'abort').length, 0, 'after one that rejected')
})
