import pg from 'pg'
import type { GuestlistError } from '../../../src/model/error.js'
import { postgresError } from '../../../src/state/postgres-error.js'
import { lockKey } from '../../../src/state/postgres-lock.js'
import type { OpenSession, Session } from '../../../src/state/postgres-session.js'
import type { Random } from '../../simulation/random.js'
import type { Scheduler } from '../../simulation/scheduler.js'
import type { Machine } from './machine.js'

/** How long a silent connection is kept: idle_session_timeout. */
const SILENCE_MS = 10_000
const CONNECT_TIMEOUT_MS = 10_000
const TABLE_OID = '16400'

interface Row {
  serial: number
  lineage: string | null
  document: string | null
  lock: string | null
}

/** A connection as the server has it. */
interface Backend {
  readonly pid: number
  readonly machine: Machine
  lastHeard: number
  mark: string | null
  /** The client is told, where it can be. */
  readonly onEnd: () => void
}

/**
 * PostgreSQL as far as guestlist uses it: one table, advisory locks of sessions, and the network in between. What it is asked is
 * guestlist's own SQL; a statement that it does not know is a bug of the simulation, and ends it.
 */
export class Database {
  /** The probability that a write of the document fails. */
  writeFailure = 0
  private up = true
  private readonly rows = new Map<string, Row>()
  private readonly locks = new Map<string, number>()
  private readonly backends = new Map<number, Backend>()
  private readonly lastHeld = new Map<string, number>()
  private pids = 100
  private readonly scheduler: Scheduler
  private readonly random: Random
  private readonly trace: (line: string) => void

  constructor(scheduler: Scheduler, random: Random, trace: (line: string) => void) {
    this.scheduler = scheduler
    this.random = random
    this.trace = trace
  }

  /** The machine whose session holds the lock of a state. */
  holder(name: string): string | null {
    return this.backends.get(this.locks.get(keyOf(name)) ?? -1)?.machine.name ?? null
  }

  /** When a machine's session last held it. */
  heldUntil(name: string, machine: string): number {
    return this.holder(name) === machine
      ? this.scheduler.now()
      : (this.lastHeld.get(`${keyOf(name)} ${machine}`) ?? Number.NEGATIVE_INFINITY)
  }

  removals(name: string): Readonly<Record<string, { readonly accepted_invitations: readonly number[] }>> {
    return JSON.parse(this.rows.get(name)?.document ?? '{"removals":{}}').removals
  }

  sessions(): number {
    return this.backends.size
  }

  stop(): void {
    this.trace('the database stops')
    this.up = false
    for (const pid of [...this.backends.keys()]) this.end(pid)
  }

  start(): void {
    if (!this.up) this.trace('the database starts')
    this.up = true
  }

  /** As an administrator does, or `state unlock`. */
  terminate(name: string): void {
    const pid = this.locks.get(keyOf(name))
    if (pid === undefined) return
    this.trace(`the session that holds ${name} is ended`)
    this.end(pid)
  }

  /** The kernel of a machine that lives on tells the server; one that has lost its power does not. */
  died(machine: Machine): void {
    if (machine.lostPower) return
    for (const { pid, machine: own } of [...this.backends.values()])
      if (own === machine) this.scheduler.after(this.random.between(1, 8), () => this.end(pid))
  }

  private end(pid: number): void {
    const backend = this.backends.get(pid)
    if (backend === undefined) return
    for (const [key, holder] of this.locks) {
      if (holder !== pid) continue
      this.lastHeld.set(`${key} ${backend.machine.name}`, this.scheduler.now())
      this.locks.delete(key)
    }
    this.backends.delete(pid)
    backend.onEnd()
  }

  /** Ends it when it has been silent for too long. */
  private reap(backend: Backend): void {
    const left = backend.lastHeard + SILENCE_MS - this.scheduler.now()
    this.scheduler.after(Math.max(left, 1), () => {
      if (this.backends.get(backend.pid) !== backend) return
      if (this.scheduler.now() - backend.lastHeard < SILENCE_MS) return this.reap(backend)
      this.trace(`the database ends a silent session of ${backend.machine.name}`)
      this.end(backend.pid)
    })
  }

  /** How to connect from a machine. */
  opener(machine: Machine): OpenSession {
    const { scheduler, random } = this
    const travel = () => Math.max(0, machine.cutUntil - scheduler.now()) + random.between(1, 8)
    return async (_, where) => {
      const refused = (code: string) => postgresError(Object.assign(new Error(code), { code }), where)
      if (machine.cutUntil > scheduler.now())
        return machine.later(CONNECT_TIMEOUT_MS, () => {
          throw postgresError(new Error('timeout expired'), where)
        })
      return machine.later(travel() + travel(), () => {
        if (!this.up) throw refused('ECONNREFUSED')
        return this.sessionOf(machine, where, travel)
      })
    }
  }

