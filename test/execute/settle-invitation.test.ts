import t from 'tap'
import { outcomes, RULES, rig, wire } from './fixtures/rig.js'

interface Case {
  readonly name: string
  readonly faults: readonly string[]
  /** The requests that arrive, with the status they are answered with. */
  readonly calls: readonly string[]
  readonly ends: string
  readonly attempts: number
  readonly why?: RegExp
  readonly stop?: string
  readonly retries?: number
}

/** The table of settle-invitation.ts, row by row. The invitation is pending, and to be accepted. */
const TABLE: readonly Case[] = [
  { name: 'well', faults: [], calls: ['accept 1 204'], ends: 'done', attempts: 1 },
  {
    name: 'denied: 401',
    faults: ['accept:401'],
    calls: ['accept 1 401'],
    ends: 'failed',
    attempts: 1,
    stop: 'unauthorized',
  },
  {
    name: 'denied: 403',
    faults: ['accept:403'],
    calls: ['accept 1 403'],
    ends: 'failed',
    attempts: 1,
    stop: 'forbidden',
  },
  {
    name: 'throttled: repeated without a read',
    faults: ['accept:429:nth=1-2:retry-after=3'],
    calls: ['accept 1 429', 'accept 1 429', 'accept 1 204'],
    ends: 'done',
    attempts: 3,
  },
  {
    name: 'throttled to the end',
    faults: ['accept:429:retry-after=3'],
    calls: ['accept 1 429', 'accept 1 429', 'accept 1 429'],
    ends: 'failed',
    attempts: 3,
    why: /429/,
  },
  ...['500', '502', '503', '504', '508', '408'].map(status => ({
    name: `unclear: ${status}, and nothing was done`,
    faults: [`accept:${status}:nth=1`],
    calls: [`accept 1 ${status}`, 'get 1 200', 'accept 1 204'],
    ends: 'done',
    attempts: 2,
  })),
  {
    name: 'unclear: 503 after it took effect',
    faults: ['accept:503-after:nth=1'],
    calls: ['accept 1 503', 'get 1 200'],
    ends: 'confirmed',
    attempts: 1,
  },
  {
    name: 'unclear: cut before',
    faults: ['accept:cut-before:nth=1'],
    calls: ['accept 1 null', 'get 1 200', 'accept 1 204'],
    ends: 'done',
    attempts: 2,
  },
  {
    name: 'unclear: cut after it took effect',
    faults: ['accept:cut-after:nth=1'],
    calls: ['accept 1 null', 'get 1 200'],
    ends: 'confirmed',
    attempts: 1,
  },
  {
    name: 'unclear: no answer in time',
    faults: ['accept:hang:nth=1'],
    calls: ['accept 1 null', 'get 1 200', 'accept 1 204'],
    ends: 'done',
    attempts: 2,
  },
  {
    name: 'unclear: no answer in time, but it took effect',
    faults: ['accept:hang-after:nth=1'],
    calls: ['accept 1 null', 'get 1 200'],
    ends: 'confirmed',
    attempts: 1,
  },
  {
    name: 'unclear to the end',
    faults: ['accept:503'],
    calls: ['accept 1 503', 'get 1 200', 'accept 1 503', 'get 1 200'],
    ends: 'failed',
    attempts: 2,
    retries: 1,
    why: /503/,
  },
  {
    name: 'unclear to the end, and the last one took effect',
    faults: ['accept:503:nth=1', 'accept:503-after:nth=2'],
    calls: ['accept 1 503', 'get 1 200', 'accept 1 503', 'get 1 200'],
    ends: 'confirmed',
    attempts: 2,
    retries: 1,
  },
  {
    name: 'unclear, and a stale read: the repeat does no harm',
    faults: ['accept:503-after:nth=1', 'get:stale:nth=1'],
    calls: ['accept 1 503', 'get 1 200', 'accept 1 204'],
    ends: 'done',
    attempts: 2,
  },
  {
    name: 'unclear, then throttled: read again',
    faults: ['accept:503:nth=1', 'accept:429:nth=2:retry-after=1'],
    calls: ['accept 1 503', 'get 1 200', 'accept 1 429', 'get 1 200', 'accept 1 204'],
    ends: 'done',
    attempts: 3,
  },
  {
    name: 'unclear, and the read fails for a while',
    faults: ['accept:503:nth=1', 'get:500:nth=1-2'],
    calls: ['accept 1 503', 'get 1 500', 'get 1 500', 'get 1 200', 'accept 1 204'],
    ends: 'done',
    attempts: 2,
  },
  {
    name: 'unclear, and cannot be read',
    faults: ['accept:503', 'get:500'],
    calls: ['accept 1 503', 'get 1 500', 'get 1 500', 'get 1 500'],
    ends: 'failed',
    attempts: 1,
    why: /not known whether it took effect/,
  },
  {
    name: 'unclear, and reading is forbidden',
    faults: ['accept:503', 'get:403'],
    calls: ['accept 1 503', 'get 1 403'],
    ends: 'failed',
    attempts: 1,
    stop: 'forbidden',
    why: /not known/,
  },
  {
    name: 'unreadable: a web page, and nothing was done',
    faults: ['accept:html'],
    calls: ['accept 1 200', 'get 1 200'],
    ends: 'failed',
    attempts: 1,
  },
  {
    name: 'unreadable: a web page, but it took effect',
    faults: ['accept:html-after'],
    calls: ['accept 1 200', 'get 1 200'],
    ends: 'confirmed',
    attempts: 1,
  },
  {
    name: 'unreadable: a redirect is not followed',
    faults: ['accept:302:location=http://127.0.0.1:9/'],
    calls: ['accept 1 302', 'get 1 200'],
    ends: 'failed',
    attempts: 1,
  },
  ...['400', '404', '409', '422'].map(status => ({
    name: `refused: ${status}`,
    faults: [`accept:${status}`],
    calls: [`accept 1 ${status}`],
    ends: 'failed',
    attempts: 1,
    why: new RegExp(status),
  })),
  {
    name: 'refused after an unclear attempt that was it',
    faults: ['accept:503-after:nth=1', 'get:stale:nth=1', 'accept:400:nth=2'],
    calls: ['accept 1 503', 'get 1 200', 'accept 1 400', 'get 1 200'],
    ends: 'confirmed',
    attempts: 2,
  },
  {
    name: 'refused after an unclear attempt that was not',
    faults: ['accept:503:nth=1', 'accept:400:nth=2'],
    calls: ['accept 1 503', 'get 1 200', 'accept 1 400', 'get 1 200'],
    ends: 'failed',
    attempts: 2,
  },
]

