import { type Clock, systemClock } from './clock.js'
import { type LockAttempt, removeLock, tryLock } from './lock-file.js'
import type { LockInfo } from './lock-info.js'
import { hasEnded } from './process.js'

export interface LockWaiting {
  /** Milliseconds; 0: one try. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Called once, when the first try found the lock held. */
  readonly onWait?: ((holder: LockInfo) => void) | undefined
  /** Milliseconds before the second try; it doubles from try to try. */
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  readonly clock?: Clock
}

/**
 * Tries until the lock is ours or the time is over; the last try comes when the time is over.
 * @return `held` if the time is over, `interrupted` if the signal aborts
 */
export async function waitForLock(
  attempt: () => Promise<LockAttempt>,
  waiting: LockWaiting,
): Promise<LockAttempt | { readonly kind: 'interrupted' }> {
  const { clock = systemClock } = waiting
  const end = clock.monotonic() + waiting.timeoutMs
  for (let pause = waiting.firstPauseMs, first = true; ; pause = Math.min(pause * 2, waiting.longestPauseMs)) {
    if (waiting.signal?.aborted) return { kind: 'interrupted' }
    const result = await attempt()
    const left = end - clock.monotonic()
    if (result.kind === 'acquired' || waiting.timeoutMs === 0 || left <= 0) return result
    if (first) waiting.onWait?.(result.holder)
    first = false
    // Spread by half, so that those who wait do not all come at once.
    await clock.sleep(Math.min(left, pause * (0.5 + clock.random() / 2)), waiting.signal)
  }
}

/**
 * Runs `work` while this process alone holds the lock file at `path`.
 * @throws what `held` makes of a lock that was not free in time
 */
export async function underLock<T>(
  path: string,
  info: LockInfo,
  waiting: Omit<LockWaiting, 'signal' | 'onWait'>,
  held: (holder: LockInfo) => Error,
  work: () => Promise<T>,
  isDead: (holder: LockInfo) => boolean = hasEnded,
): Promise<T> {
  const result = await waitForLock(() => tryLock(path, info, isDead), waiting)
  if (result.kind === 'held') throw held(result.holder)
  try {
    return await work()
  } finally {
    await removeLock(path, info.ID, info)
  }
}
