import t from 'tap'
import type { ExecuteEvent } from '../../src/execute/execution-context.js'
import { removal } from '../reconcile/fixtures/build.js'
import { outcomes, RULES, rig, wire } from './fixtures/rig.js'

const lists = (calls: readonly { readonly operation: string | null }[]) =>
  calls.filter(({ operation }) => operation === 'list').length

interface Case {
  readonly name: string
  readonly faults?: readonly string[]
  readonly kind: string
  readonly lists: number
  readonly outcome?: string
}

const TABLE: readonly Case[] = [
  { name: 'the list shows it', kind: 'verified', lists: 1 },
  { name: 'the list lags behind once', faults: ['list:stale:nth=1'], kind: 'verified', lists: 2 },
  { name: 'the list lags behind three times', faults: ['list:stale:nth=1-3'], kind: 'verified', lists: 4 },
  { name: 'the list lags behind for good', faults: ['list:stale'], kind: 'differs', lists: 4 },
  { name: 'the list fails once', faults: ['list:503:nth=1'], kind: 'verified', lists: 2 },
  { name: 'the list cannot be read', faults: ['list:503'], kind: 'unreadable', lists: 3 },
  { name: 'the list may not be read', faults: ['list:403'], kind: 'unreadable', lists: 1 },
  {
    name: 'nothing was done, and it was said',
    faults: ['accept:400'],
    kind: 'verified',
    lists: 1,
    outcome: 'failed',
  },
  {
    name: 'it was done after all',
    faults: ['accept:503-after', 'get:404'],
    kind: 'verified',
    lists: 1,
    outcome: 'confirmed',
  },
]

for (const { name, faults = [], kind, lists: expected, outcome = 'done' } of TABLE) {
  t.test(name, async t => {
    const { plan, run, sandbox } = await rig(t, { invitations: [wire(1)], faults })
    const { report } = await run({ plan: await plan(RULES) })
    t.equal(report.verification.kind, kind)
    t.equal(lists(sandbox.calls()), expected, 'reads of the list')
    t.same(outcomes(report), [`accept 1 ${outcome}`])
  })
}

t.test('what was reported done and is not there is a mismatch, with what was found', async t => {
  const { plan, run, sandbox } = await rig(t, { invitations: [wire(1), wire(2), wire(3, { email: 'x@out.example' })] })
  const { report } = await run({
    plan: await plan(RULES),
    onEvent: event => (event.type === 'verifying' ? sandbox.setStatus(2, 'D') : undefined),
  })
  t.same(report.verification, {
    kind: 'differs',
    mismatches: [{ address: 'bimdata_invitation.2', wanted: 'accepted', found: 'denied' }],
  })
})

t.test('what the API refused was not done, whoever did it meanwhile', async t => {
  const { plan, run, sandbox } = await rig(t, { invitations: [wire(1)], faults: ['accept:400'] })
  const { report } = await run({
    plan: await plan(RULES),
    onEvent: event => (event.type === 'verifying' ? sandbox.setStatus(1, 'A') : undefined),
  })
  t.same(outcomes(report), ['accept 1 failed'])
})

t.test('what is no longer listed is a mismatch with nothing', async t => {
  const { plan, run, client } = await rig(t, { invitations: [wire(1), wire(2)] })
  const list: typeof client.list = async function* (status) {
    for await (const batch of client.list(status)) yield batch.filter(({ id }) => id !== 2)
  }
  const { report } = await run({ plan: await plan(RULES), api: { list } })
  t.match(report.verification, { mismatches: [{ address: 'bimdata_invitation.2', found: null }] })
})

t.test('what is listed twice proves nothing', async t => {
  const { plan, run, client } = await rig(t, { invitations: [wire(1), wire(2)] })
  const list: typeof client.list = async function* (status) {
    for await (const batch of client.list(status)) yield [...batch, ...batch.filter(({ id }) => id === 1)]
  }
  const { report } = await run({ plan: await plan(RULES), api: { list } })
  const found = 'listed more than once'
  t.match(report.verification, { kind: 'differs', mismatches: [{ address: 'bimdata_invitation.1', found }] })
})

t.test('after removals alone the state is read too: the API must still answer', async t => {
  const { plan, run, sandbox } = await rig(t, { users: ['bob@acme.example'] })
  const { report, events } = await run({ plan: await plan({ removals: [removal('bob@acme.example')] }) })
  t.same(report.verification, { kind: 'verified', count: 0 })
  t.equal(lists(sandbox.calls()), 1)
  t.ok(events.some(({ type }) => type === 'verifying'))
})

t.test('nothing to do needs none', async t => {
  const { plan, run, sandbox } = await rig(t)
  const { report } = await run({ plan: await plan(RULES) })
  t.same(report, { results: [], stop: null, verification: { kind: 'not_needed' } })
  t.same(sandbox.calls(), [])
})

t.test('an interrupted run reads nothing any more', async t => {
  const { plan, run, sandbox } = await rig(t, { invitations: [wire(1)] })
  const interrupt = new AbortController()
  const { report } = await run({
    plan: await plan(RULES),
    interrupt: interrupt.signal,
    onEvent: event => (event.type === 'settled' ? interrupt.abort() : undefined),
  })
  t.equal(report.verification.kind, 'interrupted')
  t.equal(lists(sandbox.calls()), 0)
})

t.test('an interrupt ends the waiting for a list that lags behind', async t => {
  const { plan, run, sandbox } = await rig(t, { invitations: [wire(1)], faults: ['list:stale'] })
  const interrupt = new AbortController()
  const { report } = await run({
    plan: await plan(RULES),
    interrupt: interrupt.signal,
    onEvent: (event: ExecuteEvent) =>
      event.type === 'verifying' ? setImmediate(() => interrupt.abort()) && undefined : undefined,
  })
  t.match(report.verification, { kind: 'differs' })
  t.equal(lists(sandbox.calls()), 1)
})

t.test('a run that was stopped by a failure is verified all the same', async t => {
  const { plan, run } = await rig(t, { invitations: [wire(1), wire(2), wire(3)], faults: ['accept:400:nth=2'] })
  const { report } = await run({ plan: await plan(RULES), parallelism: 1, failFast: true })
  t.same(outcomes(report), ['accept 1 done', 'accept 2 failed', 'accept 3 not_attempted'])
  t.same(report.verification, { kind: 'verified', count: 1 })
})

t.test('issue 12.6: listed with the raw status "accepted", which is unknown, it is not verified', async t => {
  const { plan, run, sandbox } = await rig(t, { invitations: [wire(1)] })
  const { report } = await run({
    plan: await plan(RULES),
    onEvent: event => (event.type === 'verifying' ? sandbox.setStatus(1, 'accepted') : undefined),
  })
  t.same(report.verification, {
    kind: 'differs',
    mismatches: [{ address: 'bimdata_invitation.1', wanted: 'accepted', found: 'unknown ("accepted")' }],
  })
})
