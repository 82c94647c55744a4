import { emailKey } from '../../src/model/email-address.js'
import { GuestlistError } from '../../src/model/error.js'
import type { RemovalRecord, RemovalRecords } from '../../src/model/removal-record.js'
import type { LockRequest, StateLock, StateStore } from '../../src/state/state-store.js'
import type { LockInfo } from '../../src/system/lock-info.js'
import type { Random } from './random.js'
import type { Process, Scheduler } from './scheduler.js'

/** What outlives every process: the state file and its lock. */
export class Disk {
  holder: Process | null = null
  private removals = new Map<string, RemovalRecord>()
  private serial = 0
  private readonly scheduler: Scheduler

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler
  }

  record(email: string): RemovalRecord | undefined {
    return this.removals.get(emailKey(email))
  }

  read(): { readonly removals: RemovalRecords; readonly serial: number } {
    return { removals: new Map(this.removals), serial: this.serial }
  }

  private write(removals: ReadonlyMap<string, RemovalRecord>): void {
    this.removals = new Map(removals)
    this.serial++
  }

  /** The store as one process has it. `failure`: the probability that a read or a write fails. */
  storeFor(process: Process, failure: number, random: Random): StateStore {
    let seen = -1
    const reach = <T>(outcome: () => T) => process.later(random.between(1, 5), outcome)
    const read = () =>
      reach(() => {
        if (random.chance(failure / 4)) throw new GuestlistError('state-unreadable', 'the disk cannot be read')
        const now = this.read()
        seen = now.serial
        return now.removals
      })
    const write = (change: (removals: Map<string, RemovalRecord>) => void) => {
      const how = random.chance(failure) ? random.pick(['before', 'after']) : 'well'
      const lost = random.chance(0.5)
      let problem: GuestlistError | null =
        how === 'before' ? new GuestlistError('state-unwritable', 'the disk is full') : null
      const ms = random.between(1, 20)
      this.scheduler.after(ms, () => {
        if (how === 'before' || (!process.alive() && lost)) return
        if (seen >= 0 && seen !== this.serial) {
          problem = new GuestlistError('state-newer-serial', 'somebody else wrote the state')
          return
        }
        const removals = new Map(this.removals)
        change(removals)
        this.write(removals)
        seen = this.serial
        if (how === 'after') problem = new GuestlistError('state-unwritable', 'the folder cannot be synced')
      })
      return process.later(ms + random.between(0, 5), () => {
        if (problem) throw problem
      })
    }
    return {
      description: 'the simulated state',
      canLock: true,
      read,
      lineage: () => (seen > 0 ? 'simulated' : null),
      record: (email, record) => write(removals => removals.set(emailKey(email), record)),
      checkWritable: () => write(() => {}),
      whyUnwritable: async () => null,
      lock: request => this.lock(process, request, reach),
      holder: () => reach(() => (this.holder?.alive() ? lockInfo(this.holder) : null)),
      forget: async () => [],
      unlock: async () => null,
    }
  }

  private async lock(
    process: Process,
    { timeoutMs, signal }: LockRequest,
    reach: <T>(outcome: () => T) => Promise<T>,
  ): Promise<StateLock> {
    const started = this.scheduler.now()
    while (!(await reach(() => this.take(process)))) {
      if (signal?.aborted) throw new GuestlistError('state-interrupted', 'the wait for the lock was interrupted')
      if (this.scheduler.now() - started >= timeoutMs) throw new GuestlistError('state-locked', 'the state is locked')
      await process.sleep(500, signal)
    }
    const release = () =>
      reach(() => {
        if (this.holder === process) this.holder = null
      })
    return { info: lockInfo(process), lost: new AbortController().signal, isHeld: () => true, release }
  }

  /** The lock of a process that has died is taken over. */
  private take(process: Process): boolean {
    if (this.holder?.alive()) return false
    this.holder = process
    return true
  }
}

const lockInfo = ({ name }: Process): LockInfo => ({
  ID: name,
  Operation: 'apply',
  Info: '',
  Who: name,
  Version: '0',
  Created: '',
  Path: '',
  Host: '',
  PID: 0,
  Machine: '',
  Started: '',
})
