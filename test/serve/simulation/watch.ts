import type { Plan } from '../../../src/model/plan.js'
import type { Loop, Trigger } from '../../../src/serve/loop.js'
import { type Observer, userAddress } from '../../simulation/provider.js'
import type { Database } from './database.js'
import type { Machine } from './machine.js'
import { INTERVAL_MS } from './scenario.js'

export const STATE = 'acme'
export const LEAD = 'acme (serve) '

/** A holder that cannot prove its lock starts nothing after this; what the proof took to arrive is on top. */
const UNPROVEN_MS = 3_000
const TRAVEL_MS = 50
/** How long it may take to notice that the lead is gone, and to say so. */
const LEAD_LOST_MS = 5_000

const OF_A_PERSON: ReadonlySet<Trigger> = new Set(['manifest', 'signal'])

export interface Run {
  readonly began: number
  readonly triggers: readonly Trigger[]
  /** Null while it is under way. */
  ended: number | null
  ok: boolean
}

const backOffMs = (failures: number): number =>
  failures === 0 ? INTERVAL_MS : Math.min(INTERVAL_MS, 1_000 * 2 ** (failures - 1))

/** Watches one instance, and knows what serve promises. Broken promises go to `broken`. */
export class Watch implements Observer {
  plan: Plan | null = null
  leads = false
  readonly runs: Run[] = []
  private pending: { readonly at: number; readonly trigger: Trigger }[] = []
  private failures = 0
  /** Without those that it may have forgotten. */
  private leastFailures = 0
  private manifestIsBad = false
  private lastEndOnItsClock = Number.NEGATIVE_INFINITY
  private readonly machine: Machine
  private readonly database: Database
  private readonly broken: (promise: string, detail: string) => void

  constructor(machine: Machine, database: Database, broken: (promise: string, detail: string) => void) {
    this.machine = machine
    this.database = database
    this.broken = (promise, detail) => broken(promise, `${machine.name}: ${detail}`)
  }

  private now(): number {
    return this.machine.scheduler.now()
  }

  /** A loop whose triggers are seen. */
  watched(loop: Loop): Loop {
    return {
      ...loop,
      trigger: trigger => {
        this.triggered(trigger)
        loop.trigger(trigger)
      },
    }
  }

  triggered(trigger: Trigger): void {
    if (!this.machine.interrupt.aborted) this.pending.push({ at: this.now(), trigger })
  }

  loaded(isBad: boolean): void {
    this.manifestIsBad = isBad
  }

  lead(isLeader: boolean): void {
    this.leads = isLeader
    if (isLeader) this.triggered('start')
  }

  runBegan(triggers: readonly Trigger[]): void {
    const last = this.runs.at(-1)
    if (last?.ended === null) this.broken('one run at a time', `${triggers} during ${last.triggers}`)
    if (this.machine.interrupt.aborted) this.broken('nothing begins after a stop', triggers.join())
    if (this.pending.length === 0) this.checkClockwork(triggers)
    for (const { at, trigger } of this.pending) this.checkPromptness(at, trigger)
    if (this.forgets()) this.leastFailures = 0
    this.pending = []
    this.plan = null
    this.manifestIsBad = false
    this.runs.push({ began: this.now(), triggers, ended: null, ok: false })
  }

  runEnded(ok: boolean): void {
    const run = this.runs.at(-1)
    if (run === undefined) return
    Object.assign(run, { ended: this.now(), ok })
    this.failures = ok ? 0 : this.failures + 1
    this.leastFailures = ok ? 0 : this.leastFailures + 1
    this.lastEndOnItsClock = this.machine.clock.monotonic()
  }

  /** Who lost the lead repeats no run of the clock, and has nothing to back off from. */
  private forgets(): boolean {
    return !this.leads && this.runs.at(-1)?.triggers.every(trigger => trigger === 'interval') === true
  }

  /** A run that nobody asked for. */
  private checkClockwork(triggers: readonly Trigger[]): void {
    const waited = this.machine.clock.monotonic() - this.lastEndOnItsClock
    const least = backOffMs(this.forgets() ? 1 : this.leastFailures)
    if (waited < least * 0.9 - 1) this.broken('the pace is kept', `${triggers} after ${waited} ms`)
    if (this.failures > 0) return
    const leader = this.database.holder(LEAD)
    const since = this.now() - this.database.heldUntil(LEAD, this.machine.name)
    const stoodStill = this.now() - this.machine.thawedAt() < LEAD_LOST_MS
    if (leader !== null && leader !== this.machine.name && since > LEAD_LOST_MS && !stoodStill)
      this.broken('one works by the clock', `${triggers}, while ${leader} leads`)
  }

  /** What was asked for begins as soon as no run is under way, or when the back-off is over. */
  private checkPromptness(at: number, trigger: Trigger): void {
    const waits = this.failures > 0 && !OF_A_PERSON.has(trigger)
    const from = Math.max(at, this.runs.at(-1)?.ended ?? at, this.machine.thawedAt())
    const due = from + (waits ? backOffMs(this.failures) * 1.1 : 0) + TRAVEL_MS
    if (this.now() > due && this.machine.thawedAt() < at)
      this.broken('a trigger is followed by a run at once', `${trigger} waits ${this.now() - at} ms`)
  }

  sent(call: string, address: string): void {
    if (call === 'get' || call === 'list') return
    const what = `${call} ${address}`
    const action = this.plan?.actions.find(candidate => candidate.address === address)
    if (action?.action !== call) this.broken('nothing is done that a plan of the moment does not hold', what)
    if (this.manifestIsBad) this.broken('a bad manifest does nothing', what)
    if (this.runs.at(-1)?.ended !== null) this.broken('nothing is done outside a run', what)
    const { name } = this.machine
    const holder = this.database.holder(STATE)
    if (holder !== null && holder !== name) this.broken('never two at work', `${what}, while ${holder} holds the lock`)
    const unproven = this.now() - this.database.heldUntil(STATE, name)
    if (unproven > UNPROVEN_MS + TRAVEL_MS) this.broken('nothing starts without proof', `${what} after ${unproven} ms`)
    if (call !== 'remove') return
    const recorded = Object.keys(this.database.removals(STATE)).some(email => userAddress(email) === address)
    if (recorded) this.broken('what is recorded as removed is not removed again', what)
  }

  /** Nothing to see: what each answer means is the other simulation's. */
  ended(): void {}

  /** Whether all that was asked for has been done. */
  isIdle(): boolean {
    return this.pending.length === 0
  }

  /** At the end of a time in which nothing went wrong. */
  atRest(): void {
    const last = this.runs.at(-1)
    for (const { at, trigger } of this.pending)
      this.broken('a trigger is followed by a run', `${trigger} waits for ${this.now() - at} ms`)
    if (last?.ended === null) this.broken('every run ends', `${last.triggers} since ${this.now() - last.began} ms`)
  }
}
