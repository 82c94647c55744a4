import t from 'tap'
import { systemClock } from '../../src/system/clock.js'

t.test('its time is the time', async t => {
  const before = Date.now()
  const now = systemClock.now()
  t.ok(now >= before && now <= Date.now())
})

t.test('a clock that nobody sets goes on', async t => {
  const before = systemClock.monotonic()
  await systemClock.sleep(5)
  t.ok(systemClock.monotonic() - before > 3)
})

t.test('chance is at least 0 and below 1', async t => {
  const drawn = Array.from({ length: 100 }, () => systemClock.random())
  t.ok(drawn.every(value => value >= 0 && value < 1))
  t.ok(new Set(drawn).size > 1)
})

t.test('a sleep ends by itself', async t => {
  const before = performance.now()
  await systemClock.sleep(20)
  t.ok(performance.now() - before > 15)
})

t.test('a signal ends a sleep, and none begins after it', async t => {
  const stop = new AbortController()
  const asleep = systemClock.sleep(2 ** 30, stop.signal)
  stop.abort()
  await asleep
  await systemClock.sleep(2 ** 30, stop.signal)
  t.pass('neither waited')
})

t.test('longer than a timer of Node can wait is long, and not at once', async t => {
  const stop = new AbortController()
  let ended = false
  const asleep = systemClock.sleep(2 ** 40, stop.signal).then(() => {
    ended = true
  })
  await systemClock.sleep(20)
  t.equal(ended, false)
  stop.abort()
  await asleep
})

t.test('a sleep that ended leaves nothing at its signal', async t => {
  const stop = new AbortController()
  const added: string[] = []
  const add = stop.signal.addEventListener.bind(stop.signal)
  const remove = stop.signal.removeEventListener.bind(stop.signal)
  stop.signal.addEventListener = (...args: Parameters<typeof add>) => {
    added.push('on')
    add(...args)
  }
  stop.signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    added.push('off')
    remove(...args)
  }
  await systemClock.sleep(1, stop.signal)
  t.same(added, ['on', 'off'])
})
