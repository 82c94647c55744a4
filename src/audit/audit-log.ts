import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { GuestlistError } from '../model/error.js'
import { sha256 } from '../model/sha256.js'
import { errnoOf, reasonOf } from '../system/errno.js'
import { lockPathOf, sweepLeftovers, underLock } from '../system/lock-file.js'
import { describeHolder, type LockInfo, newLockInfo } from '../system/lock-info.js'
import { makeFolder, syncFolder } from '../system/write-file.js'
import { type AuditContext, type AuditEntry, auditContextOf, formatLine, MAX_LINE_BYTES, NO_LINE } from './entry.js'
import { type Tail, tailOf } from './lines.js'

export interface AuditOptions {
  /** The folder that relative paths are resolved against. */
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly now: () => Date
  /** Milliseconds to wait for other writers; 30,000 by default. */
  readonly lockTimeoutMs?: number
}

export interface AuditLog {
  /** The file, for messages. */
  readonly path: string
  /** Resolves once the line is in the file, and with `sync` on disk. Lines keep the order of the calls. */
  append(entry: AuditEntry, options?: { readonly sync?: boolean }): Promise<void>
  /** Resolves once everything is written. */
  close(): Promise<void>
}

interface QueuedEntry {
  readonly entry: AuditEntry
  readonly time: Date
  readonly sync: boolean
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** The file as of our last write, which spares reading its end. */
interface Known {
  readonly file: string
  readonly tail: Tail
}

/**
 * Opens the log for appending, and creates it with mode 0600 if it is missing. Several processes may append to one log:
 * each batch is written under a lock next to the file, `.NAME.lock`. The file is reopened for each batch, so that after
 * log rotation a new file with its own chain is started.
 * @throws GuestlistError if it cannot be written
 */
export async function openAudit(path: string, options: AuditOptions): Promise<AuditLog> {
  const where = resolve(options.cwd, path)
  const target = await targetOf(where).catch(failedTo(where))
  const context = auditContextOf(options.env)
  const info = newLockInfo({ operation: 'audit', path: where, version: '', now: options.now() })
  const lockTimeoutMs = options.lockTimeoutMs ?? 30_000
  let known: Known | null = null
  const writeBatch = (batch: readonly QueuedEntry[]) =>
    locked(target, lockTimeoutMs, info, async () => {
      known = await addTo(target, batch, context, known)
    }).catch(failedTo(where))
  await writeBatch([])
  await sweepLeftovers(lockPathOf(target), info)

  const waiting: QueuedEntry[] = []
  let writing: Promise<void> | null = null
  let closed = false
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0)
      await writeBatch(batch).then(
        () => batch.map(({ done }) => done()),
        error => batch.map(({ failed }) => failed(error)),
      )
    }
    writing = null
  }
  return {
    path: where,
    append: async (entry, { sync = false } = {}) => {
      if (closed) throw new GuestlistError('audit-closed', `The audit log ${where} is closed.`)
      const time = options.now()
      refuseTooLarge(formatLine(entry, context, time, { seq: Number.MAX_SAFE_INTEGER, previous: NO_LINE }), where)
      await new Promise<void>((done, failed) => {
        waiting.push({ entry, time, sync, done, failed })
        writing ??= Promise.resolve().then(drain)
      })
    },
    close: async () => {
      closed = true
      await writing
    },
  }
}

function locked(target: string, timeoutMs: number, facts: LockInfo, work: () => Promise<void>): Promise<void> {
  const waiting = { timeoutMs, firstPauseMs: 1, longestPauseMs: 20 }
  const held = (holder: LockInfo) =>
    new GuestlistError(
      'audit-locked',
      `The audit log ${target} is locked, by ${describeHolder(holder)}. ` +
        `If that process has certainly ended, remove ${lockPathOf(target)}.`,
    )
  return underLock(lockPathOf(target), { ...facts, ID: randomUUID() }, waiting, held, work)
}

async function addTo(
  target: string,
  batch: readonly QueuedEntry[],
  context: AuditContext,
  known: Known | null,
): Promise<Known> {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
  const file = await open(target, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
  try {
    const stat = await file.stat()
    if (!stat.isFile())
      throw new GuestlistError('audit-not-a-file', `The audit log ${target} is not a regular file. Check --audit-log.`)
    const id = `${stat.dev}:${stat.ino}`
    const current = known?.file === id && known.tail.size === stat.size
    if (!current) await refuseOtherFile(file, target)
    const tail = current ? known.tail : await tailOf(file)
    const { bytes, next } = formatBatch(batch, context, tail)
    await writeWhole(file, bytes, tail.size)
    if (batch.some(({ sync }) => sync)) await file.datasync()
    if (!current) await syncFolder(dirname(target))
    return { file: id, tail: next }
  } finally {
    await file.close()
  }
}

function refuseTooLarge(line: string, where: string): void {
  if (Buffer.byteLength(line) <= MAX_LINE_BYTES) return
  throw new GuestlistError(
    'audit-too-large',
    `An entry for the audit log ${where} is larger than ${MAX_LINE_BYTES} bytes. It was not written.`,
  )
}

/** A wrong path must not append lines to a manifest or a state. */
async function refuseOtherFile(file: FileHandle, target: string): Promise<void> {
  const beginning = '{"seq":'
  const { buffer, bytesRead } = await file.read(Buffer.alloc(beginning.length), 0, beginning.length, 0)
  if (beginning.startsWith(buffer.toString('latin1', 0, bytesRead))) return
  throw new GuestlistError(
    'audit-not-a-log',
    `${target} is not an audit log of guestlist. It was left as it is. Check --audit-log.`,
  )
}

function formatBatch(batch: readonly QueuedEntry[], context: AuditContext, tail: Tail): { bytes: Buffer; next: Tail } {
  let { seq, previous } = tail
  const lines = batch.map(({ entry, time }) => {
    const line = formatLine(entry, context, time, { seq, previous })
    previous = sha256(line)
    seq++
    return `${line}\n`
  })
  const bytes = Buffer.from(`${tail.torn && lines.length > 0 ? '\n' : ''}${lines.join('')}`)
  const torn = tail.torn && lines.length === 0
  return { bytes, next: { size: tail.size + bytes.length, seq, previous, torn } }
}

/** Removes the part of a failed batch that was written; if that fails too, it remains as a torn line. */
async function writeWhole(file: FileHandle, bytes: Buffer, size: number): Promise<void> {
  if (bytes.length === 0) return
  try {
    await file.appendFile(bytes)
  } catch (error) {
    await file.truncate(size).catch(() => {})
    throw error
  }
}

/** The file behind links, so that all its names share one lock. */
async function targetOf(where: string): Promise<string> {
  await makeFolder(dirname(where))
  return realpath(where).catch(async error => {
    if (errnoOf(error) !== 'ENOENT') throw error
    return join(await realpath(dirname(where)), basename(where))
  })
}

const failedTo = (where: string) => (error: unknown) => {
  if (error instanceof GuestlistError) throw error
  if (errnoOf(error) === 'ELOOP' || errnoOf(error) === 'EISDIR') {
    throw new GuestlistError('audit-not-a-file', `The audit log ${where} is not a regular file. Check --audit-log.`, {
      cause: error,
    })
  }
  throw new GuestlistError(
    'audit-unwritable',
    `Cannot write the audit log ${where}: ${reasonOf(error)}. Check the folder, its permissions and its free space.`,
    { cause: error },
  )
}
