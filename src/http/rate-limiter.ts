import type { Clock } from '../system/clock.js'

/** Every request passes here first, so that one 429 slows all workers, and `--rate-limit` holds for all together. */
export interface RateLimiter {
  /** Waits for its turn; false where the run was stopped meanwhile. */
  acquire(stop?: AbortSignal): Promise<boolean>
  /** Lets nobody in for this many milliseconds. */
  pause(ms: number): void
}

/** `perSecond`: requests a second, over all workers; null is no limit. */
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
      // A pause that began meanwhile: all who waited are not to rush in at its end, so each takes another turn.
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
