import { emailKey } from '../model/email-address.js'
import { GuestlistError } from '../model/error.js'
import type { StateConfig } from '../model/manifest.js'
import type { RemovalRecord, RemovalRecords } from '../model/removal-record.js'
import { type Clock, systemClock } from '../system/clock.js'
import { type LockAttempt, waitForLock } from '../system/lock-file.js'
import { describeHolder, type LockInfo, newLockInfo, plain } from '../system/lock-info.js'
import type { Backend } from './backend.js'
import { httpBackend } from './http.js'
import { DEFAULT_STATE_PATH, localBackend } from './local.js'
import { postgresBackend } from './postgres.js'
import type { OpenSession } from './postgres-session.js'
import { versionedState } from './versioned-state.js'

export interface StateOptions {
  readonly apiUrl: string
  /** The folder that a relative `state.path` is resolved against. */
  readonly cwd: string
  /** `TF_HTTP_*` (see http-config.ts) and the proxy variables. */
  readonly env: NodeJS.ProcessEnv
  /** The system clock by default. */
  readonly clock?: Clock
  /** How to connect to a database; pg by default. */
  readonly openSession?: OpenSession
  readonly allowInsecureHttp?: boolean
  /** Time limit of one HTTP request in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number
  /** guestlist's version, for the lock info. */
  readonly version?: string
}

export interface LockRequest {
  /** The operation that others see in the lock info, such as `apply`. */
  readonly operation: string
  /** Milliseconds to wait for a held lock; 0 means not at all. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly onWait?: (holder: LockInfo) => void
  /** Called when the lock of a process that has ended on this machine is taken over. */
  readonly onTakeover?: (holder: LockInfo) => void
}

export interface StateLock {
  readonly info: LockInfo
  /**
   * Aborts when the backend notices that we no longer hold the lock: nothing new may start then. Local and http states
   * never abort it; they refuse the next write.
   */
  readonly lost: AbortSignal
  /** Whether we still hold it, as far as the backend knows; if not, `lost` aborts. Checked before each action. */
  isHeld(): boolean
  /** May be called more than once. */
  release(): Promise<void>
}

/** The remembered removals. Every failure is a GuestlistError; writes are durable once their call resolves. */
export interface StateStore {
  /** Path or address for messages, without credentials. */
  readonly description: string
  /** False for an http backend without a lock address: `lock` then does nothing, as in Terraform. */
  readonly canLock: boolean
  read(): Promise<RemovalRecords>
  /** The state's lineage as of the last read or write; null if there was no state yet. */
  lineage(): string | null
  record(email: string, record: RemovalRecord): Promise<void>
  /** @return the addresses that had been remembered */
  forget(emails: readonly string[]): Promise<readonly string[]>
  /** Writes the state unchanged, to prove before the first removal that writing works. */
  checkWritable(): Promise<void>
  /** Why `checkWritable` would fail, as far as can be told without writing; null if no reason is known. */
  whyUnwritable(): Promise<string | null>
  lock(request: LockRequest): Promise<StateLock>
  /** Who currently holds the lock; null if nobody does; `unknown` if the backend cannot tell without taking it. Changes nothing. */
  holder(): Promise<LockInfo | null | 'unknown'>
  /** Removes a lock by force. @return its holder, if the backend knows it */
  unlock(id: string): Promise<LockInfo | null>
}

/** @throws GuestlistError `config` */
export function openState(config: StateConfig, options: StateOptions): StateStore {
  const { clock = systemClock } = options
  const backend = backendOf(config, options, clock)
  const newInfo = (operation: string): LockInfo =>
    newLockInfo({ operation, path: backend.description, version: options.version ?? '', now: new Date(clock.now()) })
  let held: LockInfo | null = null
  const versions = versionedState(backend, options.apiUrl, () => held?.ID ?? null)
  return {
    description: backend.description,
    canLock: backend.canLock,
    read: () => versions.read(),
    lineage: () => versions.lineage(),
    record: (email, record) => versions.update(removals => removals.set(emailKey(email), record)),
    forget: async emails => {
      const keys = emails.map(emailKey)
      const known = await versions.read()
      const found = [...new Set(keys)].filter(key => known.has(key))
      if (found.length > 0) await versions.update(removals => found.map(key => removals.delete(key)))
      return found
    },
    checkWritable: () => versions.update(() => {}),
    whyUnwritable: () => backend.whyUnwritable(),
    lock: async request => {
      const info = newInfo(request.operation)
      const { lost = new AbortController().signal, isHeld = () => true } = await acquire(backend, info, request, clock)
      if (backend.canLock) held = info
      return {
        info,
        lost,
        isHeld,
        release: async () => {
          if (held !== info) return
          held = null
          await backend.unlock(info)
        },
      }
    },
    holder: () => backend.holder(),
    unlock: id => forceUnlock(backend, id, newInfo('unlock')),
  }
}

/** Loads the package only if the state is in PostgreSQL: loading it takes longer than a small plan. */
const openSession: OpenSession = async (config, where) =>
  (await import('./postgres-session.js')).openSession(config, where)

function backendOf(config: StateConfig, options: StateOptions, clock: Clock): Backend {
  if (config.backend === 'postgres')
    return postgresBackend(config, { env: options.env, open: options.openSession ?? openSession, clock })
  if (config.backend === 'http') return httpBackend(config, options)
  return localBackend(config.path ?? DEFAULT_STATE_PATH, options.cwd)
}

async function acquire(backend: Backend, info: LockInfo, request: LockRequest, clock: Clock): Promise<Acquired> {
  if (!backend.canLock) return { kind: 'acquired', tookOverFrom: null }
  const { firstPauseMs, longestPauseMs } = backend
  const result = await waitForLock(() => backend.tryLock(info), { ...request, firstPauseMs, longestPauseMs, clock })
  if (result.kind === 'interrupted')
    throw new GuestlistError('state-interrupted', 'Interrupted while waiting for the lock. Nothing was changed.')
  if (result.kind === 'held') throw locked(backend, result, request.timeoutMs)
  if (result.tookOverFrom !== null) request.onTakeover?.(result.tookOverFrom)
  return result
}

type Acquired = Extract<LockAttempt, { kind: 'acquired' }>
type HeldByOther = Extract<LockAttempt, { kind: 'held' }>

function locked(backend: Backend, { holder, where }: HeldByOther, timeoutMs: number): GuestlistError {
  const waited = timeoutMs === 0 ? '' : ` after ${timeoutMs / 1000} s of waiting`
  const unlock =
    holder.ID === '' ? `remove its lock by hand: ${where}` : `unlock it: guestlist state unlock ${plain(holder.ID)}`
  return new GuestlistError(
    'state-locked',
    `The state ${backend.description} is locked${waited}, by ${describeHolder(holder)}. ` +
      `Wait for that run to end (--lock-timeout). If it has certainly ended, ${unlock}`,
  )
}

async function forceUnlock(backend: Backend, id: string, remover: LockInfo): Promise<LockInfo | null> {
  if (!backend.canLock) {
    throw new GuestlistError(
      'state-lock-unsupported',
      `The state ${backend.description} has no locks: no lock address is set. There is nothing to unlock.`,
    )
  }
  const { removed, holder } = await backend.forceUnlock(id, remover)
  if (removed) return holder
  const there = holder === null ? 'It is not locked.' : `It is locked by ${describeHolder(holder)}.`
  throw new GuestlistError(
    'state-lock-mismatch',
    `The state ${backend.description} has no lock with the id ${JSON.stringify(id)}. ${there}`,
  )
}
