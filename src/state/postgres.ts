import { randomUUID } from 'node:crypto'
import { GuestlistError } from '../model/error.js'
import type { StateConfig } from '../model/manifest.js'
import type { Clock } from '../system/clock.js'
import type { LockAttempt } from '../system/lock-file.js'
import { type LockInfo, parseLockInfo } from '../system/lock-info.js'
import type { Backend } from './backend.js'
import { postgresConfigOf } from './postgres-config.js'
import { holderPid, type Key, lockKey, POOLER, type Watch, watchLock } from './postgres-lock.js'
import type { OpenSession, Session } from './postgres-session.js'
import {
  lockLost,
  read,
  row,
  type StateRow,
  tableOid,
  whyUnwritable,
  withSession,
  write,
  writeUnlocked,
} from './postgres-table.js'

/** The lock that we hold. Its connection proves that we hold it, and is used for writes. */
interface HeldLock extends Watch {
  readonly session: Session
  readonly key: Key
  readonly id: string
}

/**
 * One row of the table guestlist_state. The lock is an advisory lock of the session, so it ends with its connection;
 * the row's `lock` only says who holds it.
 */
export function postgresBackend(
  { name }: StateConfig,
  { env, open, clock }: { readonly env: NodeJS.ProcessEnv; readonly open: OpenSession; readonly clock: Clock },
): Backend {
  if (name === undefined || name === '') {
    throw new GuestlistError('state-config', 'The postgres state has no name. Set state.name in the manifest.')
  }
  const config = postgresConfigOf(env)
  const where = `${config.host}:${config.port}/${config.database}`
  const store: StateRow = { name, config, open, where, description: `postgres://${where}#${name}` }
  let held: HeldLock | null = null
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
    whyUnwritable: () => withSession(store, whyUnwritable),
    pauseBeforeRepeat: async repeats => {
      if (repeats >= 2 || held?.lost.aborted === true) return false
      await clock.sleep(500 * 2 ** repeats)
      return true
    },
    async tryLock(info) {
      const { attempt, taken } = await tryLock(store, info, clock)
      held = taken ?? held
      return attempt
    },
    holder: () => withSession(store, session => currentHolder(store, session)),
    async unlock(info) {
      const ours = held
      held = null
      return ours !== null && release(store, ours, info)
    },
    forceUnlock: id => withSession(store, session => forceUnlock(store, session, id, clock)),
  }
}

async function holderOf(store: StateRow, session: Session): Promise<LockInfo> {
  const [row] = await session.query<{ lock: string | null }>('SELECT lock::text FROM guestlist_state WHERE name = $1', [
    store.name,
  ])
  return parseLockInfo(row?.lock ?? '')
}

/** The row may still name a holder whose connection, and therefore whose lock, has ended. */
async function currentHolder(store: StateRow, session: Session): Promise<LockInfo | null> {
  const oid = await tableOid(session)
  if (oid === null || (await holderPid(session, lockKey(oid, store.name))) === null) return null
  return holderOf(store, session)
}

async function tryLock(
  store: StateRow,
  info: LockInfo,
  clock: Clock,
): Promise<{ attempt: LockAttempt; taken: HeldLock | null }> {
  const session = await store.open(store.config, store.where)
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
    const watch = watchLock(session, key, pid, store.description, clock)
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
 * A pooler that shares server sessions would let two clients hold the same lock, because the server sees one session.
 * If the process id is not the announced one, there is a pooler: a second connection then checks whether it sees what
 * the first one left behind.
 */
async function refusePooler(store: StateRow, session: Session, key: Key): Promise<number> {
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

function pooled({ where }: StateRow): GuestlistError {
  return new GuestlistError('state-lock-unsupported', `The state cannot be locked at ${where}: ${POOLER}.`)
}

/** @return false if the lock had been lost before */
async function release(store: StateRow, ours: HeldLock, { ID }: LockInfo): Promise<boolean> {
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
    // The lock ends with its connection, even if the row could not be updated.
  }
  await ours.session.close()
  return !lost
}

/** Terminates the holder's connection. The holder notices within a second and starts nothing more. */
async function forceUnlock(
  store: StateRow,
  session: Session,
  id: string,
  clock: Clock,
): Promise<{ removed: boolean; holder: LockInfo | null }> {
  const oid = await tableOid(session)
  if (oid === null) return { removed: false, holder: null }
  const key = lockKey(oid, store.name)
  const pid = await holderPid(session, key)
  if (pid === null) return { removed: false, holder: null }
  const holder = await holderOf(store, session)
  if (holder.ID !== id) return { removed: false, holder }
  await session.query('SELECT pg_terminate_backend($1)', [pid])
  for (let tries = 0; tries < 50 && (await holderPid(session, key)) === pid; tries++) await clock.sleep(100)
  return { removed: (await holderPid(session, key)) !== pid, holder }
}
