import t from 'tap'
import { createRateLimiter } from '../../src/http/rate-limiter.js'
import {
  backoffMs,
  classify,
  DEFAULT_RETRY,
  type FailureClass,
  readWithRetries,
  retryAfterMs,
} from '../../src/http/retry.js'
import { ApiError, type ApiErrorFacts } from '../../src/model/api-error.js'
import { hurriedClock, policy, rig, wire } from '../execute/fixtures/rig.js'
import { collect } from '../helpers/collect.js'

const error = (facts: ApiErrorFacts) => new ApiError('it failed', facts)
const http = (status: number, retryAfterMs?: number) =>
  error({ kind: 'http', status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })

/** The table of retry.ts. */
const VERDICTS: readonly (readonly [FailureClass, readonly ApiErrorFacts[]])[] = [
  ['unauthorized', [{ kind: 'http', status: 401 }, { kind: 'http', status: 403 }, { kind: 'credentials' }]],
  ['throttled', [{ kind: 'http', status: 429 }]],
  ['unsent', [{ kind: 'not-sent' }]],
  [
    'unclear',
    [
      { kind: 'network' },
      { kind: 'timeout' },
      ...[408, 500, 501, 502, 503, 504, 520, 599].map(status => ({ kind: 'http' as const, status })),
    ],
  ],
  ['unreadable', [{ kind: 'invalid-answer' }, { kind: 'invalid-answer', status: 302 }, { kind: 'too-large' }]],
  [
    'refused',
    [
      ...[400, 404, 405, 409, 410, 422, 451].map(status => ({ kind: 'http' as const, status })),
      { kind: 'not-sent', permanent: true },
    ],
  ],
]

for (const [failureClass, all] of VERDICTS) {
  for (const facts of all) {
    t.test(`${failureClass}: ${JSON.stringify(facts)}`, async t => t.equal(classify(error(facts)), failureClass))
  }
}

const BOUNDS = { retries: 9, baseMs: 100, capMs: 1000, retryAfterCapMs: 5000 }

/** What is waited at the least and at the most, by the clock's chance. */
const WAITS: readonly (readonly [name: string, attempt: number, ApiError, least: number, most: number])[] = [
  ['first', 1, http(503), 50, 100],
  ['second', 2, http(503), 100, 200],
  ['fourth', 4, http(503), 400, 800],
  ['capped', 5, http(503), 500, 1000],
  ['far beyond', 2000, http(503), 500, 1000],
  ['Retry-After', 1, http(429, 3000), 3000, 3000],
  ['Retry-After of nothing', 3, http(429, 0), 0, 0],
  ['Retry-After above the cap', 1, http(503, 86_400_000), 5000, 5000],
]

for (const [name, attempt, failed, least, most] of WAITS) {
  t.test(`backoff: ${name}`, async t => {
    const waits = [0, 1 - Number.EPSILON].map(random =>
      backoffMs(attempt, failed, BOUNDS, { ...hurriedClock(), random: () => random }),
    )
    t.equal(waits[0], least)
    t.ok((waits[1] ?? 0) <= most && (waits[1] ?? 0) > most - 1)
  })
}

t.test('the default waits for minutes at the most', async t => {
  t.match(DEFAULT_RETRY, { retries: 4, capMs: 20_000, retryAfterCapMs: 120_000 })
})

interface Read {
  readonly name: string
  readonly faults: readonly string[]
  readonly statuses: readonly (number | null)[]
  readonly fails?: RegExp
  readonly retries?: number
}

const READS: readonly Read[] = [
  { name: 'well', faults: [], statuses: [200] },
  ...[408, 429, 500, 502, 503, 504].map(status => ({
    name: `${status} is read again`,
    faults: [`list:${status}:nth=1`],
    statuses: [status, 200],
  })),
  { name: 'a cut connection is read again', faults: ['list:cut-before:nth=1'], statuses: [null, 200] },
  { name: 'half an answer is read again', faults: ['list:truncated:nth=1'], statuses: [200, 200] },
  { name: 'no answer in time is read again', faults: ['list:hang:nth=1'], statuses: [null, 200] },
  ...[400, 401, 403, 404, 501].map(status => ({
    name: `${status} is not read again`,
    faults: [`list:${status}`],
    statuses: [status],
    fails: new RegExp(String(status)),
  })),
  { name: 'a web page is not read again', faults: ['list:html'], statuses: [200], fails: /./ },
  { name: 'as often as was asked for', faults: ['list:503'], statuses: [503, 503, 503, 503], retries: 3, fails: /503/ },
  { name: 'never, where that was asked for', faults: ['list:503'], statuses: [503], retries: 0, fails: /503/ },
]

