/** Why a run starts; `start`: the instance took the lead. Triggers by a person skip the back-off. */
export type Trigger = 'start' | 'interval' | 'webhook' | 'manifest' | 'signal'

const OF_A_PERSON: ReadonlySet<Trigger> = new Set(['manifest', 'signal'])

export interface LoopDeps {
  /** One run. Never rejects. @return whether it did everything it had to */
  run(triggers: readonly Trigger[]): Promise<boolean>
  /** Milliseconds on a monotonic clock. */
  now(): number
  /** Resolves when the time has passed or the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** 0 ≤ x < 1 */
  random(): number
  readonly intervalMs: number
  readonly stop: AbortSignal
}

export interface Loop {
  /** Guarantees a run that starts after this call. Any number of calls during a run lead to a single run after it. */
  trigger(trigger: Trigger): void
  /** Resolves once `stop` has aborted and the current run has ended. */
  readonly ended: Promise<void>
  /** Consecutive failed runs. */
  failures(): number
}

const FIRST_BACK_OFF_MS = 1_000

/** Adds ±10 %, so that many instances do not run at the same time. */
export const jittered = (ms: number, random: number): number => ms * (0.9 + random * 0.2)

/**
 * | after | the next run starts |
 * | --- | --- |
 * | a complete run | on a trigger, or after the interval |
 * | n consecutive failures | after 1 s × 2^(n-1), at most the interval; immediately on a trigger by a person |
 *
 * At most one run is in progress and one pending.
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
    // The first run starts on a trigger, or after the interval.
    while (!deps.stop.aborted) {
      await waitForWork()
      if (deps.stop.aborted) break
      const triggers = [...new Set([...undone, ...pending])]
      pending.clear()
      const done = await deps.run(triggers)
      failures = done ? 0 : failures + 1
      // The triggers of a failed run carry over to the next one.
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
