import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../model/api-error.js'

const POLL_MS = 50
const WRITING_MS = 5000

interface Holder {
  readonly id: string
  readonly pid: number
  readonly host: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * Runs `action` while this process alone holds the lock file at `path`. The lock of a process that is dead on this
 * host, or of another host and older than `maxHoldMs`, is taken over.
 * @throws ApiError `credentials` when the lock is not free within `maxHoldMs`
 */
export async function withFileLock<T>(path: string, maxHoldMs: number, action: () => Promise<T>): Promise<T> {
  const id = randomUUID()
  const deadline = Date.now() + maxHoldMs
  while (!(await tryLock(path, id))) {
    await breakIfStale(path, maxHoldMs)
    if (Date.now() > deadline) throw busy(path)
    await sleep(POLL_MS)
  }
  try {
    return await action()
  } finally {
    // One that was taken over meanwhile belongs to another process.
    if ((await read(path))?.id === id) await rm(path, { force: true })
  }
}

async function tryLock(path: string, id: string): Promise<boolean> {
  const holder: Holder = { id, pid: process.pid, host: hostname(), at: Date.now() }
  try {
    await writeFile(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function breakIfStale(path: string, maxHoldMs: number): Promise<void> {
  const holder = await read(path)
  if (holder === null ? !(await isAbandoned(path)) : !isStale(holder, maxHoldMs)) return
  // Moved aside first: of two processes that see the same dead holder, one moves it.
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  // Between the look and the move another process may have taken it over: then it gets its lock back.
  const moved = await read(aside)
  if (moved !== null && moved.id !== holder?.id) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

/** A file without a holder is being written, unless its writer died on the way. */
async function isAbandoned(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
  return Date.now() - mtimeMs > WRITING_MS
}

function isStale(holder: Holder, maxHoldMs: number): boolean {
  if (holder.host !== hostname()) return Date.now() - holder.at > maxHoldMs
  return !isAlive(holder.pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Null where there is none, or it is just being written. */
async function read(path: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return null
  }
}

const busy = (path: string): ApiError =>
  new ApiError('Another guestlist process is renewing the login and does not finish', {
    kind: 'credentials',
    advice: `Try again. If no other process runs, delete ${path}.`,
  })
