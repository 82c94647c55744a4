/** Time and chance, from outside: the simulations replace both. */
export interface Clock {
  /** Milliseconds since the epoch; somebody may set it, forwards or back. */
  now(): number
  /** Milliseconds that nobody sets; they may stand still while the machine is suspended. */
  monotonic(): number
  /** Resolves after `ms` of them, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** At least 0, below 1. */
  random(): number
}

/** What a timer of Node can wait for; 24 days. Beyond it would not wait at all. */
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
