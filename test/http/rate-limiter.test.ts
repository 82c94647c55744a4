import t from 'tap'
import { createRateLimiter } from '../../src/http/rate-limiter.js'
import type { Clock } from '../../src/system/clock.js'

/** Time that stands still but for `pass`. */
function manualClock() {
  let now = 0
  let waiting: { at: number; done: () => void }[] = []
  const clock: Clock = {
    now: () => 0,
    monotonic: () => now,
    random: () => 0,
    sleep: (ms, signal) =>
      new Promise(resolve => {
        const entry = { at: now + ms, done: resolve }
        waiting.push(entry)
        signal?.addEventListener('abort', () => resolve(), { once: true })
      }),
  }
  const settle = () => new Promise(resolve => setImmediate(resolve))
  return {
    clock,
    async pass(ms: number) {
      const end = now + ms
      await settle()
      for (;;) {
        const [next] = waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
        if (!next) break
        now = Math.max(now, next.at)
        waiting = waiting.filter(entry => entry !== next)
        next.done()
        await settle()
      }
      now = end
    },
  }
}

/** When each of so many, who come at once, gets in. */
function enterAll(count: number, limiter: ReturnType<typeof createRateLimiter>, clock: Clock): number[] {
  const entered: number[] = []
  for (let n = 0; n < count; n++) limiter.acquire().then(() => entered.push(clock.monotonic()))
  return entered
}

t.test('open: all get in at once', async t => {
  const { clock, pass } = manualClock()
  const entered = enterAll(3, createRateLimiter(clock, null), clock)
  await pass(0)
  t.same(entered, [0, 0, 0])
})

t.test('paused: nobody gets in before its end', async t => {
  const { clock, pass } = manualClock()
  const limiter = createRateLimiter(clock, null)
  limiter.pause(1000)
  const entered = enterAll(2, limiter, clock)
  await pass(999)
  t.same(entered, [])
  await pass(1)
  t.same(entered, [1000, 1000])
})

t.test('a pause that is prolonged while they wait', async t => {
  const { clock, pass } = manualClock()
  const limiter = createRateLimiter(clock, null)
  limiter.pause(1000)
  const entered = enterAll(1, limiter, clock)
  await pass(500)
  limiter.pause(2000)
  await pass(1999)
  t.same(entered, [])
  await pass(1)
  t.same(entered, [2500])
})

t.test('a shorter pause shortens nothing', async t => {
  const { clock, pass } = manualClock()
  const limiter = createRateLimiter(clock, null)
  limiter.pause(1000)
  limiter.pause(10)
  const entered = enterAll(1, limiter, clock)
  await pass(2000)
  t.same(entered, [1000])
})

t.test('a rate holds for all together', async t => {
  const { clock, pass } = manualClock()
  const entered = enterAll(4, createRateLimiter(clock, 4), clock)
  await pass(2000)
  t.same(entered, [0, 250, 500, 750])
})

t.test('what is not used is not saved up', async t => {
  const { clock, pass } = manualClock()
  const limiter = createRateLimiter(clock, 4)
  await pass(10_000)
  const entered = enterAll(3, limiter, clock)
  await pass(2000)
  t.same(entered, [10_000, 10_250, 10_500])
})

t.test('who waited for the end of a pause does not rush in', async t => {
  const { clock, pass } = manualClock()
  const limiter = createRateLimiter(clock, 4)
  const entered = enterAll(4, limiter, clock)
  await pass(100)
  limiter.pause(5000)
  await pass(10_000)
  t.same(entered, [0, 5100, 5350, 5600])
})

t.test('a stop lets nobody in, and ends the wait', async t => {
  const { clock, pass } = manualClock()
  const limiter = createRateLimiter(clock, null)
  const stop = new AbortController()
  limiter.pause(1000)
  const waiting = limiter.acquire(stop.signal)
  await pass(10)
  stop.abort()
  t.equal(await waiting, false)
  t.equal(await limiter.acquire(stop.signal), false)
})

t.test('a clock that is set back makes nobody wait', async t => {
  const { clock } = manualClock()
  let wall = 3_600_000
  const limiter = createRateLimiter({ ...clock, now: () => wall }, null)
  t.equal(await limiter.acquire(), true)
  wall = 0
  const entered = await Promise.race([limiter.acquire(), new Promise(resolve => setImmediate(() => resolve('waits')))])
  t.equal(entered, true)
})
