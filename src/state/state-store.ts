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
  /** What a relative `state.path` is relative to. */
  readonly cwd: string
  /** `TF_HTTP_*` (see http-config.ts) and the proxy variables. */
  readonly env: NodeJS.ProcessEnv
  /** By default the system's. */
  readonly clock?: Clock
  /** How to connect to a database; by default as pg does. */
  readonly openSession?: OpenSession
  readonly allowInsecureHttp?: boolean
  /** Of one HTTP request, in milliseconds; default 30,000. */
  readonly timeoutMs?: number
  /** Of guestlist, for the lock's holder. */
  readonly version?: string
}

export interface LockRequest {
  /** What the lock is for, as others see it: `apply`. */
  readonly operation: string
  /** Milliseconds to wait for a held lock; 0: not at all. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly onWait?: (holder: LockInfo) => void
  /** The lock of a process that has ended on this machine was taken over. */
  readonly onTakeover?: (holder: LockInfo) => void
}

export interface StateLock {
  readonly info: LockInfo
  /**
   * Aborts when the backend finds that the lock is ours no longer: nothing new may start then. A local or http state
   * never aborts it; they refuse the next write.
   */
  readonly lost: AbortSignal
  /** Whether it is still ours as far as the backend could tell lately; where not, `lost` aborts. To be asked before each start. */
  isHeld(): boolean
  /** May be called more than once. */
  release(): Promise<void>
}

/** Removals remembered. Every failure is a GuestlistError; whatever is durable is so before its call resolves. */
export interface StateStore {
  /** Path or address, for people; holds no credentials. */
  readonly description: string
  /** False for an http backend without a lock address: `lock` then does nothing, as in Terraform. */
  readonly canLock: boolean
  read(): Promise<RemovalRecords>
  /** Which state it is, as of the last read or write; null where there was none yet. */
  lineage(): string | null
  record(email: string, record: RemovalRecord): Promise<void>
  /** @return the addresses that were remembered until now */
  forget(emails: readonly string[]): Promise<readonly string[]>
  /** Writes the state as it is: shows before the first removal that writing works. */
  checkWritable(): Promise<void>
  /** Why `checkWritable` would fail, as far as that shows without writing; null where nothing is known against it. */
  whyUnwritable(): Promise<string | null>
  lock(request: LockRequest): Promise<StateLock>
  /** Who holds the lock now, null where nobody does; `unknown` where the backend cannot tell without taking it. Changes nothing. */
  holder(): Promise<LockInfo | null | 'unknown'>
  /** Removes a lock by force. @return its holder, where the backend knows it */
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

/** The package for it is loaded by those alone whose state is there: loading it takes longer than a small plan. */
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
