import type { ExecuteEvent } from '../../src/execute/execution-context.js'
import { type Action, isInvitationAction } from '../../src/model/action.js'
import type { ApiError } from '../../src/model/api-error.js'
import type { Invitation } from '../../src/model/invitation.js'
import type { Plan } from '../../src/model/plan.js'
import { type Result, succeeded } from '../../src/model/report.js'
import type { World } from './apply-in.js'
import { type Observer, type Operation, userAddress } from './provider.js'
import type { Apply } from './scenario.js'
import type { Process } from './scheduler.js'
import type { Disk } from './store.js'

/** What one process did to, and was told of, one item. */
export interface Item {
  calls: number
  underWay: boolean
  /** An answer said neither yes nor no. */
  unclear: boolean
  /** Set by an unclear answer, taken back by a read that shows the item as planned. */
  unread: boolean
  /** The answer was final: no call may follow. */
  final: boolean
  /** The API itself said 404 to the last call. */
  notFound: boolean
}

/** The longest `Retry-After` that is obeyed to the full. */
const RETRY_AFTER_CAP_MS = 120_000

/** What must have ended before the first call of a kind. */
const BEFORE = { deny: [], accept: ['deny'], remove: ['deny', 'accept'] } as const

/** What the watch knows of approvals. */
type Approving = Pick<World, 'scenario' | 'approvals'>

/** Watches one process on the wire, and knows what apply promises. Broken promises go to `broken`. */
export class Watch implements Observer {
  plan: Plan | null = null
  readonly items = new Map<string, Item>()
  readonly results = new Map<string, Result>()
  /** The list that the process was given last; null where it has none since its last change. */
  list: ReadonlyMap<number, Invitation> | null = null
  listedSinceChange = false
  private stopped: string | null = null
  private closedUntil = 0
  private unreached = 0
  private lastSent = Number.NEGATIVE_INFINITY
  private readonly process: Process
  private readonly disk: Disk
  private readonly settings: Apply
  private readonly world: Approving
  private readonly broken: (promise: string, detail: string) => void

  constructor(
    process: Process,
    disk: Disk,
    settings: Apply,
    world: Approving,
    broken: (promise: string, detail: string) => void,
  ) {
    this.process = process
    this.disk = disk
    this.settings = settings
    this.world = world
    this.broken = broken
    process.interrupt.addEventListener('abort', () => this.stop('interrupted'))
  }

  stop(why: string): void {
    this.stopped ??= why
  }

  item(address: string): Item {
    const known = this.items.get(address)
    if (known) return known
    const fresh = { calls: 0, underWay: false, unclear: false, unread: false, final: false, notFound: false }
    this.items.set(address, fresh)
    return fresh
  }

  event(event: ExecuteEvent): void {
    if (event.type !== 'settled') return
    this.results.set(event.result.action.address, event.result)
    if (!succeeded(event.result) && this.settings.failFast) this.stop('fail-fast')
  }

  sent(call: Operation | 'get' | 'list', address: string): void {
    const now = this.process.scheduler.now()
    const { rateLimit } = this.settings
    // A read that decides on something in flight does not wait once the run is to stop.
    const finishing = call === 'get' && this.stopped !== null
    if (now < this.closedUntil && !finishing) this.broken('a 429 slows all workers', `${call} ${address}`)
    if (rateLimit !== null && !finishing && now - this.lastSent < 1000 / rateLimit - 0.001)
      this.broken('the rate limit holds', `${call} ${address}`)
    this.lastSent = now
    if (call === 'get' || call === 'list') return
    this.checkMayBegin(call, address)
    this.checkOrder(call, address)
    this.checkItem(call, address)
    this.item(address).calls++
    this.item(address).underWay = true
    this.listedSinceChange = false
  }

  private checkMayBegin(call: Operation, address: string): void {
    const { plan } = this
    const action = plan?.actions.find(candidate => candidate.address === address)
    if (action?.action !== call) this.broken('nothing is done that was not shown', `${call} ${address}`)
    if (!plan) return
    if (plan.refused.length + plan.problems.length > 0) this.broken('a refused plan is not begun', `${call} ${address}`)
    const { scenario, approvals } = this.world
    if (call === 'remove' && approvals.peopleFor(plan, scenario.author).size < scenario.requiredApprovals)
      this.broken('no removal without approval', address)
    if (this.disk.holder !== this.process) this.broken('apply holds the lock', `${call} ${address}`)
    if (this.stopped) this.broken('nothing starts after a stop', `${call} ${address} after ${this.stopped}`)
    if (this.items.size === 0) for (const gone of this.drifted(plan)) this.broken('a stale plan is not begun', gone)
  }

