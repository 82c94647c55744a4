import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { createClient } from '../../src/api/client.js'
import { chooseCredentials } from '../../src/auth/credentials.js'
import type { Api } from '../../src/execute/api.js'
import { createRateLimiter } from '../../src/http/rate-limiter.js'
import { DEFAULT_RETRY, readWithRetries } from '../../src/http/retry.js'
import { isComplete } from '../../src/model/report.js'
import { serve } from '../helpers/http.js'
import { removal } from '../reconcile/fixtures/build.js'
import { outcomes, RULES, type RunOptions, rig, systemClock, wire } from './fixtures/rig.js'

const BOB = { removals: [removal('bob@acme.example')] }

/** The client of an API at another address, for the place of the rig's. */
async function clientOf(t: Test, apiUrl: string): Promise<Api> {
  const wired = { apiUrl, timeoutMs: 30_000, allowInsecureHttp: false, version: '0.0.0' }
  const credentials = await chooseCredentials({ BIMDATA_API_KEY: 'key-of-somebody' }, wired)
  const client = createClient({ ...wired, credentials, env: {} })
  t.teardown(client.close)
  return client
}

/** Removals are answered by a server of the test, everything else by the sandbox. */
async function removed(t: Test, answers: readonly [number, string, string][], options: Partial<RunOptions> = {}) {
  const left = [...answers]
  const url = await serve(t, (_, response) => {
    const [status, type, body] = left.shift() ?? [500, 'text/plain', '']
    response.writeHead(status, type === '' ? {} : { 'content-type': type }).end(body)
  })
  const { plan, run } = await rig(t)
  const { removeUser } = await clientOf(t, url)
  return run({ plan: await plan(BOB), api: { removeUser }, ...options })
}

const PAGE = ['text/html', '<html>Not found</html>'] as const

t.test("issue 12.5: a proxy's page instead of the API's 404 is neither absent nor removed", async t => {
  for (const answers of [
    [[404, ...PAGE]],
    [
      [502, ...PAGE],
      [404, ...PAGE],
    ],
  ] satisfies [number, string, string][][]) {
    const { report, records } = await removed(t, answers)
    t.same(outcomes(report), ['remove bob@acme.example failed'])
    t.match(report.results, [
      { status: 404, outcome: { why: /web page.*HTTP 404.*whether the user was removed is not known/ } },
    ])
    t.equal(records.size, 0, 'and nothing is remembered')
  }
})

t.test('issue 12.7: a 400 is rejected: not remembered, incomplete, and the next removal goes on', async t => {
  const { plan, run, sandbox } = await rig(t, {
    users: ['ann@acme.example', 'bob@acme.example'],
    faults: ['remove:400:nth=1'],
  })
  const planned = await plan({ removals: [removal('ann@acme.example'), removal('bob@acme.example')] })
  const { report, records } = await run({ plan: planned })
  t.same(outcomes(report), ['remove ann@acme.example rejected', 'remove bob@acme.example done'])
  t.match(report.results[0]?.outcome, { why: /HTTP 400.*may not know this address.*asks again/ })
  t.same([...records.keys()], ['bob@acme.example'])
  t.notOk(isComplete(report))
  t.same(sandbox.users(), ['ann@acme.example'])
})

t.test('issue 12.7: a run all of whose removals are absent is complete only with acceptAbsent', async t => {
  for (const acceptAbsent of [false, true]) {
    const { plan, run } = await rig(t)
    const { report } = await run({ plan: await plan(BOB), acceptAbsent })
    t.same(outcomes(report), ['remove bob@acme.example absent'])
    t.equal(isComplete(report), acceptAbsent)
  }
  const { plan, run } = await rig(t, { users: ['ann@acme.example'] })
  const both = await plan({ removals: [removal('ann@acme.example'), removal('bob@acme.example')] })
  t.ok(isComplete((await run({ plan: both })).report), 'one that was removed shows that they can be seen')
})

t.test('issue 12.10: what the last read confirms is told of as confirmed', async t => {
  const { plan, run } = await rig(t, {
    invitations: [wire(1)],
    // The effect takes place, its answer and the reads after it do not come.
    faults: ['accept:503-after', 'get:503'],
  })
  const { report, events } = await run({ plan: await plan(RULES), retries: 0 })
  t.same(outcomes(report), ['accept 1 confirmed'])
  t.match(
    events.filter(({ type }) => type === 'settled' || type === 'confirmed'),
    [
      { type: 'settled', result: { outcome: { kind: 'failed' } } },
      { type: 'confirmed', result: { outcome: { kind: 'confirmed' } } },
    ],
  )
})

for (const status of [200, 202, 204]) {
  t.test(`issue 12.11: the status that was sent is the one reported: ${status}`, async t => {
    const { report, events } = await removed(t, [[status, '', '']])
    t.match(report.results, [{ status, outcome: { kind: 'done' } }])
    t.match(
      events.filter(({ type }) => type === 'attempt'),
      [{ attempt: { status } }],
    )
  })
}

/** An address where nobody listens. */
async function deadAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

t.test('issue 12.13: after five requests in a row that found nobody the run stops', async t => {
  const dead = await clientOf(t, await deadAddress())
  const { plan, run } = await rig(t, { invitations: Array.from({ length: 40 }, (_, id) => wire(id + 1)) })
  const { report, events } = await run({ plan: await plan(RULES), api: dead, parallelism: 1 })
  t.match(report.stop, { reason: 'unreachable', message: /^The API cannot be reached\. .*refused the connection\.$/ })
  t.equal(events.filter(({ type }) => type === 'attempt').length, 5)
  t.equal(report.results.filter(({ outcome }) => outcome.kind === 'not_attempted').length, 38)
})

t.test('issue 12.13: an answer in between begins the count anew', async t => {
  const dead = await clientOf(t, await deadAddress())
  const { plan, run, client } = await rig(t, { invitations: Array.from({ length: 12 }, (_, id) => wire(id + 1)) })
  const accept: Api['accept'] = id => (id % 3 === 0 ? client.accept(id) : dead.accept(id))
  const { report } = await run({ plan: await plan(RULES), api: { accept }, parallelism: 1, retries: 1 })
  t.equal(report.stop, null)
})

t.test('issue 12.13: an interrupt does not wait out a pause', async t => {
  const stop = new AbortController()
  const limiter = createRateLimiter(systemClock, null)
  limiter.pause(120_000)
  const context = { limiter, clock: systemClock, policy: DEFAULT_RETRY, stop: stop.signal }
  const began = performance.now()
  const reading = readWithRetries(async () => 'read', context)
  const finishing = readWithRetries(async () => 'read', { ...context, finishing: true })
  setTimeout(() => stop.abort(), 20)
  await t.rejects(reading, { kind: 'not-sent', message: /interrupted/ })
  t.equal(await finishing, 'read', 'what decides on something in flight is read at once')
  t.ok(performance.now() - began < 60_000)
})