  private sessionOf(machine: Machine, where: string, travel: () => number): Session {
    const { scheduler } = this
    const end = () => this.end(backend.pid)
    const failures = new Set<(error: unknown) => void>()
    const listeners: ((why: GuestlistError) => void)[] = []
    let closing: Promise<void> | null = null
    let ended = false
    const onEnd = () => {
      void machine.later(travel(), () => {
        if (ended) return
        ended = true
        const error = postgresError(new Error('Connection terminated unexpectedly'), where)
        for (const fail of failures) fail(error)
        if (closing === null) for (const listener of listeners) listener(error)
      })
    }
    const backend: Backend = { pid: this.pids++, machine, lastHeard: scheduler.now(), mark: null, onEnd }
    this.backends.set(backend.pid, backend)
    this.reap(backend)
    const arrive = <T>(work: () => T): T => {
      if (this.backends.get(backend.pid) !== backend) throw new Error('Connection terminated unexpectedly')
      backend.lastHeard = scheduler.now()
      return work()
    }
    return {
      announcedPid: backend.pid,
      query: (text, values = [], timeoutMs = 30_000) =>
        new Promise((resolve, reject) => {
          const fail = (error: unknown) => {
            failures.delete(fail)
            reject(postgresError(error, where))
          }
          if (ended || closing !== null) return fail(new Error('Client was closed and is not queryable'))
          failures.add(fail)
          void machine.later(timeoutMs, () => failures.has(fail) && fail(new Error('Query read timeout')))
          scheduler.after(travel(), () => {
            let settle: () => void
            try {
              const rows = arrive(() => this.execute(text, values, backend))
              // The database's own answers: of the shape that was asked for.
              settle = () => failures.delete(fail) && resolve(JSON.parse(JSON.stringify(rows)))
            } catch (error) {
              settle = () => failures.has(fail) && fail(error)
            }
            void machine.later(travel(), settle)
          })
        }),
      onEnd: listener => listeners.push(listener),
      close() {
        if (closing !== null) return closing
        scheduler.after(travel(), end)
        closing = machine.later(ended || machine.cutUntil > scheduler.now() ? 0 : travel() + travel(), () => {})
        return closing
      },
    }
  }

  private execute(text: string, values: readonly unknown[], backend: Backend): readonly object[] {
    const [name = '', second = '', third, fourth, fifth] = values.map(value => (value === null ? null : String(value)))
    const row = this.rows.get(name ?? '')
    if (/^\s*SELECT to_regclass/.test(text)) return [{ oid: TABLE_OID }]
    if (/set_config\('guestlist\.session'/.test(text)) {
      backend.mark = name
      return [{ pid: backend.pid }]
    }
    if (/EXISTS \(\s*SELECT pid FROM pg_locks/.test(text))
      return [{ pid: backend.pid, held: this.locks.get(`${name}/${second}`) === backend.pid }]
    if (/^\s*SELECT pid FROM pg_locks/.test(text)) {
      const pid = this.locks.get(`${name}/${second}`)
      return pid === undefined ? [] : [{ pid }]
    }
    if (/pg_try_advisory_lock\(/.test(text)) return [{ ours: this.tryLock(BigInt(name ?? ''), backend) }]
    if (/^\s*INSERT INTO guestlist_state/.test(text)) {
      if (row === undefined && name !== null)
        this.rows.set(name, { serial: 0, lineage: null, document: null, lock: null })
      return []
    }
    if (/^\s*SELECT lock::text/.test(text)) return row === undefined ? [] : [{ lock: row.lock, serial: row.serial }]
    if (/^\s*SELECT octet_length/.test(text))
      return row === undefined ? [] : [{ size: row.document?.length ?? null, text: row.document }]
    if (row === undefined) throw new Error(`the simulated database has no row for: ${text}`)
    if (/SET lock = \$2/.test(text)) {
      row.lock = second
      return []
    }
    if (/SET lock = NULL/.test(text)) {
      if (idOf(row.lock) === second) row.lock = null
      return []
    }
    if (/SET serial = \$2/.test(text)) return this.write(row, Number(second), third, fourth, fifth)
    throw new Error(`the simulated database does not know: ${text}`)
  }

  private tryLock(bits: bigint, backend: Backend): boolean {
    const half = (value: bigint) => BigInt.asUintN(32, value).toString()
    const key = `${half(bits >> 32n)}/${half(bits)}`
    const holder = this.locks.get(key)
    if (holder === undefined) this.locks.set(key, backend.pid)
    return holder === undefined || holder === backend.pid
  }

  private write(
    row: Row,
    serial: number,
    lineage: string | null | undefined,
    document: string | null | undefined,
    lockId: string | null | undefined,
  ): readonly object[] {
    if (this.random.chance(this.writeFailure)) {
      const full = new pg.DatabaseError('could not extend file', 1, 'error')
      full.code = '53100'
      throw full
    }
    const free = row.document === null || (row.serial < serial && row.lineage === lineage)
    if (!free || (lockId !== null && idOf(row.lock) !== lockId)) return []
    Object.assign(row, { serial, lineage: lineage ?? null, document: document ?? null })
    return [{ name: '' }]
  }
}

const keyOf = (name: string): string => {
  const { high, low } = lockKey(TABLE_OID, name)
  return `${high}/${low}`
}

const idOf = (lock: string | null): string => (lock === null ? '' : JSON.parse(lock).ID)
