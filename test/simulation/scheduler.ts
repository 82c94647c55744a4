interface Event {
  readonly at: number
  readonly order: number
  readonly happen: () => void
}

/** Virtual time. Nothing waits for anything but its events, so that a seed always runs the same way. */
export interface Scheduler {
  /** Milliseconds since the epoch. */
  now(): number
  after(ms: number, happen: () => void): void
  /** Lets events happen until none is left, or the condition holds. False where there are too many: something never ends. */
  run(until?: () => boolean): Promise<boolean>
}

const START = Date.UTC(2026, 10, 2, 9)
export function createScheduler(mostEvents = 20_000): Scheduler {
  const queue: Event[] = []
  let now = START
  let order = 0
  return {
    now: () => now,
    after(ms, happen) {
      const event = { at: now + ms, order: order++, happen }
      let index = queue.length
      // Kept in order from the last to the first: what comes next is popped off the end.
      while (index > 0 && earlier(queue[index - 1], event)) index--
      queue.splice(index, 0, event)
    },
    async run(until = () => false) {
      for (let count = 0; count < mostEvents; count++) {
        await settled()
        const event = until() ? undefined : queue.pop()
        if (event === undefined) return true
        now = event.at
        event.happen()
      }
      return false
    },
  }
}

const earlier = (a: Event | undefined, b: Event): boolean =>
  a !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order))

/**
 * Every promise that can go on has gone on: nothing in the simulation waits for anything but promises, and a tick comes
 * when no promise is left to go on. Many times faster than a turn of the event loop.
 */
const settled = (): Promise<void> => new Promise(resolve => process.nextTick(resolve))

/** A process of the simulation: it can be interrupted and killed at any of its awaits. */
export interface Process {
  readonly name: string
  readonly scheduler: Scheduler
  readonly interrupt: AbortSignal
  alive(): boolean
  /** Gives back to the process what `outcome` returns or throws, after so long; never, where it is dead by then. */
  later<T>(ms: number, outcome: () => T): Promise<T>
  /** As `Clock.sleep`. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** At which of its awaits a process is interrupted or killed. */
export interface Fate {
  readonly interruptAt: number | null
  readonly killAt: number | null
}

export function createProcess(name: string, scheduler: Scheduler, fate: Fate, trace: (line: string) => void): Process {
  const controller = new AbortController()
  let alive = true
  let awaits = 0
  const deliver = (settle: () => void) => {
    awaits++
    if (alive && awaits === fate.killAt) {
      alive = false
      trace(`${name} is killed`)
    }
    if (!alive) return
    if (awaits === fate.interruptAt) {
      trace(`${name} is interrupted`)
      controller.abort()
      // Two things do not happen to a process at once.
      scheduler.after(0, () => deliver(settle))
    } else settle()
  }
  return {
    name,
    scheduler,
    interrupt: controller.signal,
    alive: () => alive,
    later: (ms, outcome) =>
      new Promise((resolve, reject) => {
        scheduler.after(ms, () => deliver(() => settleWith(outcome, resolve, reject)))
      }),
    sleep: (ms, signal) =>
      new Promise(resolve => {
        if (signal?.aborted) return resolve()
        const done = () => {
          signal?.removeEventListener('abort', done)
          resolve()
        }
        signal?.addEventListener('abort', done, { once: true })
        scheduler.after(ms, () => deliver(done))
      }),
  }
}

function settleWith<T>(outcome: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): void {
  try {
    resolve(outcome())
  } catch (error) {
    reject(error)
  }
}
