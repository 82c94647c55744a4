import t from 'tap'
import { keepLeading } from '../../src/serve/leader.js'
import { type Loop, startLoop, type Trigger } from '../../src/serve/loop.js'

/*
 * Two instances of the loop and the lead, one lock, on a clock of the test's own: each seed gives other faults of the API,
 * the database and the clock, other kills at any await, and other webhooks. The runs are modelled; the loop is the real one.
 */

/** mulberry32 */
function randomOf(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let x = Math.imul(a ^ (a >>> 15), 1 | a)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

/** Time that passes when nothing else is to be done. */
class Clock {
  now = 0
  private timers: { at: number; order: number; wake: () => void }[] = []
  private order = 0

  after(ms: number, wake: () => void): void {
    this.timers.push({ at: this.now + Math.max(0, ms), order: this.order++, wake })
  }

  sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      if (signal.aborted) return resolve()
      const done = () => {
        signal.removeEventListener('abort', done)
        this.timers = this.timers.filter(({ wake }) => wake !== done)
        resolve()
      }
      signal.addEventListener('abort', done)
      this.after(ms, done)
    })

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.timers[a], this.timers[b]]
    if (one === undefined || other === undefined) return false
    return one.at === other.at ? one.order < other.order : one.at < other.at
  }

  async run(until: number): Promise<void> {
    for (;;) {
      // All that promises do by themselves comes first.
      for (let turn = 0; turn < 16; turn++) await null
      let first = 0
      for (let at = 1; at < this.timers.length; at++) if (this.isBefore(at, first)) first = at
      const next = this.timers[first]
      if (next === undefined || next.at > until) return
      this.timers.splice(first, 1)
      this.now = next.at
      next.wake()
    }
  }
}

const INTERVAL = 10_000

/** What the runs share: pending invitations, and who is at work. */
class Shared {
  atWork: Instance | null = null
  lead: Instance | null = null
  databaseUp = true
  pending = new Set<number>()
  accepted: number[] = []
  readonly problems: string[] = []
}

class Instance {
  alive = true
  readonly stop = new AbortController()
  /** Killed: nothing that was to come after an await comes. */
  private never = new Promise<never>(() => {})
  private leadLost = new AbortController()
  readonly begun: { at: number; triggers: readonly Trigger[] }[] = []
  readonly loop: Loop
  private readonly name: string
  private readonly shared: Shared
  private readonly clock: Clock
  private readonly random: () => number

  constructor(name: string, shared: Shared, clock: Clock, random: () => number) {
    this.name = name
    this.shared = shared
    this.clock = clock
    this.random = random
    this.loop = startLoop({
      run: triggers => this.run(triggers),
      now: () => clock.now,
      sleep: (ms, signal) => this.step(clock.sleep(ms, signal)),
      random,
      intervalMs: INTERVAL,
      stop: this.stop.signal,
    })
    void keepLeading({
      acquire: () => this.takeLead(),
      sleep: (ms, signal) => this.step(clock.sleep(ms, signal)),
      onChange: isLeader => isLeader && this.loop.trigger('start'),
      onProblem: () => undefined,
      stop: this.stop.signal,
    })
  }

  /** Every await of a process: here it may have died. */
  private async step<T>(work: Promise<T>): Promise<T> {
    const value = await work
    return this.alive ? value : this.never
  }

  private async takeLead() {
    while (!this.shared.databaseUp || (this.shared.lead !== null && this.shared.lead !== this)) {
      if (!this.shared.databaseUp || this.stop.signal.aborted) throw new Error('no lead')
      await this.step(this.clock.sleep(1_000, this.stop.signal))
    }
    this.shared.lead = this
    this.leadLost = new AbortController()
    return { lost: this.leadLost.signal, release: async () => undefined }
  }

  databaseLost(): void {
    if (this.shared.lead === this) this.shared.lead = null
    this.leadLost.abort()
  }

  die(): void {
    this.alive = false
    if (this.shared.lead === this) this.shared.lead = null
    if (this.shared.atWork === this) this.shared.atWork = null
  }

  private async run(triggers: readonly Trigger[]): Promise<boolean> {
    const { shared, clock, random } = this
    if (shared.lead !== this && triggers.every(trigger => trigger === 'interval')) return true
    this.begun.push({ at: clock.now, triggers })
    const wait = () => this.step(clock.sleep(random() * 200, new AbortController().signal))
    await wait()
    if (!shared.databaseUp) return false
    for (let tries = 0; shared.atWork !== null; tries++) {
      if (tries > 300) return false
      await wait()
    }
    shared.atWork = this
    try {
      await wait()
      if (random() < 0.1) return false
      const plan = [...shared.pending]
      for (const id of plan) {
        await wait()
        if (!shared.databaseUp || shared.atWork !== this) return false
        if (!this.alive) shared.problems.push(`${this.name} acts after its death`)
        if (!shared.pending.delete(id)) shared.problems.push(`${id} was accepted twice`)
        shared.accepted.push(id)
      }
      return true
    } finally {
      if (shared.atWork === this) shared.atWork = null
    }
  }
}

async function simulate(seed: number): Promise<readonly string[]> {
  const random = randomOf(seed)
  const [clock, shared] = [new Clock(), new Shared()]
  const instances = ['a', 'b'].map(name => new Instance(name, shared, clock, random))
  const hooks: { at: number; id: number; to: Instance }[] = []
  let dead: Instance | null = null

  for (let id = 1; id <= 8; id++) {
    clock.after(random() * 50_000, () => {
      shared.pending.add(id)
      const to = instances.find(({ alive }) => alive && random() < 0.6) ?? instances.find(({ alive }) => alive)
      // Lost now and then, and now and then sent twice.
      if (to === undefined || random() < 0.2) return
      for (let copies = random() < 0.3 ? 2 : 1; copies > 0; copies--) {
        hooks.push({ at: clock.now, id, to })
        to.loop.trigger('webhook')
      }
    })
  }
  if (random() < 0.7) {
    clock.after(random() * 50_000, () => {
      dead = shared.lead ?? instances[0] ?? null
      dead?.die()
    })
  }
  if (random() < 0.5) {
    clock.after(random() * 30_000, () => {
      shared.databaseUp = false
      shared.atWork = null
      for (const instance of instances) instance.databaseLost()
    })
    clock.after(30_000 + random() * 20_000, () => {
      shared.databaseUp = true
    })
  }
  await clock.run(110_000)

  for (const { at, id, to } of hooks) {
    const followed = to.begun.some(run => run.at >= at)
    if (to !== dead && !followed) shared.problems.push(`the webhook of ${id} was followed by no run`)
  }
  if (shared.pending.size > 0) shared.problems.push(`left undone: ${[...shared.pending]}`)
  const alive = instances.filter(instance => instance !== dead)
  if (!alive.some(({ begun }) => begun.some(({ at }) => at > 70_000))) shared.problems.push('nobody works any more')
  for (const instance of instances) instance.stop.abort()
  await clock.run(clock.now + 100_000)
  if (dead === null) await Promise.all(instances.map(({ loop }) => loop.ended))
  return shared.problems.map(problem => `seed ${seed}: ${problem}`)
}

/** 2,000 by `npm run endurance`. */
const SEEDS = process.env.GUESTLIST_RUNS === undefined ? 500 : 2_000

t.test(`${SEEDS} seeds: no two at work, nothing twice, nothing left, every webhook followed by a run`, async t => {
  const problems: string[] = []
  for (let seed = 1; seed <= SEEDS; seed++) problems.push(...(await simulate(seed)))
  t.strictSame(problems.slice(0, 5), [])
})
