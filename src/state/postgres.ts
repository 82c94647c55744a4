import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { GuestlistError } from '../model/error.js'
import type { StateConfig } from '../model/manifest.js'
import type { LockAttempt } from '../system/lock-file.js'
import { type LockInfo, parseLockInfo } from '../system/lock-info.js'
import type { Backend } from './backend.js'
import { MAX_STATE_BYTES } from './document.js'
import { type PostgresConfig, postgresConfigOf } from './postgres-config.js'
import { CREATE_TABLE } from './postgres-error.js'
import { holderPid, type Key, lockKey, POOLER, type Watch, watchLock } from './postgres-lock.js'
import { openSession, type Session } from './postgres-session.js'

/** What holds the lock: the connection, which is its proof, and the one that writes. */
interface Held extends Watch {
  readonly session: Session
  readonly key: Key
  readonly id: string
}

/**
 * One row of the table guestlist_state. The lock is an advisory lock of the session, so it ends with its connection;
 * the row's `lock` only says who has it.
 */
export function postgresBackend({ name }: StateConfig, env: NodeJS.ProcessEnv): Backend {
  if (name === undefined || name === '') {
    throw new GuestlistError('state-config', 'The postgres state has no name. Set state.name in the manifest.')
  }
  const config = postgresConfigOf(env)
  const where = `${config.host}:${config.port}/${config.database}`
  const store: Store = { name, config, where, description: `postgres://${where}#${name}` }
  let held: Held | null = null
  const locked = (id: string): Session => {
    if (held?.id === id && held.isHeld()) return held.session
    throw lockLost(store, id)
  }
  return {
    description: store.description,
    canLock: true,
    firstPauseMs: 50,
    longestPauseMs: 1_000,
    read: () =>
      held === null || held.lost.aborted
        ? withSession(store, session => read(store, session))
        : read(store, held.session),
    write: (bytes, id) =>
      id === null
        ? withSession(store, session => writeUnlocked(store, session, bytes))
        : write(store, locked(id), bytes, id),
    pauseBeforeRepeat: async repeats => {
      if (repeats >= 2 || held?.lost.aborted === true) return false
      await sleep(500 * 2 ** repeats)
      return true
    },
    async tryLock(info) {
      const { attempt, taken } = await tryLock(store, info)
      held = taken ?? held
      return attempt
    },
    holder: () => withSession(store, session => currentHolder(store, session)),
    async unlock(info) {
      const ours = held
      held = null
      return ours !== null && release(store, ours, info)
    },
    forceUnlock: id => withSession(store, session => forceUnlock(store, session, id)),
  }
}

interface Store {
  readonly name: string
  readonly config: PostgresConfig
  /** Host, port and database. */
  readonly where: string
  readonly description: string
}

