import { setTimeout as sleep } from 'node:timers/promises'
import { StateError } from '../state/error.js'
import type { LockInfo } from './lock-info.js'

export type LockAttempt =
  /**
   * `lost`: aborts where the backend finds that the lock is ours no longer; absent where it cannot know. `isHeld` asks
   * whether it was proven lately, and makes it lost where it was not.
   */
  | {
      readonly kind: 'acquired'
      readonly tookOverFrom: LockInfo | null
      readonly lost?: AbortSignal
      readonly isHeld?: () => boolean
    }
  /** `where`: the file or address of the lock, for people: what holds no id can only be removed there. */
  | { readonly kind: 'held'; readonly holder: LockInfo; readonly where: string }

export interface Waiting {
  /** Milliseconds; 0: one try. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Called once, when the first try found the lock held. */
  readonly onWait?: ((holder: LockInfo) => void) | undefined
  /** Milliseconds before the second try; it doubles from try to try. */
  readonly firstPauseMs: number
  readonly longestPauseMs: number
}

/**
 * Tries until the lock is ours or the time is over; the last try comes when the time is over.
 * @return `held` if the time is over
 * @throws StateError `interrupted`
 */
export async function waitForLock(attempt: () => Promise<LockAttempt>, waiting: Waiting): Promise<LockAttempt> {
  const end = performance.now() + waiting.timeoutMs
  for (let pause = waiting.firstPauseMs, first = true; ; pause = Math.min(pause * 2, waiting.longestPauseMs)) {
    refuseInterrupted(waiting.signal)
    const result = await attempt()
    const left = end - performance.now()
    if (result.kind === 'acquired' || waiting.timeoutMs === 0 || left <= 0) return result
    if (first) waiting.onWait?.(result.holder)
    first = false
    // Spread by half, so that those who wait do not all come at once.
    await pauseFor(Math.min(left, pause * (0.5 + Math.random() / 2)), waiting.signal)
  }
}

async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch {
    refuseInterrupted(signal)
  }
}

function refuseInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new StateError('interrupted', 'Interrupted while waiting for the lock. Nothing was changed.')
}
