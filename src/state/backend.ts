import type { LockAttempt } from '../system/lock-file.js'
import type { LockInfo } from '../system/lock-info.js'

/** Where a state's bytes are kept and locked. Every failure is a GuestlistError. */
export interface Backend {
  /** Path or address, without credentials. */
  readonly description: string
  readonly canLock: boolean
  /** Milliseconds between two tries for the lock. */
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  /** Null where there is no state yet. */
  read(): Promise<Uint8Array | null>
  /**
   * Durable once it resolves. `lockId`: the lock that the writer holds.
   * @throws GuestlistError `unconfirmed` where it may have been written: to be read back, and then perhaps repeated
   */
  write(bytes: Uint8Array, lockId: string | null): Promise<void>
  /** Why a write would fail, as far as that shows without one; null where nothing is known against it. */
  whyUnwritable(): Promise<string | null>
  tryLock(info: LockInfo): Promise<LockAttempt>
  /** Waits before a write is repeated. @return false where it is not to be repeated again */
  pauseBeforeRepeat(repeats: number): Promise<boolean>
  /** Who holds the lock now, asked without taking it; null where nobody does. */
  holder(): Promise<LockInfo | null | 'unknown'>
  /** Gives our own lock back. @return false where it was not there any more */
  unlock(info: LockInfo): Promise<boolean>
  /** Removes the lock with this id, whoever holds it; `holder`: what is known of the lock there is. */
  forceUnlock(id: string, remover: LockInfo): Promise<{ removed: boolean; holder: LockInfo | null }>
}
