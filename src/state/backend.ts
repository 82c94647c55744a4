import type { LockAttempt } from '../system/lock-file.js'
import type { LockInfo } from '../system/lock-info.js'

/** Where a state's bytes are kept and locked. Every failure is a GuestlistError. */
export interface Backend {
  /** Path or address, without credentials. */
  readonly description: string
  readonly canLock: boolean
  /** Milliseconds between two attempts to take the lock. */
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  /** Null if there is no state yet. */
  read(): Promise<Uint8Array | null>
  /**
   * Durable once it resolves. `lockId`: the lock that the writer holds.
   * @throws GuestlistError `unconfirmed` if it may have been written: the caller reads it back, and may repeat the write
   */
  write(bytes: Uint8Array, lockId: string | null): Promise<void>
  /** Why a write would fail, as far as can be told without writing; null if no reason is known. */
  whyUnwritable(): Promise<string | null>
  tryLock(info: LockInfo): Promise<LockAttempt>
  /** Waits before a write is repeated. @return false if it must not be repeated again */
  pauseBeforeRepeat(repeats: number): Promise<boolean>
  /** Who currently holds the lock, without taking it; null if nobody does. */
  holder(): Promise<LockInfo | null | 'unknown'>
  /** Releases our own lock. @return false if it was no longer there */
  unlock(info: LockInfo): Promise<boolean>
  /** Removes the lock with this id, whoever holds it. `holder`: the current lock, as far as known. */
  forceUnlock(id: string, remover: LockInfo): Promise<{ removed: boolean; holder: LockInfo | null }>
}
