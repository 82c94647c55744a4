import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { jittered, type LoopDeps, startLoop, type Trigger } from '../../src/serve/loop.js'

/** A loop whose time passes by `pass`, and whose runs end by `end`. */
function rig(outcomes: boolean[] = [], intervalMs = 60_000) {
  let now = 0
  const stop = new AbortController()
  const runs: { at: number; triggers: readonly Trigger[] }[] = []
  const sleepers: { at: number; wake: () => void }[] = []
  let end: () => void = () => {}
  let held = false
  const deps: LoopDeps = {
    async run(triggers) {
      runs.push({ at: now, triggers })
      if (held) {
        await new Promise<void>(resolve => {
          end = resolve
        })
      }
      return outcomes.shift() ?? true
    },
    now: () => now,
    sleep: (ms, signal) =>
      new Promise(resolve => {
        if (signal.aborted) return resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
        sleepers.push({ at: now + ms, wake: resolve })
      }),
    random: () => 0.5,
    intervalMs,
    stop: stop.signal,
  }
  const loop = startLoop(deps)
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await setImmediate()
  }
  return {
    loop,
    runs,
    stop,
    settle,
    hold: () => {
      held = true
    },
    end: () => {
      held = false
      end()
    },
    async pass(ms: number) {
      await settle()
      now += ms
      for (const sleeper of sleepers.splice(0)) sleeper.at <= now ? sleeper.wake() : sleepers.push(sleeper)
      await settle()
    },
  }
}

t.test('any number of triggers during a run are one run after it', async t => {
  const { loop, runs, hold, end, settle, stop } = rig()
  hold()
  loop.trigger('start')
  await settle()
  for (let count = 0; count < 100; count++) loop.trigger('webhook')
  await settle()
  t.equal(runs.length, 1)
  end()
  await settle()
  t.strictSame(
    runs.map(({ triggers }) => triggers),
    [['start'], ['webhook']],
  )
  stop.abort()
  await loop.ended
})

t.test('the interval is counted from the end of a run; a clock that stood still fires once', async t => {
  const { runs, pass, stop, loop } = rig()
  await pass(59_000)
  t.equal(runs.length, 0)
  await pass(1_000)
  t.equal(runs.length, 1)
  await pass(3_600_000)
  t.equal(runs.length, 2, 'an hour asleep is one run, not sixty')
  await pass(59_000)
  t.equal(runs.length, 2)
  stop.abort()
  await loop.ended
})

t.test('failures: the pause doubles up to the interval; a webhook waits for it, a person does not', async t => {
  const { loop, runs, pass, settle, stop } = rig([false, false, false, true], 3_000)
  loop.trigger('start')
  await settle()
  t.equal(loop.failures(), 1)
  loop.trigger('webhook')
  await settle()
  t.equal(runs.length, 1, 'the webhook waits')
  await pass(1_000)
  t.strictSame(runs[1]?.triggers, ['start', 'webhook', 'interval'], 'what asked for the run that failed asks again')
  await pass(1_000)
  t.equal(runs.length, 2)
  await pass(1_000)
  t.equal(runs.length, 3)
  loop.trigger('manifest')
  await settle()
  t.equal(runs.length, 4, 'a changed manifest is read at once')
  t.equal(loop.failures(), 0)
  stop.abort()
  await loop.ended
})

t.test('a stop lets the run under way end, and nothing begins after it', async t => {
  const { loop, runs, hold, end, settle, stop } = rig()
  hold()
  loop.trigger('webhook')
  await settle()
  loop.trigger('webhook')
  stop.abort()
  let ended = false
  void loop.ended.then(() => {
    ended = true
  })
  await settle()
  t.equal(ended, false)
  end()
  await settle()
  t.equal(ended, true)
  t.equal(runs.length, 1)
})

t.test('the jitter is a tenth', async t => {
  t.equal(jittered(100, 0), 90)
  t.ok(Math.abs(jittered(100, 1) - 110) < 1e-9)
})
