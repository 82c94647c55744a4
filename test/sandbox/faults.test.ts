import t from 'tap'
import type { Disruption, Fault } from '../../src/sandbox/faults.js'
import type { Sandbox } from '../../src/sandbox/options.js'
import { breaks, call, INVITATIONS, idsOf, invitation, remove, sandboxFor, statusIn } from './fixtures/call.js'

const DATA = {
  invitations: Array.from({ length: 40 }, (_, index) => invitation(index + 1, 'P')),
  users: ['bob@acme.example'],
}

const accept = (sandbox: Sandbox, id: number) => call(sandbox, `POST ${INVITATIONS}/${id}/accept`)
const list = (sandbox: Sandbox, query = '') => call(sandbox, `GET ${INVITATIONS}${query}`)

const withFaults = (t: Parameters<typeof sandboxFor>[0], ...faults: Fault[]) => sandboxFor(t, { data: DATA, faults })

interface StatusCase {
  readonly what: string
  readonly fault: Exclude<Disruption, { kind: 'truncated' }>
  readonly status: number
  readonly headers?: Readonly<Record<string, string | RegExp | null>>
  readonly text?: RegExp
}

const ALL = { operation: '*' } as const
const STATUSES: readonly StatusCase[] = [
  { what: '429', fault: { ...ALL, kind: 'status', status: 429 }, status: 429, headers: { 'retry-after': '1' } },
  {
    what: '429 with seconds',
    fault: { ...ALL, kind: 'status', status: 429, retryAfter: 7 },
    status: 429,
    headers: { 'retry-after': '7' },
  },
  {
    what: '429 with a date',
    fault: { ...ALL, kind: 'status', status: 429, retryAfter: { dateIn: 30 } },
    status: 429,
    headers: { 'retry-after': /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/ },
  },
  {
    what: '503 with text',
    fault: { ...ALL, kind: 'status', status: 503, retryAfter: 'soon' },
    status: 503,
    headers: { 'retry-after': 'soon' },
  },
  {
    what: '429 without',
    fault: { ...ALL, kind: 'status', status: 429, retryAfter: null },
    status: 429,
    headers: { 'retry-after': null },
  },
  { what: '500', fault: { ...ALL, kind: 'status', status: 500 }, status: 500, text: /"code":"fault"/ },
  { what: '503', fault: { ...ALL, kind: 'status', status: 503 }, status: 503, headers: { 'retry-after': null } },
  {
    what: '401 as for an expired token',
    fault: { ...ALL, kind: 'status', status: 401 },
    status: 401,
    headers: { 'www-authenticate': /invalid_token/ },
    text: /expired/,
  },
  { what: '204', fault: { ...ALL, kind: 'status', status: 204 }, status: 204, text: /^$/ },
  {
    what: 'a redirect',
    fault: { ...ALL, kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
    status: 302,
    headers: { location: 'http://127.0.0.1:9/' },
  },
  {
    what: 'a body of its own',
    fault: { ...ALL, kind: 'status', status: 200, body: '[{"id":', headers: { 'content-type': 'application/json' } },
    status: 200,
    text: /^\[\{"id":$/,
  },
  {
    what: 'a page of HTML',
    fault: { ...ALL, kind: 'html' },
    status: 200,
    headers: { 'content-type': /^text\/html/ },
    text: /^<!DOCTYPE html>/,
  },
  { what: 'a page of HTML with a 502', fault: { ...ALL, kind: 'html', status: 502 }, status: 502, text: /<html>/ },
]

for (const { what, fault, status, headers = {}, text = /(?:)/ } of STATUSES) {
  t.test(`${what}: before, nothing is done; after, the change is made`, async t => {
    const sandbox = await withFaults(t, { ...fault, nth: 1 }, { ...fault, nth: 2, after: true })
    for (const [id, after] of [
      [1, 'P'],
      [2, 'A'],
    ] as const) {
      const got = await accept(sandbox, id)
      t.equal(got.status, status)
      t.match(got.text, text)
      for (const [name, value] of Object.entries(headers)) {
        if (value === null) t.notOk(got.headers.has(name), name)
        else t.match(got.headers.get(name), value)
      }
      t.equal(statusIn(sandbox, id), after)
    }
    t.equal((await accept(sandbox, 3)).status, 204, 'the third call is not struck')
    t.match(sandbox.calls(), [{ status }, { status }, { status: 204 }])
  })
}

t.test('an HTTP date for Retry-After is never less far ahead than was asked', async t => {
  const sandbox = await withFaults(t, { ...ALL, kind: 'status', status: 429, retryAfter: { dateIn: 30 } })
  const before = Date.now()
  const date = Date.parse((await list(sandbox)).headers.get('retry-after') ?? '')
  t.ok(date >= before + 30_000, 'at least 30 s')
  t.ok(date <= Date.now() + 31_000, 'no more than its rounding over it')
})

t.test('the connection cut before the change: nothing is done', async t => {
  const sandbox = await withFaults(t, { operation: 'accept', kind: 'cut', nth: 1 })
  t.ok(await breaks(accept(sandbox, 1)))
  t.equal(statusIn(sandbox, 1), 'P')
  t.strictSame(sandbox.effects(), [])
  t.match(sandbox.calls(), [{ operation: 'accept', id: 1, status: null }])
  t.equal((await accept(sandbox, 1)).status, 204)
})

t.test('the connection cut after the change: it is done', async t => {
  const sandbox = await withFaults(t, { operation: 'remove', kind: 'cut', after: true, nth: 1 })
  t.ok(await breaks(remove(sandbox, 'bob@acme.example')))
  t.strictSame(sandbox.users(), [])
  t.strictSame(sandbox.effects(), [{ operation: 'remove', target: 'bob@acme.example' }])
  t.match(sandbox.calls(), [{ operation: 'remove', email: 'bob@acme.example', status: null }])
  t.equal((await remove(sandbox, 'bob@acme.example')).status, 404)
})

t.test('no answer until the client gives up, before and after the change', async t => {
  const sandbox = await withFaults(
    t,
    { operation: 'accept', kind: 'hang', nth: 1 },
    { operation: 'accept', kind: 'hang', after: true, nth: 2 },
  )
  for (const id of [1, 2]) {
    const answer = fetch(`${sandbox.url}${INVITATIONS}/${id}/accept`, {
      method: 'POST',
      headers: { authorization: `ApiKey ${sandbox.apiKey}` },
      signal: AbortSignal.timeout(150),
    })
    t.ok(await breaks(answer))
  }
  t.equal(statusIn(sandbox, 1), 'P')
  t.equal(statusIn(sandbox, 2), 'A')
  t.match(sandbox.calls(), [{ status: null }, { status: null }])
})

t.test('a sandbox closes while a call hangs', async t => {
  const sandbox = await withFaults(t, { ...ALL, kind: 'hang' }, { ...ALL, kind: 'latency', ms: 0 })
  const hanging = breaks(list(sandbox))
  while (sandbox.calls().length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  await sandbox.close()
  t.ok(await hanging)
})

t.test('a sandbox closes while a call waits', async t => {
  const sandbox = await sandboxFor(t, { latencyMs: 600_000 })
  const waiting = breaks(list(sandbox))
  while (sandbox.calls().length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  await sandbox.close()
  t.ok(await waiting)
})

t.test('an answer cut in its middle: the call is carried out', async t => {
  const sandbox = await withFaults(t, { ...ALL, kind: 'truncated', nth: [1, 2] })
  t.ok(await breaks(list(sandbox)))
  t.ok(await breaks(accept(sandbox, 1)))
  t.equal(statusIn(sandbox, 1), 'A')
  t.equal(idsOf((await list(sandbox)).body).length, 40)
})

t.test('latencies add up, and are there before anything is done', async t => {
  const faults: Fault[] = [
    { operation: 'list', kind: 'latency', ms: 60 },
    { ...ALL, kind: 'latency', ms: 60 },
  ]
  const sandbox = await sandboxFor(t, { data: DATA, faults, latencyMs: 60 })
  const start = performance.now()
  t.equal((await list(sandbox)).status, 200)
  t.ok(performance.now() - start >= 175, 'timers may be a little early, never 60 ms')
})

t.test('a fault that cannot be sent is a 500, not a crash', async t => {
  const sandbox = await withFaults(t, { operation: 'list', kind: 'status', status: 99, nth: 1 })
  t.equal((await list(sandbox)).status, 500)
  t.equal((await list(sandbox)).status, 200)
})

const DISRUPTIONS: readonly (Disruption | null)[] = [
  null,
  { ...ALL, kind: 'status', status: 503 },
  { ...ALL, kind: 'html', after: true },
  { ...ALL, kind: 'truncated' },
  { operation: 'list', kind: 'hang' },
  { ...ALL, kind: 'cut', after: true },
]

for (const fault of DISRUPTIONS) {
  t.test(`a client that gives up while it waits for ${fault?.kind ?? 'an answer'}`, async t => {
    const sandbox = await sandboxFor(t, { data: DATA, latencyMs: 300, faults: fault === null ? [] : [fault] })
    const headers = { authorization: `ApiKey ${sandbox.apiKey}` }
    const gone = new AbortController()
    const answers = [INVITATIONS, `${INVITATIONS}?status=P`].map(path =>
      breaks(fetch(sandbox.url + path, { headers, signal: gone.signal })),
    )
    while (sandbox.calls().length < 2) await new Promise(resolve => setTimeout(resolve, 5))
    gone.abort()
    t.strictSame(await Promise.all(answers), [true, true])
    // A call that came later is answered later, so by then the others have been dealt with.
    await breaks(accept(sandbox, 2))
    await sandbox.close()
    t.match(sandbox.calls(), [{ status: null }, { status: null }])
  })
}
