import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { link, lstat, open, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../model/sha256.js'
import { type Clock, systemClock } from './clock.js'
import { errnoOf } from './errno.js'
import { type LockInfo, parseLockInfo } from './lock-info.js'
import { hasEnded } from './process.js'

/*
 * A lock is a file that exists. link(2) makes it appear with its content, so nobody sees a partial one.
 *
 * An existing lock is only changed by the holder of a second lock, the claim, whose name is derived from the first
 * lock's id. So if two processes find the same dead lock, one wins the claim, and the other, if it claims later, sees
 * that the lock is no longer the one it judged. rename(2) replaces the lock with the claim, so there is no moment
 * without a lock between the dead one and the new one. A claim whose holder died is taken over in the same way.
 */

/** The path of a file's lock, which is in the same folder. */
export const lockPathOf = (file: string): string => join(dirname(file), `.${basename(file)}.lock`)

/** A lock file is small; anything larger is not one. */
const MAX_LOCK_BYTES = 64 * 1024
/** Errors of file systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])
/** Milliseconds to wait for another process to change the same lock; a change takes less than one. */
const CLAIM_TIMEOUT_MS = 5_000

export type LockAttempt =
  /**
   * `lost` aborts when the backend notices that we no longer hold the lock; absent if it cannot know. `isHeld` says
   * whether the lock was proven recently, and aborts `lost` if not.
   */
  | {
      readonly kind: 'acquired'
      readonly tookOverFrom: LockInfo | null
      readonly lost?: AbortSignal
      readonly isHeld?: () => boolean
    }
  /** `where`: the file or address of the lock, for messages. A lock without an id can only be removed there. */
  | { readonly kind: 'held'; readonly holder: LockInfo; readonly where: string }

/** One attempt, without waiting. `isDead` decides whether a lock may be taken over. @throws system errors */
export async function tryLock(
  path: string,
  info: LockInfo,
  isDead: (holder: LockInfo) => boolean = hasEnded,
): Promise<LockAttempt> {
  for (;;) {
    const holder = await readLock(path)
    if (holder === null) {
      if (await create(path, info)) return { kind: 'acquired', tookOverFrom: null }
    } else if (!isDead(holder)) {
      return { kind: 'held', holder, where: path }
    } else {
      const claim = claimOf(path, holder.ID)
      const claimed = await tryLock(claim, info)
      if (claimed.kind === 'held') return claimed
      if ((await readLock(path))?.ID === holder.ID) {
        await rename(claim, path)
        return { kind: 'acquired', tookOverFrom: holder }
      }
      await unlink(claim)
    }
  }
}

export interface Waiting {
  /** Milliseconds; 0 means a single attempt. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Called once if the first attempt finds the lock held. */
  readonly onWait?: ((holder: LockInfo) => void) | undefined
  /** Milliseconds before the second attempt; doubles with each attempt. */
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  readonly clock?: Clock
}

/**
 * Tries until it gets the lock or the time is up; the last attempt is made when the time is up.
 * @return `held` if the time is up, `interrupted` if the signal aborts
 */
export async function waitForLock(
  attempt: () => Promise<LockAttempt>,
  waiting: Waiting,
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
    // Jittered, so that waiters do not all try at the same moment.
    await clock.sleep(Math.min(left, pause * (0.5 + clock.random() / 2)), waiting.signal)
  }
}

/**
 * Runs `work` while this process alone holds the lock file at `path`.
 * @throws the result of `held` if the lock was not free in time
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

/** Removes the lock if it has this id. @return whether it did */
export async function removeLock(path: string, id: string, remover: LockInfo): Promise<boolean> {
  const claim = claimOf(path, id)
  for (const until = Date.now() + CLAIM_TIMEOUT_MS; (await tryLock(claim, remover)).kind === 'held'; await sleep(10)) {
    if (Date.now() > until) return false
  }
  try {
    if ((await readLock(path))?.ID !== id) return false
    await unlink(path)
    return true
  } finally {
    await unlink(claim)
  }
}

/** Null if there is no lock. Anything that cannot be read as a lock is a lock with an unknown holder. */
export async function readLock(path: string): Promise<LockInfo | null> {
  try {
    // Neither follows a planted link nor waits for a pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_LOCK_BYTES), 0, MAX_LOCK_BYTES, null)
      return parseLockInfo(buffer.toString('utf8', 0, bytesRead))
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    if (errnoOf(error) === 'ELOOP' || errnoOf(error) === 'EISDIR') return parseLockInfo('')
    throw error
  }
}

/** @return false if the path already exists */
async function create(path: string, info: LockInfo): Promise<boolean> {
  const content = `${JSON.stringify(info)}\n`
  const temp = `${path}.${randomUUID()}`
  try {
    await writeFile(temp, content, { flag: 'wx', mode: 0o600 })
    return await link(temp, path).then(
      () => true,
      error => afterNoLink(error, path, content),
    )
  } finally {
    await rm(temp, { force: true })
  }
}

function afterNoLink(error: unknown, path: string, content: string): Promise<boolean> | false {
  if (errnoOf(error) === 'EEXIST') return false
  if (NO_LINKS.has(errnoOf(error) ?? '')) return createInPlace(path, content)
  throw error
}

/** Without hard links, still only one process can create it, but it may briefly be seen empty (unknown holder). */
async function createInPlace(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

/** What `create` or a claim leaves behind if its process is killed at that moment. */
const LEFTOVER = /\.(?:(?<temp>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|[0-9a-f]{16})$/
/** An unreadable lock that is younger than this may still be being written. */
const WRITING_MS = 60_000

/** Removes leftovers of killed processes next to a lock. Best effort: it never rejects. */
export async function sweepLeftovers(path: string, remover: LockInfo): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => [])
  for (const name of names) {
    const leftover = name.startsWith(`${basename(path)}.`) ? LEFTOVER.exec(name) : null
    if (leftover !== null)
      await sweep(join(dirname(path), name), leftover.groups?.temp !== undefined, remover).catch(() => {})
  }
}

async function sweep(file: string, isTemp: boolean, remover: LockInfo): Promise<void> {
  const holder = await readLock(file)
  if (holder === null) return
  const dead = holder.ID === '' ? Date.now() - (await lstat(file)).mtimeMs > WRITING_MS : hasEnded(holder)
  if (!dead) return
  // Only its writer knows about a temporary file; a claim may be taken over by another process at this moment.
  if (isTemp) await unlink(file)
  else await removeLock(file, holder.ID, remover)
}

/** Ids are hashed, because they may come from a file that somebody else wrote. */
function claimOf(path: string, id: string): string {
  return `${path}.${sha256(id).slice(0, 16)}`
}