for (const { name, faults, calls, ends, attempts, why = /./, stop, retries = 2 } of TABLE) {
  for (const action of ['accept', 'deny'] as const) {
    t.test(`${action}: ${name}`, async t => {
      const as = (text: string) => text.replace(/^accept/, action)
      const email = action === 'accept' ? 'ann@in.example' : 'ann@out.example'
      const {
        plan,
        run,
        calls: made,
      } = await rig(t, {
        invitations: [wire(1, { email })],
        // The last read would put right what this test is about.
        faults: [...faults.map(as), 'list:404'],
      })
      const { report } = await run({ plan: await plan(RULES), retries })
      t.same(made(), calls.map(as))
      t.match(outcomes(report), [`${action} 1 ${ends}`])
      t.match(report.results, [{ attempts }])
      if (ends === 'failed') t.match(report.results, [{ outcome: { why } }])
      t.equal(report.stop?.reason, stop)
    })
  }
}

t.test('unsent: repeated without a read', async t => {
  const { plan, run, calls, client, sandbox } = await rig(t, { invitations: [wire(1)] })
  const gone = await rig(t)
  await gone.sandbox.close()
  let tries = 0
  const accept = (id: number) => (++tries < 3 ? gone.client.accept(id) : client.accept(id))
  const { report } = await run({ plan: await plan(RULES), api: { accept } })
  t.same(calls(), ['accept 1 204'])
  t.match(report.results, [{ outcome: { kind: 'done' }, attempts: 3 }])
  t.equal(sandbox.effects().length, 1)
})

