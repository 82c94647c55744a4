import type { RateLimiter } from '../http/rate-limiter.js'
import type { Action, InvitationAction, LeftoverAction, RemovalAction } from '../model/action.js'
import { messageOf } from '../model/error.js'
import type { Plan } from '../model/plan.js'
import { type Outcome, type Report, type Result, succeeded } from '../model/report.js'
import { type ExecuteDeps, type ExecuteOptions, type ExecutionContext, startExecution } from './execution-context.js'
import { settleInvitation } from './settle-invitation.js'
import { settleLeftover } from './settle-leftover.js'
import { settleRemoval } from './settle-removal.js'
import { verify } from './verify.js'

/**
 * Carries out a plan: denials, then accepts, each with bounded concurrency; then removals, one at a time, and none after
 * a failure or a stop (a rejected removal says nothing about the next one); then, in Keycloak, the users whose removal did
 * not fail. Finally it reads the live state again and compares.
 *
 * The caller holds the state's lock and has refused what may not be applied: this function carries out any plan.
 * It never rejects because of the API; each action gets a result. If it rejects because of a bug, nothing is still under way.
 */
export async function execute(
  plan: Plan,
  deps: ExecuteDeps,
  options: ExecuteOptions,
  limiter: RateLimiter,
): Promise<Report> {
  const run = startExecution(deps, options, limiter)
  try {
    return await carryOut(plan, run)
  } finally {
    run.end()
  }
}

async function carryOut(plan: Plan, run: ExecutionContext): Promise<Report> {
  const progress = new ExecutionProgress(plan.actions.length, run)
  const denials = plan.actions.filter(isOf('deny'))
  const accepts = plan.actions.filter(isOf('accept'))
  const removals = plan.actions.filter(action => action.action === 'remove')
  const leftovers = plan.actions.filter(action => action.action === 'delete')
  await settleAll(denials, run, progress)
  await settleAll(accepts, run, progress)
  if (removals.length > 0 && !progress.anyFailed() && !run.stop.aborted) await prepareMemory(run)
  const removing = (action: RemovalAction) => settleRemoval(action, plan.digest, run)
  await settleInOrder(removals, () => progress.anyFailed(), removing, run, progress)
  // Keycloak comes after the API, which passes its own deletions on.
  const isSkipped = ({ impliedBy }: LeftoverAction) => progress.anyFailed() || !progress.tookEffect(impliedBy)
  await settleInOrder(leftovers, isSkipped, action => settleLeftover(action, run), run, progress)
  const settled = await progress.settleRest(plan.actions)
  const { results, verification } = await verify(plan, settled, run)
  const accepted = run.options.acceptAbsent ? { acceptAbsent: true } : {}
  return { results, stop: run.stopped(), ...accepted, verification }
}

const isOf =
  (kind: InvitationAction['action']) =>
  (action: Action): action is InvitationAction =>
    action.action === kind

class ExecutionProgress {
  private readonly results = new Map<string, Result>()
  private readonly total: number
  private readonly run: ExecutionContext
  private failed = false

  constructor(total: number, run: ExecutionContext) {
    this.total = total
    this.run = run
  }

  async settled(result: Result): Promise<void> {
    this.results.set(result.action.address, result)
    this.failed ||= result.outcome.kind === 'failed'
    if (['failed', 'rejected'].includes(result.outcome.kind) && this.run.options.failFast) {
      this.run.halt('fail_fast', `${result.action.address} failed, and --fail-fast is set.`)
    }
    await this.run.emit({ type: 'settled', result, done: this.results.size, total: this.total })
  }

  /** Settles what a stopped run did not reach. @return all results, in the order of the plan */
  async settleRest(actions: readonly Action[]): Promise<readonly Result[]> {
    const results: Result[] = []
    for (const action of actions) {
      const known = this.results.get(action.address)
      const result = known ?? notAttempted(action, this.run)
      if (!known) await this.settled(result)
      results.push(result)
    }
    return results
  }

  /** Whether the action on this address, if any, took effect. */
  tookEffect(address: string): boolean {
    const result = this.results.get(address)
    return result === undefined || succeeded(result)
  }

  anyFailed(): boolean {
    return this.failed
  }
}

function notAttempted(action: Action, run: ExecutionContext): Result {
  const why = run.stopped()?.message ?? 'The run ended before its turn.'
  return { action, outcome: { kind: 'not_attempted', why }, attempts: 0, status: null }
}

/**
 * Runs as many workers as the parallelism allows, each taking the next action until none is left or the run is to stop.
 * Rejects only after all have ended, because the caller then releases the lock.
 */
async function settleAll(
  actions: readonly InvitationAction[],
  run: ExecutionContext,
  progress: ExecutionProgress,
): Promise<void> {
  const queue = actions.values()
  const work = async () => {
    for (const action of queue) {
      if (!(await run.limiter.acquire(run.stop))) return
      await run.emit({ type: 'start', action })
      if (run.stop.aborted) return
      await progress.settled(await settleInvitation(action, run))
    }
  }
  const guarded = () =>
    work().catch(error => {
      run.halt('bug', String(error))
      throw error
    })
  const workers = Array.from({ length: Math.min(run.options.parallelism, actions.length) }, guarded)
  for (const ended of await Promise.allSettled(workers)) if (ended.status === 'rejected') throw ended.reason
}

/** Settles actions one at a time. One that is skipped because of an earlier failure only gets its result. */
async function settleInOrder<A extends Action>(
  actions: readonly A[],
  isSkipped: (action: A) => boolean,
  settle: (action: A) => Promise<Result>,
  run: ExecutionContext,
  progress: ExecutionProgress,
): Promise<void> {
  for (const action of actions) {
    if (isSkipped(action)) {
      await progress.settled({ action, outcome: SKIPPED, attempts: 0, status: null })
      continue
    }
    if (!(await run.limiter.acquire(run.stop))) return
    await run.emit({ type: 'start', action })
    if (run.stop.aborted) return
    await progress.settled(await settle(action))
  }
}

const SKIPPED: Outcome = { kind: 'skipped', why: 'Something before it failed, and removals come last.' }

/** Halts the run if removals could not be recorded. */
async function prepareMemory(run: ExecutionContext): Promise<void> {
  try {
    await run.memory.prepare()
  } catch (error) {
    run.halt('state', `The state cannot be written: ${messageOf(error)}`)
  }
}
