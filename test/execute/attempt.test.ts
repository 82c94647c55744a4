import t from 'tap'
import { attemptOnce, waitBeforeNext } from '../../src/execute/attempt.js'
import { type ExecuteEvent, type ExecutionContext, startExecution } from '../../src/execute/execution-context.js'
import { createRateLimiter } from '../../src/http/rate-limiter.js'
import { ApiError } from '../../src/model/api-error.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { accept, input, invitation } from '../reconcile/fixtures/build.js'
import { hurriedClock, policy } from './fixtures/rig.js'

const [action] = reconcile(input({ rules: [accept({ email: '*' })] }), [invitation()]).actions
if (!action) throw new Error('there is an action')

const about = { action, call: 'accept', attempt: 1 } as const
const http = (status: number, retryAfterMs: number) =>
  new ApiError(`HTTP ${status}`, { kind: 'http', status, retryAfterMs })
const unused = () => Promise.reject(new Error('not to be called'))
const unlisted = () => {
  throw new Error('not to be called')
}

function start(onTell: (event: ExecuteEvent, run: () => ExecutionContext) => void = () => {}) {
  const clock = hurriedClock()
  const events: ExecuteEvent[] = []
  const run: ExecutionContext = startExecution(
    {
      api: { list: unlisted, get: unused, accept: unused, deny: unused, removeUser: unused },
      clock,
      memory: { prepare: unused, record: unused },
      emit: async event => {
        events.push(event)
        onTell(event, () => run)
      },
      interrupt: new AbortController().signal,
      keycloak: null,
      lockLost: new AbortController().signal,
    },
    { parallelism: 1, retry: policy(2), failFast: false },
    createRateLimiter(clock, null),
  )
  return { run, events, clock }
}

t.test('an attempt that ends well is recorded', async t => {
  const { run, events } = start()
  t.same(await attemptOnce(about, async () => 202, run), { status: 202, error: null })
  t.match(events, [{ type: 'attempt', attempt: { call: 'accept', attempt: 1, status: 202, error: null } }])
})

t.test('an attempt that fails is recorded, and comes back with its wait', async t => {
  const { run, events } = start()
  const failure = await attemptOnce(about, () => Promise.reject(http(503, 300)), run)
  t.match(failure, { error: { status: 503 }, delayMs: 300 })
  t.match(events, [{ type: 'attempt', attempt: { error: { status: 503 } } }])
})

t.test('a bug is thrown, and is no attempt', async t => {
  const { run, events } = start()
  await t.rejects(
    attemptOnce(about, () => Promise.reject(new TypeError('a bug')), run),
    TypeError,
  )
  t.same(events, [])
})

t.test('a refusal of the caller stops the run before it is recorded', async t => {
  for (const status of [401, 403]) {
    let stoppedWhenTold = false
    const { run } = start((_event, current) => {
      stoppedWhenTold = current().stop.aborted
    })
    await attemptOnce(about, () => Promise.reject(http(status, 0)), run)
    t.ok(stoppedWhenTold, `${status}`)
  }
})

t.test('a 429 closes the limiter before it is recorded', async t => {
  const { run, clock } = start()
  await attemptOnce({ ...about, attempt: 3 }, () => Promise.reject(http(429, 5000)), run)
  await run.limiter.acquire()
  t.equal(clock.sleeps.length, 1, 'also after the last attempt')
  t.ok((clock.sleeps[0] ?? 0) > 4000)
})

t.test('the wait before the next call is told; after a 429 it is the limiter that waits', async t => {
  const { run, events, clock } = start()
  await waitBeforeNext(action, { status: 503, error: http(503, 0), delayMs: 700 }, run)
  await waitBeforeNext(action, { status: 429, error: http(429, 0), delayMs: 800 }, run)
  t.same(clock.sleeps, [700])
  t.match(events, [
    { type: 'retry', delayMs: 700 },
    { type: 'retry', delayMs: 800 },
  ])
})

t.test('a failure that is no 429 is the concern of one worker', async t => {
  const { run, clock } = start()
  await attemptOnce(about, () => Promise.reject(http(503, 5000)), run)
  await run.limiter.acquire()
  t.same(clock.sleeps, [])
})
