/** Why a run begins; `start`: the instance took the lead. Those of a person do not wait for a back-off to end. */
export type Trigger = 'start' | 'interval' | 'webhook' | 'manifest' | 'signal'

const OF_A_PERSON: ReadonlySet<Trigger> = new Set(['manifest', 'signal'])

export interface LoopDeps {
  /** One run. Never rejects. @return whether it did all that it was to do */
  run(triggers: readonly Trigger[]): Promise<boolean>
  /** Milliseconds on a clock that nobody sets. */
  now(): number
  /** Resolves when the time is over, or at the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** 0 ≤ x < 1 */
  random(): number
  readonly intervalMs: number
  readonly stop: AbortSignal
}

export interface Loop {
  /** A run that begins after this call follows. Any number of calls during one run become one run after it. */
  trigger(trigger: Trigger): void
  /** Resolves when `stop` has aborted and the run under way has ended. */
  readonly ended: Promise<void>
  /** Failed runs in a row. */
  failures(): number
}

const FIRST_BACK_OFF_MS = 1_000

/** The time to the next run without a trigger: ±10 %, so that many instances do not all come at once. */
export const jittered = (ms: number, random: number): number => ms * (0.9 + random * 0.2)

/**
 * | after | the next run comes |
 * | --- | --- |
 * | a run that did all | at a trigger, or after the interval |
 * | failures in a row, n | after 1 s × 2^(n-1), the interval at the most; at a person's trigger at once |
 *
 * There is never more than one run under way and one to come.
 */
export function startLoop(deps: LoopDeps): Loop {
  const pending = new Set<Trigger>()
  let wake = new AbortController()
  let failures = 0

  const pauseMs = (): number =>
    jittered(
      failures === 0 ? deps.intervalMs : Math.min(deps.intervalMs, FIRST_BACK_OFF_MS * 2 ** Math.min(failures - 1, 30)),
      deps.random(),
    )

  const isDue = (): boolean =>
    failures === 0 ? pending.size > 0 : [...pending].some(trigger => OF_A_PERSON.has(trigger))

  async function waitForWork(): Promise<void> {
    const until = deps.now() + pauseMs()
    while (!deps.stop.aborted && !isDue()) {
      const left = until - deps.now()
      if (left <= 0) {
        pending.add('interval')
        return
      }
      wake = new AbortController()
      await deps.sleep(left, wake.signal)
    }
  }

  async function work(): Promise<void> {
    let undone: readonly Trigger[] = []
    const onStop = () => wake.abort()
    deps.stop.addEventListener('abort', onStop, { once: true })
    // The first run comes when something triggers it, or after the interval.
    while (!deps.stop.aborted) {
      await waitForWork()
      if (deps.stop.aborted) break
      const triggers = [...new Set([...undone, ...pending])]
      pending.clear()
      const done = await deps.run(triggers)
      failures = done ? 0 : failures + 1
      // What asked for a run that failed asks for the next one.
      undone = done ? [] : triggers
    }
    deps.stop.removeEventListener('abort', onStop)
  }

  return {
    trigger(trigger) {
      pending.add(trigger)
      wake.abort()
    },
    ended: work(),
    failures: () => failures,
  }
}
