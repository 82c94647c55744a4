import { setTimeout as sleep } from 'node:timers/promises'
import { type LockAttempt, removeLock, tryLock } from './lock-file.js'
import type { LockInfo } from './lock-info.js'
import { hasEnded } from './process.js'

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
 * @return `held` if the time is over, `interrupted` if the signal aborts
 */
export async function waitForLock(
  attempt: () => Promise<LockAttempt>,
  waiting: Waiting,
): Promise<LockAttempt | { readonly kind: 'interrupted' }> {
  const end = performance.now() + waiting.timeoutMs
  for (let pause = waiting.firstPauseMs, first = true; ; pause = Math.min(pause * 2, waiting.longestPauseMs)) {
    if (waiting.signal?.aborted) return { kind: 'interrupted' }
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
  // An abort ends it early; the caller looks at the signal.
  await sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}

/**
 * Runs `work` while this process alone holds the lock file at `path`.
 * @throws what `held` makes of a lock that was not free in time
 */
export async function underLock<T>(
  path: string,
  info: LockInfo,
  waiting: Omit<Waiting, 'signal' | 'onWait'>,
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