async function withSession<T>({ config, where }: Store, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(config, where)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

const TABLE = `SELECT to_regclass('guestlist_state')::oid::text AS oid`

async function tableOid(session: Session): Promise<string | null> {
  return (await session.query<{ oid: string | null }>(TABLE))[0]?.oid ?? null
}

async function read(store: Store, session: Session): Promise<Uint8Array | null> {
  if ((await tableOid(session)) === null) return null
  const [row] = await session.query<{ size: number | null; text: string | null }>(
    `SELECT octet_length(document::text) AS size, CASE WHEN octet_length(document::text) <= $2 THEN document::text END AS text
     FROM guestlist_state WHERE name = $1`,
    [store.name, MAX_STATE_BYTES],
  )
  if (row === undefined || row.size === null) return null
  if (row.text !== null) return new TextEncoder().encode(row.text)
  throw new GuestlistError(
    'state-too-large',
    `The state ${store.description} has ${row.size} bytes, more than ${MAX_STATE_BYTES}: this is no state of guestlist.`,
  )
}

/** The table's oid; the table is made where it is missing. */
async function ensureTable(session: Session): Promise<string> {
  const there = await tableOid(session)
  if (there !== null) return there
  let cause: unknown
  try {
    await session.query(CREATE_TABLE)
  } catch (error) {
    // Somebody else may have made it at the same moment, which PostgreSQL tells as an error.
    cause = error
  }
  const oid = await tableOid(session)
  if (oid !== null) return oid
  const why = cause instanceof Error ? cause.message : 'It is not in the search_path.'
  throw new GuestlistError('state-credentials', `The table guestlist_state cannot be made. ${why}`, {
    cause,
    advice: `Have it made:\n${CREATE_TABLE};`,
  })
}

/** One statement: what it compares is true when it writes. */
const WRITE = `
  UPDATE guestlist_state SET serial = $2, lineage = $3, document = $4::jsonb, updated_at = now()
  WHERE name = $1 AND (document IS NULL OR (serial < $2 AND lineage = $3)) AND ($5::text IS NULL OR lock->>'ID' = $5)`

async function write(store: Store, session: Session, bytes: Uint8Array, lockId: string | null): Promise<void> {
  const text = new TextDecoder().decode(bytes)
  const { serial, lineage }: { serial: number; lineage: string } = JSON.parse(text)
  const rows = await session
    .query<{ name: string }>(`${WRITE} RETURNING name`, [store.name, serial, lineage, text, lockId])
    .catch((error: GuestlistError) => {
      throw error.code === 'state-unreachable' ? unconfirmed(store, error) : error
    })
  if (rows.length === 1) return
  const [row] = await session.query<{ lock: string | null; serial: string }>(
    'SELECT lock::text, serial FROM guestlist_state WHERE name = $1',
    [store.name],
  )
  if (lockId !== null && parseLockInfo(row?.lock ?? '').ID !== lockId) throw lockLost(store, lockId)
  throw new GuestlistError(
    'state-newer-serial',
    `The state ${store.description} was written by somebody else: it has serial ${row?.serial ?? 'none'}, and ${serial} was to be written. ` +
      'Nothing was overwritten. Run again, one run at a time.',
  )
}

/** Without a lock of ours nobody else may have one, for as long as the write takes. */
async function writeUnlocked(store: Store, session: Session, bytes: Uint8Array): Promise<void> {
  const { key } = await row(store, session)
  await session.query('BEGIN')
  const [got] = await session.query<{ ours: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS ours', [key.key])
  if (got?.ours !== true) {
    throw new GuestlistError(
      'state-locked',
      `The state ${store.description} is locked by somebody else. Nothing was written. Run again when that run has ended.`,
    )
  }
  await write(store, session, bytes, null)
  await session.query('COMMIT').catch((error: GuestlistError) => {
    throw error.code === 'state-unreachable' ? unconfirmed(store, error) : error
  })
}

/** Makes sure of the table and the row. */
async function row(store: Store, session: Session): Promise<{ key: Key }> {
  const key = lockKey(await ensureTable(session), store.name)
  await session.query('INSERT INTO guestlist_state (name) VALUES ($1) ON CONFLICT (name) DO NOTHING', [store.name])
  return { key }
}

async function holderOf(store: Store, session: Session): Promise<LockInfo> {
  const [row] = await session.query<{ lock: string | null }>('SELECT lock::text FROM guestlist_state WHERE name = $1', [
    store.name,
  ])
  return parseLockInfo(row?.lock ?? '')
}

/** The row may name a holder whose connection, and so whose lock, has ended. */
async function currentHolder(store: Store, session: Session): Promise<LockInfo | null> {
  const oid = await tableOid(session)
  if (oid === null || (await holderPid(session, lockKey(oid, store.name))) === null) return null
  return holderOf(store, session)
}

async function tryLock(store: Store, info: LockInfo): Promise<{ attempt: LockAttempt; taken: Held | null }> {
  const session = await openSession(store.config, store.where)
  try {
    const { key } = await row(store, session)
    const pid = await refusePooler(store, session, key)
    const [got] = await session.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [key.key])
    const before = await holderOf(store, session)
    if (got?.ours !== true) {
      await session.close()
      return { attempt: { kind: 'held', holder: before, where: store.description }, taken: null }
    }
    await session.query('UPDATE guestlist_state SET lock = $2::jsonb, updated_at = now() WHERE name = $1', [
      store.name,
      JSON.stringify(info),
    ])
    const watch = watchLock(session, key, pid, store.description)
    const tookOverFrom = before.ID === '' ? null : before
    return {
      attempt: { kind: 'acquired', tookOverFrom, lost: watch.lost, isHeld: watch.isHeld },
      taken: { ...watch, session, key, id: info.ID },
    }
  } catch (error) {
    await session.close()
    throw error
  }
}

/**
 * A pooler that gives this connection's process of the server to others too would let two hold one lock, for to the server
 * they are one session. Where the process is not the one that was announced there is a pooler: then a second
 * connection looks whether it finds what the first left behind.
 */
async function refusePooler(store: Store, session: Session, key: Key): Promise<number> {
  const mark = randomUUID()
  const [row] = await session.query<{ pid: number }>(
    `SELECT pg_backend_pid() AS pid, set_config('guestlist.session', $1, false)`,
    [mark],
  )
  const pid = row?.pid ?? 0
  if ((await holderPid(session, key)) === pid) throw pooled(store)
  if (pid === session.announcedPid) return pid
  await withSession(store, async second => {
    const [seen] = await second.query<{ mark: string | null; pid: number }>(
      `SELECT current_setting('guestlist.session', true) AS mark, pg_backend_pid() AS pid`,
    )
    if (seen?.mark === mark || seen?.pid === pid) throw pooled(store)
  })
  return pid
}

function pooled({ where }: Store): GuestlistError {
  return new GuestlistError('state-lock-unsupported', `The state cannot be locked at ${where}: ${POOLER}.`)
}

/** @return false where the lock was lost before */
async function release(store: Store, ours: Held, { ID }: LockInfo): Promise<boolean> {
  const lost = ours.lost.aborted
  await ours.stop()
  try {
    if (!lost) {
      await ours.session.query(`UPDATE guestlist_state SET lock = NULL WHERE name = $1 AND lock->>'ID' = $2`, [
        store.name,
        ID,
      ])
    }
  } catch {
    // The lock ends with its connection, whether the row could be told or not.
  }
  await ours.session.close()
  return !lost
}

/** The holder's connection is ended: it finds out within a second, and starts nothing more. */
async function forceUnlock(
  store: Store,
  session: Session,
  id: string,
): Promise<{ removed: boolean; holder: LockInfo | null }> {
  const oid = await tableOid(session)
  if (oid === null) return { removed: false, holder: null }
  const key = lockKey(oid, store.name)
  const pid = await holderPid(session, key)
  if (pid === null) return { removed: false, holder: null }
  const holder = await holderOf(store, session)
  if (holder.ID !== id) return { removed: false, holder }
  await session.query('SELECT pg_terminate_backend($1)', [pid])
  for (let tries = 0; tries < 50 && (await holderPid(session, key)) === pid; tries++) await sleep(100)
  return { removed: (await holderPid(session, key)) !== pid, holder }
}

function lockLost({ description }: Store, id: string): GuestlistError {
  return new GuestlistError(
    'state-lock-lost',
    `The state ${description} is no longer locked by this run (id ${id}). Nothing was written. ` +
      'Find out what ended its connection, and run again.',
  )
}

function unconfirmed({ description }: Store, cause: GuestlistError): GuestlistError {
  return new GuestlistError(
    'state-unconfirmed',
    `The state ${description} may not have been written: ${cause.message} ` +
      'Look at it with: guestlist state list. A removal that it misses is asked again by the next apply.',
    { cause },
  )
}
