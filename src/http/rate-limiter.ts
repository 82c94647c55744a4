import type { Clock } from '../system/clock.js'

/** Every request passes through here, so that a 429 slows down all workers and `--rate-limit` applies to all of them together. */
export interface RateLimiter {
  /** Waits for its turn; false if the run was stopped in the meantime. */
  acquire(stop?: AbortSignal): Promise<boolean>
  /** Blocks all requests for this many milliseconds. */
  pause(ms: number): void
}

/** `perSecond`: requests per second across all workers; null means no limit. */
export function createRateLimiter(clock: Clock, perSecond: number | null): RateLimiter {
  const spacing = perSecond === null ? 0 : 1000 / perSecond
  let closedUntil = 0
  let nextTurn = 0

  function reserve(): number {
    const turn = Math.max(nextTurn, closedUntil, clock.monotonic())
    nextTurn = turn + spacing
    return turn
  }

  async function acquire(stop?: AbortSignal): Promise<boolean> {
    let turn = reserve()
    for (;;) {
      if (stop?.aborted) return false
      // A pause began in the meantime. Each waiter takes a new turn, so that they do not all rush in when it ends.
      if (turn < closedUntil) turn = reserve()
      const wait = turn - clock.monotonic()
      if (wait <= 0) return true
      await clock.sleep(wait, stop)
    }
  }

  return {
    acquire,
    pause(ms) {
      closedUntil = Math.max(closedUntil, clock.monotonic() + ms)
    },
  }
}
