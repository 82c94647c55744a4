import t from 'tap'
import type { Fault } from '../../src/sandbox/faults.js'
import type { Sandbox } from '../../src/sandbox/options.js'
import { call, INVITATIONS, idsOf, invitation, sandboxFor } from './fixtures/call.js'

const ALL = { operation: '*' } as const
const DATA = { invitations: Array.from({ length: 40 }, (_, index) => invitation(index + 1, 'P')), users: [] }

const accept = (sandbox: Sandbox, id: number) => call(sandbox, `POST ${INVITATIONS}/${id}/accept`)
const list = (sandbox: Sandbox, query = '') => call(sandbox, `GET ${INVITATIONS}${query}`)

const withFaults = (t: Parameters<typeof sandboxFor>[0], ...faults: Fault[]) => sandboxFor(t, { data: DATA, faults })

t.test('a stale read answers as before the last changes', async t => {
  const sandbox = await withFaults(
    t,
    { operation: 'list', kind: 'stale', changes: 1, nth: 1 },
    { operation: 'list', kind: 'stale', changes: 9, nth: 2 },
    { operation: 'get', kind: 'stale', changes: 1, nth: 1 },
  )
  await accept(sandbox, 1)
  await accept(sandbox, 2)
  t.strictSame(idsOf((await list(sandbox, '?status=A')).body), [1])
  t.strictSame(idsOf((await list(sandbox, '?status=A')).body), [])
  t.strictSame(idsOf((await list(sandbox, '?status=A')).body), [1, 2])
  t.match((await call(sandbox, `GET ${INVITATIONS}/2`)).body, { status: 'P' })
  t.match((await call(sandbox, `GET ${INVITATIONS}/2`)).body, { status: 'A' })
})

t.test('several changes of one invitation: a stale read goes back through all of them', async t => {
  const sandbox = await withFaults(t, { operation: 'get', kind: 'stale', changes: 2, nth: 1 })
  await call(sandbox, `POST ${INVITATIONS}/1/deny`)
  await accept(sandbox, 1)
  t.match((await call(sandbox, `GET ${INVITATIONS}/1`)).body, { status: 'P' })
})

t.test('each change is hidden from the first reads after it', async t => {
  const sandbox = await withFaults(t, { ...ALL, kind: 'stale', reads: 2 })
  const accepted = async () => idsOf((await list(sandbox, '?status=A')).body)
  await accept(sandbox, 1)
  t.strictSame(await accepted(), [])
  await accept(sandbox, 2)
  t.strictSame(await accepted(), [], 'the second read after 1, the first after 2')
  t.strictSame(await accepted(), [1])
  t.strictSame(await accepted(), [1, 2])
})

t.test('an invitation that was added is hidden too', async t => {
  const sandbox = await withFaults(t, { ...ALL, kind: 'stale', reads: 1 })
  await sandbox.putInvitation(invitation(99, 'P'))
  t.equal((await call(sandbox, `GET ${INVITATIONS}/99`)).status, 404)
  t.equal((await call(sandbox, `GET ${INVITATIONS}/99`)).status, 200)
})

for (const [what, nth, struck] of [
  ['one call', 2, [2]],
  ['a list of calls', [1, 4], [1, 4]],
  ['a range', { from: 2, to: 3 }, [2, 3]],
  ['from a call on', [1, { from: 4 }], [1, 4, 5]],
] as const) {
  t.test(`nth, ${what}`, async t => {
    const sandbox = await withFaults(t, { operation: 'list', kind: 'status', status: 500, nth })
    const statuses: number[] = []
    for (let call = 1; call <= 5; call += 1) {
      await accept(sandbox, call) // another operation does not count
      statuses.push((await list(sandbox)).status)
    }
    t.strictSame(
      statuses.flatMap((status, index) => (status === 500 ? [index + 1] : [])),
      struck,
    )
  })
}

t.test('a fault that is added later counts from then on; the first of two wins', async t => {
  const sandbox = await withFaults(t)
  await list(sandbox)
  sandbox.addFault({ operation: 'list', kind: 'status', status: 500, nth: 1 })
  sandbox.addFault({ operation: 'list', kind: 'status', status: 503, nth: [1, 2] })
  t.equal((await list(sandbox)).status, 500)
  t.equal((await list(sandbox)).status, 503)
  t.equal((await list(sandbox)).status, 200)
})

/** Which invitations a fault with a probability strikes, asked for in the given order at once. */
async function struckBy(sandbox: Sandbox, ids: readonly number[]): Promise<readonly number[]> {
  const got = await Promise.all(ids.map(async id => [id, (await accept(sandbox, id)).status] as const))
  return got.flatMap(([id, status]) => (status === 500 ? [id] : [])).sort((a, b) => a - b)
}

const IDS = DATA.invitations.map(({ id }) => id)

t.test('with a probability: the same seed strikes the same calls, whatever their order', async t => {
  const fault: Fault = { operation: 'accept', kind: 'status', status: 500, p: 0.5, seed: 7 }
  const first = await struckBy(await withFaults(t, fault), IDS)
  const second = await struckBy(await withFaults(t, fault), IDS.toReversed())
  const other = await struckBy(await withFaults(t, { ...fault, seed: 8 }), IDS)
  t.strictSame(second, first)
  t.notSame(other, first)
  t.ok(first.length > 8 && first.length < 32, `${first.length} of 40`)
})

t.test('a repeated call is a draw of its own', async t => {
  const sandbox = await withFaults(t, { operation: 'list', kind: 'status', status: 500, p: 0.5, seed: 3 })
  const statuses = new Set<number>()
  for (let call = 1; call <= 20; call += 1) statuses.add((await list(sandbox)).status)
  t.strictSame([...statuses].sort(), [200, 500])
})

t.test('the sandbox’s seed decides where a fault has none; 0 and 1 are never and always', async t => {
  const fault: Fault = { operation: 'accept', kind: 'status', status: 500, p: 0.5 }
  const runs = await Promise.all(
    [4, 4, 5].map(async seed => struckBy(await sandboxFor(t, { data: DATA, faults: [fault], seed }), IDS)),
  )
  t.strictSame(runs[1], runs[0])
  t.notSame(runs[2], runs[0])
  t.strictSame(await struckBy(await withFaults(t, { ...fault, p: 0 }), IDS), [])
  t.strictSame(await struckBy(await withFaults(t, { ...fault, p: 1 }), IDS), IDS)
})
