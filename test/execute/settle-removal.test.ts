import t from 'tap'
import { removal } from '../reconcile/fixtures/build.js'
import { outcomes, rig, wire } from './fixtures/rig.js'

interface Case {
  readonly name: string
  readonly faults: readonly string[]
  /** The user exists when the run begins. */
  readonly exists?: boolean
  /** The statuses that the removals are answered with. */
  readonly answers: readonly (number | null)[]
  readonly ends: string
  /** What the state remembers. */
  readonly recorded: 'removed' | 'absent' | null
  readonly why?: RegExp
  readonly stop?: string
}

const UNKNOWN = /whether the user was removed is not known/

/** The table of settle-removal.ts, row by row. */
const TABLE: readonly Case[] = [
  { name: 'well', faults: [], answers: [204], ends: 'done', recorded: 'removed' },
  { name: '404', faults: [], exists: false, answers: [404], ends: 'absent', recorded: 'absent' },
  {
    name: 'unclear after it took effect, then 404',
    faults: ['remove:503-after:nth=1'],
    answers: [503, 404],
    ends: 'done',
    recorded: 'removed',
  },
  {
    name: 'cut after it took effect, then 404',
    faults: ['remove:cut-after:nth=1'],
    answers: [null, 404],
    ends: 'done',
    recorded: 'removed',
  },
  {
    name: 'no answer in time, then 404',
    faults: ['remove:hang-after:nth=1'],
    answers: [null, 404],
    ends: 'done',
    recorded: 'removed',
  },
  {
    name: 'unclear, nothing was done, repeated',
    faults: ['remove:500:nth=1', 'remove:cut-before:nth=2'],
    answers: [500, null, 204],
    ends: 'done',
    recorded: 'removed',
  },
  {
    name: 'throttled, repeated',
    faults: ['remove:429:nth=1:retry-after=2'],
    answers: [429, 204],
    ends: 'done',
    recorded: 'removed',
  },
  {
    name: 'throttled, then 404: nothing was unclear',
    faults: ['remove:429:nth=1:retry-after=2'],
    exists: false,
    answers: [429, 404],
    ends: 'absent',
    recorded: 'absent',
  },
  {
    name: 'unclear, then throttled, then 404',
    faults: ['remove:503-after:nth=1', 'remove:429:nth=2:retry-after=1'],
    answers: [503, 429, 404],
    ends: 'done',
    recorded: 'removed',
  },
  {
    name: 'unclear to the end',
    faults: ['remove:503'],
    answers: [503, 503, 503],
    ends: 'failed',
    recorded: null,
    why: UNKNOWN,
  },
  {
    name: 'throttled to the end: it is known that nothing was done',
    faults: ['remove:429:retry-after=1'],
    answers: [429, 429, 429],
    ends: 'failed',
    recorded: null,
    why: /^(?!.*not known)/,
  },
  {
    name: 'denied',
    faults: ['remove:401'],
    answers: [401],
    ends: 'failed',
    recorded: null,
    stop: 'unauthorized',
  },
  {
    name: 'forbidden after an unclear one',
    faults: ['remove:503:nth=1', 'remove:403:nth=2'],
    answers: [503, 403],
    ends: 'failed',
    recorded: null,
    stop: 'forbidden',
    why: UNKNOWN,
  },
  { name: 'refused', faults: ['remove:409'], answers: [409], ends: 'failed', recorded: null, why: /409/ },
  { name: 'issue 12.7: 400', faults: ['remove:400'], answers: [400], ends: 'rejected', recorded: null, why: /400/ },
  {
    name: 'issue 12.7: unclear, then 400',
    faults: ['remove:503:nth=1', 'remove:400:nth=2'],
    answers: [503, 400],
    ends: 'rejected',
    recorded: null,
    why: /an earlier try removed it/,
  },
  { name: 'unreadable', faults: ['remove:html'], answers: [200], ends: 'failed', recorded: null, why: UNKNOWN },
]

for (const { name, faults, exists = true, answers, ends, recorded, why = /./, stop } of TABLE) {
  t.test(name, async t => {
    const users = exists ? ['bob@acme.example'] : []
    const invitations = [wire(7, { email: 'bob@acme.example', status: 'A' })]
    const { plan, run, calls } = await rig(t, { users, invitations, faults })
    const planned = await plan({ removals: [removal('Bob@acme.example')] })
    const { report, records, events } = await run({ plan: planned })
    t.same(
      calls(),
      answers.map(status => `remove bob@acme.example ${status}`),
      'spelled as in the accepted invitation',
    )
    t.same(outcomes(report), [`remove bob@acme.example ${ends}`])
    const attempts = events.flatMap(event => (event.type === 'attempt' ? [event.attempt] : []))
    t.same(
      attempts.map(({ call, attempt }) => `${call} ${attempt}`),
      answers.map((_, index) => `remove ${index + 1}`),
    )
    t.match(report.results, [
      { attempts: answers.length, ...(ends === 'failed' || ends === 'rejected' ? { outcome: { why } } : {}) },
    ])
    t.equal(report.stop?.reason, stop)
    t.equal(records.get('bob@acme.example')?.outcome ?? null, recorded)
    if (recorded)
      t.match(records.get('bob@acme.example'), {
        reason: 'left',
        accepted_invitations: [7],
        plan_digest: planned.digest,
        at: /^\d{4}-\d\d-\d\dT.*Z$/,
      })
  })
}

t.test('once the run is to stop a removal is not repeated', async t => {
  const { plan, run, calls } = await rig(t, { users: ['bob@acme.example'], faults: ['remove:503-after:nth=1'] })
  const interrupt = new AbortController()
  const { report, records } = await run({
    plan: await plan({ removals: [removal('bob@acme.example')] }),
    interrupt: interrupt.signal,
    onEvent: event => (event.type === 'retry' ? interrupt.abort() : undefined),
  })
  t.same(calls(), ['remove bob@acme.example 503'])
  t.match(report.results, [{ outcome: { kind: 'failed', why: /not retried.*not known/ } }])
  t.equal(records.size, 0)
})

t.test('a removal that cannot be remembered happened all the same, and nothing follows it', async t => {
  const { plan, run, calls } = await rig(t, { users: ['ann@acme.example', 'bob@acme.example'] })
  const { report } = await run({
    plan: await plan({ removals: [removal('ann@acme.example'), removal('bob@acme.example')] }),
    memory: { record: () => Promise.reject(new Error('the disk is full')) },
  })
  t.same(calls(), ['remove ann@acme.example 204'])
  t.same(outcomes(report), ['remove ann@acme.example done', 'remove bob@acme.example not_attempted'])
  t.match(report.stop, { reason: 'state', message: /ann@acme\.example was removed.*the disk is full/ })
})

t.test('what could not be remembered is said also where the run was stopped before', async t => {
  const { plan, run } = await rig(t, { users: ['ann@acme.example'] })
  const interrupt = new AbortController()
  const { report } = await run({
    plan: await plan({ removals: [removal('ann@acme.example')] }),
    interrupt: interrupt.signal,
    onEvent: event => (event.type === 'attempt' ? interrupt.abort() : undefined),
    memory: { record: () => Promise.reject(new Error('the disk is full')) },
  })
  t.match(report.stop, { reason: 'interrupted', message: /interrupted.*ann@acme\.example was removed.*disk is full/ })
})
