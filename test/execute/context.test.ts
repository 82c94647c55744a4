import { getEventListeners } from 'node:events'
import t from 'tap'
import { type ExecuteDeps, haltIfUnauthorized, startExecution } from '../../src/execute/execution-context.js'
import { createRateLimiter } from '../../src/http/rate-limiter.js'
import { ApiError } from '../../src/model/api-error.js'
import { hurriedClock, policy } from './fixtures/rig.js'

const unused = () => Promise.reject(new Error('not to be called'))
const unlisted = () => {
  throw new Error('not to be called')
}
const clock = hurriedClock()

function start(fields: Partial<ExecuteDeps> = {}) {
  const deps: ExecuteDeps = {
    api: { list: unlisted, get: unused, accept: unused, deny: unused, removeUser: unused },
    clock,
    memory: { prepare: unused, record: unused },
    emit: async () => undefined,
    interrupt: new AbortController().signal,
    keycloak: null,
    lockLost: new AbortController().signal,
    ...fields,
  }
  return startExecution(deps, { parallelism: 1, retry: policy(0), failFast: false }, createRateLimiter(clock, null))
}

t.test('a run begins unstopped', async t => {
  const run = start()
  t.equal(run.stopped(), null)
  t.notOk(run.stop.aborted)
})

t.test('an interrupt stops it, also one that came before', async t => {
  const interrupt = new AbortController()
  const run = start({ interrupt: interrupt.signal })
  interrupt.abort()
  for (const stopped of [run, start({ interrupt: interrupt.signal })]) {
    t.ok(stopped.stop.aborted)
    t.match(stopped.stopped(), { reason: 'interrupted' })
  }
})

t.test('so does the loss of the lock, also one that came before', async t => {
  const lost = new AbortController()
  const run = start({ lockLost: lost.signal })
  lost.abort()
  for (const stopped of [run, start({ lockLost: lost.signal })]) {
    t.ok(stopped.stop.aborted)
    t.match(stopped.stopped(), { reason: 'lock_lost', message: /lock was lost/ })
  }
})

t.test('the first reason stays; another is said once, the same is not repeated', async t => {
  const run = start()
  run.halt('forbidden', 'First.')
  run.halt('forbidden', 'Again.')
  run.halt('state', 'Second.')
  run.halt('state', 'Second.')
  t.same(run.stopped(), { reason: 'forbidden', message: 'First. Second.' })
})

t.test('what cannot be recorded stops the run and rejects nothing', async t => {
  const run = start({ emit: () => Promise.reject(new Error('the disk is full')) })
  await run.emit({ type: 'verifying' })
  t.match(run.stopped(), { reason: 'audit', message: /can no longer be recorded: the disk is full/ })
})

t.test('who is refused as such', async t => {
  const denied = (status?: number) => {
    const run = start()
    const facts = status === undefined ? { kind: 'credentials' as const } : { kind: 'http' as const, status }
    haltIfUnauthorized(run, new ApiError('it was refused', facts))
    return run.stopped()
  }
  t.match(denied(401), { reason: 'unauthorized', message: /it was refused/ })
  t.match(denied(), { reason: 'unauthorized', message: /it was refused/ })
  t.match(denied(403), { reason: 'forbidden', message: 'it was refused.' })
})

t.test('once it has ended a run listens to neither signal', async t => {
  const signals = { interrupt: new AbortController().signal, lockLost: new AbortController().signal }
  const run = start(signals)
  const listening = () => Object.values(signals).map(signal => getEventListeners(signal, 'abort').length)
  t.same(listening(), [1, 1])
  run.end()
  t.same(listening(), [0, 0])
})
