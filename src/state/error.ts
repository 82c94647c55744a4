import type { LockInfo } from '../system/lock-info.js'

/** The closed set of what can go wrong with the state. */
export type StateErrorCode =
  | 'config' // the manifest or the environment describes no usable backend
  | 'not-a-file' // a folder, a pipe, a device, a dangling link
  | 'unreadable'
  | 'unwritable'
  | 'too-large'
  | 'broken' // not the JSON of schemas/state.schema.json
  | 'newer-version' // written by a later guestlist
  | 'other-api' // the state of another API address
  | 'other-lineage' // another state took this one's place
  | 'newer-serial' // somebody else wrote since we read
  | 'locked' // somebody else holds the lock
  | 'lock-lost' // our lock was removed while we held it
  | 'lock-mismatch' // the lock has another id than the one to unlock
  | 'lock-unsupported' // the backend has no locks
  | 'interrupted' // the caller's signal, while waiting for a lock
  | 'credentials' // 401 or 403
  | 'http-status' // another answer than the protocol knows
  | 'unreachable' // no answer
  | 'unconfirmed' // a write without an answer, that could not be confirmed by reading

/** The message names the file or address, says what to do, and never holds a secret. */
export class StateError extends Error {
  readonly code: StateErrorCode
  /** Who holds the lock, for `locked` and `lock-mismatch` where it is known. */
  readonly holder: LockInfo | null

  constructor(code: StateErrorCode, message: string, facts: { cause?: unknown; holder?: LockInfo } = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'StateError'
    this.code = code
    this.holder = facts.holder ?? null
  }
}
