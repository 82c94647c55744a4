/** Time and randomness, injected so that simulations can replace them. */
export interface Clock {
  /** Milliseconds since the epoch. This clock can be set forwards or back. */
  now(): number
  /** Monotonic milliseconds; they may stop while the machine is suspended. */
  monotonic(): number
  /** Resolves after `ms`, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** At least 0, below 1. */
  random(): number
}

/** The longest delay of a Node timer, 24 days. Beyond that it would fire immediately. */
const LONGEST_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(ms, LONGEST_MS))
      signal?.addEventListener('abort', done, { once: true })
    }),
}
