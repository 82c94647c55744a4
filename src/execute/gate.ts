import type { Clock } from './clock.js'

/** Every request passes here first, so that one 429 slows all workers, and `--rate-limit` holds for all together. */
export interface Gate {
  /** Waits for its turn; false where the run was stopped meanwhile. */
  enter(stop?: AbortSignal): Promise<boolean>
  /** Lets nobody in for this many milliseconds. */
  pause(ms: number): void
}

/** `perSecond`: requests a second, over all workers; null is no limit. */
export function createGate(clock: Clock, perSecond: number | null): Gate {
  const spacing = perSecond === null ? 0 : 1000 / perSecond
  let closedUntil = 0
  let nextTurn = 0

  async function enter(stop?: AbortSignal): Promise<boolean> {
    const turn = Math.max(nextTurn, clock.now())
    nextTurn = turn + spacing
    // A pause can be prolonged while we wait for its end, so it is asked for again.
    for (;;) {
      if (stop?.aborted) return false
      const wait = Math.max(closedUntil, turn) - clock.now()
      if (wait <= 0) return true
      await clock.sleep(wait, stop)
    }
  }

  return {
    enter,
    pause(ms) {
      closedUntil = Math.max(closedUntil, clock.now() + ms)
    },
  }
}