t.test('unclear, and meanwhile somebody decided otherwise: left alone', async t => {
  const { plan, run, calls, sandbox } = await rig(t, { invitations: [wire(1)], faults: ['accept:503:nth=1'] })
  const { report } = await run({
    plan: await plan(RULES),
    onEvent: event => (event.type === 'retry' ? sandbox.setStatus(1, 'D') : undefined),
  })
  t.same(calls(), ['accept 1 503', 'get 1 200'])
  t.match(report.results, [{ outcome: { kind: 'failed', why: /its status is denied/ } }])
})

t.test('once the run is to stop a read still decides, and nothing is repeated', async t => {
  for (const [fault, ends, why] of [
    ['accept:503:nth=1', 'failed', /not retried, because the run was stopped/],
    ['accept:503-after:nth=1', 'confirmed', undefined],
  ] as const) {
    const { plan, run, calls } = await rig(t, { invitations: [wire(1)], faults: [fault] })
    const interrupt = new AbortController()
    const { report } = await run({
      plan: await plan(RULES),
      interrupt: interrupt.signal,
      onEvent: event => (event.type === 'retry' ? interrupt.abort() : undefined),
    })
    t.same(calls(), ['accept 1 503', 'get 1 200'])
    t.match(report.results, [{ outcome: { kind: ends, ...(why ? { why } : {}) } }])
  }
})

t.test('the wait follows Retry-After, else it doubles', async t => {
  const faults = ['accept:503:nth=1:retry-after=7', 'accept:503:nth=2-3']
  const { plan, run } = await rig(t, { invitations: [wire(1)], faults })
  const { sleeps } = await run({ plan: await plan(RULES), retries: 3 })
  // Three quarters of 200 and of 400: the clock's chance is a half.
  t.same(sleeps, [7000, 150, 300])
})

t.test('reads are told as attempts of their own, with how they ended', async t => {
  for (const [faults, read] of [
    [['accept:503-after:nth=1'], { call: 'read', attempt: 1, error: null }],
    [['accept:503:nth=1', 'get:404'], { call: 'read', attempt: 1, error: { status: 404 } }],
  ] as const) {
    const { plan, run } = await rig(t, { invitations: [wire(1)], faults: [...faults] })
    const { events } = await run({ plan: await plan(RULES) })
    const attempts = events.flatMap(event => (event.type === 'attempt' ? [event.attempt] : []))
    t.match(attempts, [{ call: 'accept', attempt: 1, error: { status: 503 } }, read])
    t.equal(attempts.length, 2)
    t.ok(attempts.every(({ action }) => action.address === 'bimdata_invitation.1'))
  }
})

t.test('nothing is waited for where nothing follows', async t => {
  for (const [faults, retries] of [
    [['accept:400'], 3],
    [['accept:503'], 0],
  ] as const) {
    const { plan, run } = await rig(t, { invitations: [wire(1)], faults: [...faults, 'list:404'] })
    const { sleeps, report } = await run({ plan: await plan(RULES), retries })
    t.match(report.results, [{ outcome: { kind: 'failed' } }])
    t.same(sleeps, [], faults.join())
  }
})

t.test('the answer of success has its status', async t => {
  const { plan, run } = await rig(t, { invitations: [wire(1)] })
  t.match((await run({ plan: await plan(RULES) })).report.results, [{ outcome: { kind: 'done' }, status: 204 }])
})

t.test('issue 12.6: read back with the raw status "accepted", which is unknown, it is not taken for done', async t => {
  const { plan, run, sandbox } = await rig(t, { invitations: [wire(1)], faults: ['accept:503:nth=1'] })
  const { report } = await run({
    plan: await plan(RULES),
    onEvent: event => (event.type === 'retry' ? sandbox.setStatus(1, 'accepted') : undefined),
  })
  t.match(report.results, [{ outcome: { kind: 'failed', why: /meanwhile its status is unknown \("accepted"\)/ } }])
})
