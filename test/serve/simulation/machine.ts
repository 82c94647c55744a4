import type { Clock } from '../../../src/system/clock.js'
import type { Process, Scheduler } from '../../simulation/scheduler.js'

/** A process of the simulation on a machine of its own: it can be killed, stopped for a while, cut off, and its clock set. */
export interface Machine extends Process {
  /** Its clocks, which are not the world's. `random` is drawn by the seed. */
  readonly clock: Clock
  /** Aborts when it dies. */
  readonly killed: AbortSignal
  /** It died with its machine: nobody is told. */
  readonly lostPower: boolean
  /** Until when nothing reaches it, nor leaves it, on the way to the database. */
  cutUntil: number
  /** When it last stood still. */
  readonly thawedAt: () => number
  kill(): void
  /** SIGTERM. */
  terminate(): void
  /** Whether it runs and was not told to end. */
  isMeantToRun(): boolean
  /** From now on nothing befalls it. */
  spare(): void
  /** Told of each change that it asks the API for: it may be killed or stopped just then. */
  changes(): void
  /** `suspended`: the whole machine, whose timers stand still as well; else the process alone, as by SIGSTOP. */
  freeze(ms: number, suspended: boolean): void
  /** By so much, forwards or back. */
  setClock(ms: number): void
}

/** At which of its awaits what befalls a process. */
export interface MachineFate {
  readonly killAt: number | null
  /** A death takes the machine along. */
  readonly powerLoss: boolean
  readonly freezeAt: number | null
  /** The same, but at which of the changes that it asks for. */
  readonly killAtChange: number | null
  readonly freezeAtChange: number | null
  readonly freezeMs: number
  readonly suspended: boolean
}

export function createMachine(
  name: string,
  scheduler: Scheduler,
  fate: MachineFate,
  random: () => number,
  trace: (line: string) => void,
): Machine {
  const [interrupt, killed] = [new AbortController(), new AbortController()]
  let [awaits, changes, frozenUntil, suspendedMs, skew] = [0, 0, Number.NEGATIVE_INFINITY, 0, 0]
  let [spared, told] = [false, false]

  const kill = () => {
    if (killed.signal.aborted) return
    trace(`${name} is killed`)
    killed.abort()
  }
  const freeze = (ms: number, suspended: boolean) => {
    if (killed.signal.aborted || frozenUntil > scheduler.now()) return
    trace(`${name} ${suspended ? 'is suspended' : 'is stopped'} for ${ms} ms`)
    frozenUntil = scheduler.now() + ms
    if (suspended) suspendedMs += ms
  }
  /** What was to come while it stood still comes when it goes on, in the same order. */
  const deliver = (settle: () => void): void => {
    awaits++
    if (awaits === fate.killAt && !spared) kill()
    if (awaits === fate.freezeAt && !spared) freeze(fate.freezeMs, fate.suspended)
    if (killed.signal.aborted) return
    if (frozenUntil > scheduler.now()) scheduler.after(frozenUntil - scheduler.now(), () => deliver(settle))
    else settle()
  }
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve()
      const done = () => {
        signal?.removeEventListener('abort', done)
        resolve()
      }
      signal?.addEventListener('abort', done, { once: true })
      let seen = suspendedMs
      const due = () => {
        const missed = suspendedMs - seen
        seen = suspendedMs
        if (missed > 0 && !signal?.aborted) scheduler.after(missed, () => deliver(due))
        else done()
      }
      scheduler.after(ms, () => deliver(due))
    })
  return {
    name,
    scheduler,
    interrupt: interrupt.signal,
    killed: killed.signal,
    lostPower: fate.powerLoss,
    cutUntil: Number.NEGATIVE_INFINITY,
    thawedAt: () => frozenUntil,
    alive: () => !killed.signal.aborted,
    later: (ms, outcome) =>
      new Promise((resolve, reject) => {
        scheduler.after(ms, () =>
          deliver(() => {
            try {
              resolve(outcome())
            } catch (error) {
              reject(error)
            }
          }),
        )
      }),
    sleep,
    clock: {
      now: () => scheduler.now() + skew,
      monotonic: () => scheduler.now() - suspendedMs,
      sleep,
      random,
    },
    kill,
    freeze,
    isMeantToRun: () => !killed.signal.aborted && !told,
    spare() {
      spared = true
    },
    changes() {
      changes++
      if (changes === fate.killAtChange && !spared) kill()
      if (changes === fate.freezeAtChange && !spared) freeze(fate.freezeMs, fate.suspended)
    },
    terminate() {
      if (killed.signal.aborted) return
      told = true
      trace(`${name} gets SIGTERM`)
      scheduler.after(0, () => deliver(() => interrupt.abort()))
    },
    setClock(ms) {
      trace(`the clock of ${name} is set by ${ms} ms`)
      skew += ms
    },
  }
}
