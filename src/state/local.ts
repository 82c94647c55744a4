import { constants } from 'node:fs'
import { access, type FileHandle, lstat, open, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { ErrorCode } from '../model/codes.gen.js'
import { GuestlistError } from '../model/error.js'
import { errnoOf, reasonOf } from '../system/errno.js'
import { lockPathOf, readLock, removeLock, sweepLeftovers, tryLock } from '../system/lock-file.js'
import { makeFolder, writeDurably } from '../system/write-file.js'
import type { Backend } from './backend.js'
import { MAX_STATE_BYTES } from './document.js'

export const DEFAULT_STATE_PATH = 'guestlist.state.json'

/**
 * A file, with `.NAME.lock` next to it while it is locked. Links are followed, so that all names of a state
 * share one lock and a write replaces the file, not the link.
 */
export function localBackend(path: string, cwd: string): Backend {
  const where = resolve(cwd, path)
  const failed = (code: ErrorCode, doing: string) => (error: unknown) => {
    if (error instanceof GuestlistError) throw error
    const advice =
      code === 'state-unwritable' ? 'Check the folder, its permissions and its free space' : 'Check its permissions'
    throw new GuestlistError(code, `Cannot ${doing} ${where}: ${reasonOf(error)}. ${advice}.`, { cause: error })
  }
  const lockPath = () => writableTarget(where).then(lockPathOf)
  return {
    description: where,
    canLock: true,
    firstPauseMs: 50,
    longestPauseMs: 1_000,
    read: () => readState(where).catch(failed('state-unreadable', 'read the state')),
    write: (bytes, lockId) => write(where, bytes, lockId).catch(failed('state-unwritable', 'write the state')),
    whyUnwritable: () => whyUnwritable(where),
    pauseBeforeRepeat: async () => false,
    tryLock: async info => {
      const lock = await lockPath()
      const attempt = await tryLock(lock, info).catch(failed('state-unwritable', 'lock the state'))
      if (attempt.kind === 'acquired') await sweepLeftovers(lock, info)
      return attempt
    },
    // Not `lockPath`, which would create the folder.
    holder: () =>
      targetOf(where)
        .then(target => readLock(lockPathOf(target ?? where)))
        .catch(failed('state-unreadable', 'read the lock of')),
    unlock: async info =>
      removeLock(await lockPath(), info.ID, info).catch(failed('state-unwritable', 'unlock the state')),
    forceUnlock: async (id, remover) => {
      const lock = await lockPath()
      const holder = await readLock(lock).catch(failed('state-unreadable', 'read the lock of'))
      if (holder === null || holder.ID !== id) return { removed: false, holder }
      return {
        removed: await removeLock(lock, id, remover).catch(failed('state-unwritable', 'unlock the state')),
        holder,
      }
    },
  }
}

async function readState(where: string): Promise<Uint8Array | null> {
  const target = await targetOf(where)
  if (target === null) return null
  // O_NONBLOCK avoids waiting for a writer if it is a pipe.
  const file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return await readRegularFile(file, where)
  } finally {
    await file.close()
  }
}

async function readRegularFile(file: FileHandle, where: string): Promise<Uint8Array> {
  const stat = await file.stat()
  if (!stat.isFile()) throw notAFile(where, 'is not a regular file')
  if (stat.size > MAX_STATE_BYTES) {
    throw new GuestlistError(
      'state-too-large',
      `The state ${where} has ${stat.size} bytes, more than ${MAX_STATE_BYTES}: this is not a state of guestlist. Check the path.`,
    )
  }
  return file.readFile()
}

async function write(where: string, bytes: Uint8Array, lockId: string | null): Promise<void> {
  const target = await writableTarget(where)
  if (lockId !== null && (await readLock(lockPathOf(target)))?.ID !== lockId) {
    throw new GuestlistError(
      'state-lock-lost',
      `The lock of ${where} was removed while this run held it (id ${lockId}). Nothing was written. ` +
        'Find out who unlocked it, and run again.',
    )
  }
  await writeDurably(target, bytes)
}

/** A write creates a file next to the state, and creates a missing folder in its parent. */
async function whyUnwritable(where: string): Promise<string | null> {
  const folder = dirname((await targetOf(where)) ?? where)
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    return errnoOf(error) === 'ENOENT' && folder !== where ? whyUnwritable(folder) : `${folder}: ${reasonOf(error)}`
  }
}

/** The file behind links; null if there is none. */
async function targetOf(where: string): Promise<string | null> {
  try {
    return await realpath(where)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
    if (await isLink(where)) throw notAFile(where, 'is a symbolic link to nothing')
    return null
  }
}

/** The file to write. A missing folder is created. */
async function writableTarget(where: string): Promise<string> {
  const target = await targetOf(where).catch(linkLoop(where))
  if (target !== null) return target
  await makeFolder(dirname(where)).catch(error => {
    throw new GuestlistError(
      'state-unwritable',
      `Cannot make the folder of the state ${where}: ${reasonOf(error)}. Check state.path.`,
      { cause: error },
    )
  })
  return join(await realpath(dirname(where)), basename(where))
}

const linkLoop = (where: string) => (error: unknown) => {
  if (error instanceof GuestlistError) throw error
  throw new GuestlistError(
    'state-unwritable',
    `Cannot reach the state ${where}: ${reasonOf(error)}. Check state.path.`,
    {
      cause: error,
    },
  )
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    stat => stat.isSymbolicLink(),
    () => false,
  )
}

function notAFile(where: string, what: string): GuestlistError {
  return new GuestlistError('state-not-a-file', `The state ${where} ${what}. It was left as it is. Check state.path.`)
}
