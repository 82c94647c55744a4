import { GuestlistError } from '../model/error.js'
import { parseLockInfo } from '../system/lock-info.js'
import { MAX_STATE_BYTES } from './document.js'
import type { PostgresConfig } from './postgres-config.js'
import { type Key, lockKey } from './postgres-lock.js'
import type { OpenSession, Session } from './postgres-session.js'

/** Shown to users whose role may not create the table. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS guestlist_state (
  name text PRIMARY KEY,
  serial bigint NOT NULL DEFAULT 0,
  lineage text,
  document jsonb,
  lock jsonb,
  updated_at timestamptz NOT NULL DEFAULT now()
)`

/** One state: a row of the table guestlist_state. */
export interface StateRow {
  readonly name: string
  readonly config: PostgresConfig
  readonly open: OpenSession
  /** Host, port and database. */
  readonly where: string
  readonly description: string
}

export async function withSession<T>(
  { open, config, where }: StateRow,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await open(config, where)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

const TABLE = `SELECT to_regclass('guestlist_state')::oid::text AS oid`

export async function tableOid(session: Session): Promise<string | null> {
  return (await session.query<{ oid: string | null }>(TABLE))[0]?.oid ?? null
}

export async function read(store: StateRow, session: Session): Promise<Uint8Array | null> {
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
    `The state ${store.description} has ${row.size} bytes, more than ${MAX_STATE_BYTES}: this is not a state of guestlist.`,
  )
}

/** Whether a write would work: rights on the table, or to create it, and a server that accepts writes. */
const MAY_WRITE = `SELECT current_setting('transaction_read_only') = 'on' AS readonly,
  CASE WHEN to_regclass('guestlist_state') IS NULL THEN has_schema_privilege(current_schema(), 'CREATE')
    ELSE has_table_privilege('guestlist_state', 'INSERT') AND has_table_privilege('guestlist_state', 'UPDATE') END AS allowed`

export async function whyUnwritable(session: Session): Promise<string | null> {
  const [row] = await session.query<{ readonly: boolean; allowed: boolean | null }>(MAY_WRITE)
  if (row?.readonly === true) return 'the server accepts no writes (it is a standby, or its transactions are read-only)'
  if (row?.allowed === true) return null
  return 'the role may not write the table guestlist_state, nor create it where it is missing (GRANT SELECT, INSERT, UPDATE ON guestlist_state)'
}

/** The table's oid. A missing table is created. */
async function ensureTable(session: Session): Promise<string> {
  const there = await tableOid(session)
  if (there !== null) return there
  let cause: unknown
  try {
    await session.query(CREATE_TABLE)
  } catch (error) {
    // Another session may have created it at the same moment, which PostgreSQL reports as an error.
    cause = error
  }
  const oid = await tableOid(session)
  if (oid !== null) return oid
  const why = cause instanceof Error ? cause.message : 'It is not in the search_path.'
  throw new GuestlistError('state-credentials', `The table guestlist_state cannot be created. ${why}`, {
    cause,
    advice: `Have it created:\n${CREATE_TABLE};`,
  })
}

/** A single statement, so that what it compares still holds when it writes. */
const WRITE = `
  UPDATE guestlist_state SET serial = $2, lineage = $3, document = $4::jsonb, updated_at = now()
  WHERE name = $1 AND (document IS NULL OR (serial < $2 AND lineage = $3)) AND ($5::text IS NULL OR lock->>'ID' = $5)`

export async function write(
  store: StateRow,
  session: Session,
  bytes: Uint8Array,
  lockId: string | null,
): Promise<void> {
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

/** Writes without holding the lock, provided that nobody else holds it during the write. */
export async function writeUnlocked(store: StateRow, session: Session, bytes: Uint8Array): Promise<void> {
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

/** Creates the table and the row if they are missing. */
export async function row(store: StateRow, session: Session): Promise<{ key: Key }> {
  const key = lockKey(await ensureTable(session), store.name)
  await session.query('INSERT INTO guestlist_state (name) VALUES ($1) ON CONFLICT (name) DO NOTHING', [store.name])
  return { key }
}

export function lockLost({ description }: StateRow, id: string): GuestlistError {
  return new GuestlistError(
    'state-lock-lost',
    `The state ${description} is no longer locked by this run (id ${id}). Nothing was written. ` +
      'Find out what ended its connection, and run again.',
  )
}

function unconfirmed({ description }: StateRow, cause: GuestlistError): GuestlistError {
  return new GuestlistError(
    'state-unconfirmed',
    `The state ${description} may not have been written: ${cause.message} ` +
      'Look at it with: guestlist state list. The next apply requests any removal that it lacks again.',
    { cause },
  )
}