for (const { name, faults, statuses, fails, retries = 2 } of READS) {
  t.test(`reading: ${name}`, async t => {
    const { client, sandbox } = await rig(t, { invitations: [wire(1), wire(2)], faults })
    const clock = hurriedClock()
    const list = async () => (await collect(client.list())).map(({ id }) => id)
    const read = readWithRetries(list, { limiter: createRateLimiter(clock, null), clock, policy: policy(retries) })
    if (fails) await t.rejects(read, fails)
    else {
      t.same(await read, [1, 2], 'each attempt starts afresh')
    }
    t.same(
      sandbox.calls().map(({ status }) => status),
      statuses,
    )
  })
}

t.test('what is not the API failing is thrown at once', async t => {
  const clock = hurriedClock()
  let calls = 0
  const bug = () => {
    calls++
    return Promise.reject(new TypeError('a bug'))
  }
  await t.rejects(
    readWithRetries(bug, { limiter: createRateLimiter(clock, null), clock, policy: policy(3) }),
    TypeError,
  )
  t.equal(calls, 1)
})

t.test('a stop ends the wait for a repeat, after a 429 too', async t => {
  for (const status of [503, 429]) {
    const stop = new AbortController()
    const clock = { ...hurriedClock(), sleep: never }
    const told: number[] = []
    const read = readWithRetries(() => Promise.reject(http(status, 60_000)), {
      limiter: createRateLimiter(clock, null),
      clock,
      policy: policy(3),
      stop: stop.signal,
      onRetry: (_error, attempt, delayMs) => {
        told.push(attempt, delayMs)
        setImmediate(() => stop.abort())
      },
    })
    await t.rejects(read, /it failed/)
    t.same(told, [1, 60_000])
  }
})

/** Only a stop ends it. */
const never = (_ms: number, signal?: AbortSignal) =>
  new Promise<void>(resolve => signal?.addEventListener('abort', () => resolve(), { once: true }))

t.test('a 429 closes the limiter also where nothing is repeated', async t => {
  const clock = hurriedClock()
  const limiter = createRateLimiter(clock, null)
  await t.rejects(readWithRetries(() => Promise.reject(http(429, 7000)), { limiter, clock, policy: policy(0) }))
  t.same(clock.sleeps, [])
  await limiter.acquire()
  t.equal(clock.sleeps.length, 1)
  t.ok((clock.sleeps[0] ?? 0) > 6000)
})

t.test('a read that fails with no 429 leaves the limiter open to others', async t => {
  const clock = hurriedClock()
  const limiter = createRateLimiter(clock, null)
  let calls = 0
  const others: Promise<boolean>[] = []
  await readWithRetries(() => (++calls === 1 ? Promise.reject(http(503, 3000)) : Promise.resolve()), {
    limiter,
    clock,
    policy: policy(1),
    onRetry: () => others.push(limiter.acquire()),
  })
  t.same(await Promise.all(others), [true])
  t.same(clock.sleeps, [3000])
})

t.test('Retry-After in both forms', async t => {
  const now = Date.parse('2026-11-20T10:00:00Z')
  const cases: [string | undefined, number | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['120', 120_000],
    [' 0 ', 0],
    ['1.5', 1500],
    ['-5', undefined],
    ['soon', undefined],
    ['99999999999999999999', Number.MAX_SAFE_INTEGER],
    ['Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
    ['Friday, 20-Nov-26 10:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
    ['2026-11-20', undefined],
  ]
  for (const [header, want] of cases) t.equal(retryAfterMs(header, now), want, String(header))
})