  /** By the list that the process has read: what is not as it was planned from. */
  private drifted(plan: Plan): readonly string[] {
    const { list } = this
    return plan.actions.filter(action => !list || !asPlanned(action, list)).map(({ address }) => address)
  }

  private checkOrder(call: Operation, address: string): void {
    const before: readonly string[] = BEFORE[call]
    const open = this.plan?.actions.filter(
      action => before.includes(action.action) && !this.results.has(action.address),
    )
    if (open && open.length > 0) this.broken('denials, then accepts, then removals', `${call} ${address}`)
    const underWay = [...this.items.values()].filter(item => item.underWay).length
    if (underWay >= (call === 'remove' ? 1 : this.settings.parallelism))
      this.broken('concurrency is bounded', `${call} ${address} beside ${underWay}`)
    if (call !== 'remove') return
    const results = [...this.results.values()]
    if (results.some(result => !succeeded(result) && result.outcome.kind !== 'rejected'))
      this.broken('no removal after a failure', address)
    for (const result of results) if (!this.isRemembered(result)) this.broken('removals are remembered', address)
  }

  private isRemembered({ action, outcome }: Result): boolean {
    if (action.action !== 'remove' || outcome.kind === 'rejected') return true
    return this.disk.record(action.before.email)?.outcome === (outcome.kind === 'absent' ? 'absent' : 'removed')
  }

  private checkItem(call: Operation, address: string): void {
    const item = this.item(address)
    if (item.final) this.broken('a final answer is final', `${call} ${address}`)
    if (item.underWay) this.broken('one call at a time for each item', `${call} ${address}`)
    if (item.unread && call !== 'remove') this.broken('no repeat without a read', `${call} ${address}`)
    if (item.calls > this.settings.retries) this.broken('as many repeats as were asked for', `${call} ${address}`)
  }

  ended(
    call: Operation | 'get' | 'list',
    address: string,
    error: ApiError | null,
    answer: readonly Invitation[],
  ): void {
    if (error?.status === 429) {
      const wait = Math.min(error.retryAfterMs ?? 0, RETRY_AFTER_CAP_MS)
      this.closedUntil = Math.max(this.closedUntil, this.process.scheduler.now() + wait)
    }
    if (this.plan && call !== 'list' && (error?.status === 401 || error?.status === 403)) this.stop(error.message)
    if (this.plan && call !== 'list') {
      this.unreached = error?.kind === 'not-sent' ? this.unreached + 1 : 0
      if (this.unreached === 5) this.stop('five requests found nobody')
    }
    if (call === 'list') this.listed(error, answer)
    else if (call === 'get') this.read(address, answer)
    else this.answered(call, address, error)
  }

  private listed(error: ApiError | null, answer: readonly Invitation[]): void {
    if (error !== null) return
    this.list = new Map(answer.map(invitation => [invitation.id, invitation]))
    this.listedSinceChange = true
  }

  private read(address: string, [found]: readonly Invitation[]): void {
    const action = this.plan?.actions.find(candidate => candidate.address === address)
    if (found && action && asPlanned(action, new Map([[found.id, found]]))) this.item(address).unread = false
  }

  private answered(call: Operation, address: string, error: ApiError | null): void {
    const item = this.item(address)
    item.underWay = false
    item.notFound = error?.kind === 'http' && error.status === 404
    const unclear = error !== null && (error.kind !== 'http' || error.status === 408 || (error.status ?? 0) >= 500)
    const repeatable = error?.kind === 'not-sent' || error?.status === 429
    if (unclear && error.kind !== 'not-sent') {
      item.unclear = true
      item.unread = call !== 'remove'
    }
    item.final = (!unclear && !repeatable) || error?.kind === 'invalid-answer'
  }
}

/** Whether the list shows what the action was planned from. */
function asPlanned(action: Action, list: ReadonlyMap<number, Invitation>): boolean {
  if (isInvitationAction(action)) {
    const live = list.get(action.before.id)
    return live !== undefined && live.status === action.before.status
  }
  if (action.action === 'delete') return true
  const accepted = [...list.values()]
    .filter(({ email, status }) => status === 'accepted' && userAddress(email) === action.address)
    .map(({ id }) => id)
  return accepted.sort((a, b) => a - b).join() === action.before.accepted_invitations.join()
}
