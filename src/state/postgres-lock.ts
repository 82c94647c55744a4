import { createHash } from 'node:crypto'
import { GuestlistError } from '../model/error.js'
import type { Clock } from '../system/clock.js'
import type { Session } from './postgres-session.js'

/** Milliseconds. A holder that cannot prove its lock for `UNPROVEN_MS` stops; the server drops a session only after 10 s. */
const PROVE_EVERY_MS = 1_000
const PROOF_TIMEOUT_MS = 2_000
export const UNPROVEN_MS = PROVE_EVERY_MS + PROOF_TIMEOUT_MS

/** An advisory lock's key as pg_locks shows it, derived from table and state name, so that two schemas have separate locks. */
export interface Key {
  readonly key: string
  readonly high: string
  readonly low: string
}

export function lockKey(tableOid: string, name: string): Key {
  const bits = createHash('sha256').update(`guestlist_state\0${tableOid}\0${name}`).digest().readBigInt64BE()
  const half = (value: bigint) => BigInt.asUintN(32, value).toString()
  return { key: bits.toString(), high: half(bits >> 32n), low: half(bits) }
}

const HELD = `
  SELECT pid FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = $1::bigint::oid AND objid = $2::bigint::oid
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

/** @return the process id of the server session that holds the lock */
export async function holderPid(session: Session, { high, low }: Key): Promise<number | null> {
  const [row] = await session.query<{ pid: number }>(HELD, [high, low])
  return row?.pid ?? null
}

const PROOF = `SELECT pg_backend_pid() AS pid, EXISTS (${HELD} AND pid = pg_backend_pid()) AS held`

async function prove(session: Session, { high, low }: Key, pid: number): Promise<string | null> {
  const [row] = await session.query<{ pid: number; held: boolean }>(PROOF, [high, low], PROOF_TIMEOUT_MS)
  if (row?.pid !== pid) return `another process of the server answers (${row?.pid}, not ${pid}): ${POOLER}`
  return row.held ? null : 'it is no longer held'
}

export const POOLER =
  'a connection pooler hands the connection around, as PgBouncer does in transaction mode. Connect to the server itself, or to a pooler in session mode'

export interface Watch {
  /** Aborts when the lock is lost or can no longer be proven; the reason is a GuestlistError. */
  readonly lost: AbortSignal
  /** Checks the clock too, because a process that was suspended may ask before its timers have fired. */
  isHeld(): boolean
  stop(): Promise<void>
}

/** Verifies every second that the lock is still held. */
export function watchLock(session: Session, key: Key, pid: number, where: string, clock: Clock): Watch {
  // Both clocks: the monotonic one stops while a machine is suspended, and the wall clock can be set.
  const now = () => ({ monotonic: clock.monotonic(), wall: clock.now() })
  const lost = new AbortController()
  const stopped = new AbortController()
  let proven = now()
  const lose = (why: string) => {
    if (stopped.signal.aborted || lost.signal.aborted) return
    lost.abort(
      new GuestlistError('state-lock-lost', `The lock of the state ${where} was lost: ${why}. Nothing new is started.`),
    )
    void session.close()
  }
  session.onEnd(({ message }) => lose(message))
  const isHeld = () => {
    const { monotonic, wall } = now()
    const silence = Math.max(monotonic - proven.monotonic, wall - proven.wall)
    if (silence > UNPROVEN_MS) lose(`the database did not confirm it for ${UNPROVEN_MS / 1000} s`)
    return !lost.signal.aborted
  }
  const work = async () => {
    while (!stopped.signal.aborted && !lost.signal.aborted) {
      const began = now()
      const problem = await prove(session, key, pid).catch((error: GuestlistError) => error.message)
      if (problem !== null) return lose(problem)
      proven = began
      await clock.sleep(PROVE_EVERY_MS, stopped.signal)
    }
  }
  const done = work()
  return {
    lost: lost.signal,
    isHeld,
    async stop() {
      stopped.abort()
      await done
    },
  }
}
