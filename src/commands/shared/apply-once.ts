import type { ApplyingFlags, ConcurrencyFlags, LockingFlags } from '../../cli/common-options.js'
import type { Io } from '../../cli/io.js'
import { execute } from '../../execute/execute.js'
import type { ExecuteDeps } from '../../execute/execution-context.js'
import type { RateLimiter } from '../../http/rate-limiter.js'
import { findRemaining, hasLoss, withRemaining } from '../../loss/loss-checks.js'
import { EXIT, type ExitCode, GuestlistError, messageOf } from '../../model/error.js'
import type { Plan } from '../../model/plan.js'
import { isComplete, type Report, succeeded } from '../../model/report.js'
import type { StateLock, StateStore } from '../../state/state-store.js'
import type { ApplyView } from './apply-view.js'
import { type AuditTrail, openAuditTrail } from './audit-trail.js'
import type { Connection } from './connect.js'
import { type Drifted, driftOf, driftText } from './drift.js'
import { makePlan, type PlanBasis } from './make-plan.js'
import { lockState } from './open-state.js'
import type { JudgePlan } from './plan-approvals.js'
import { readWorld, type World } from './read-world.js'

/** What to carry out: a saved plan, or a plan made now from a manifest. */
export type ApplyBasis = { readonly kind: 'saved'; readonly plan: Plan } | ({ readonly kind: 'manifest' } & PlanBasis)

/** How a plan with changes is approved: beforehand, by the means given, or by asking a person now. */
export type Approval = { readonly given: string } | { readonly ask: (plan: Plan) => Promise<void> }

export interface ApplySettings extends LockingFlags, ApplyingFlags, Pick<ConcurrencyFlags, 'parallelism'> {
  readonly failFast: boolean
  /** The digest that the plan must have. */
  readonly expect: string | undefined
}

export interface ApplyDeps {
  readonly connection: Connection
  readonly store: StateStore
  readonly view: ApplyView
  readonly approval: Approval
  /** Determines who approved the plan by signing it. */
  readonly judge: JudgePlan
  readonly settings: ApplySettings
  readonly io: Io
}

/**
 * Runs one apply, from the lock to the report. Time, the API and the state are injected: `apply`, `serve` and the
 * simulation all run this.
 *
 * @throws GuestlistError if the plan is refused (exit 3), is stale (4), has errors, or is not approved; nothing was done
 */
export async function applyOnce(basis: ApplyBasis, deps: ApplyDeps): Promise<Report> {
  const { connection, store, view, settings, io } = deps
  const audit = await openAuditTrail(settings.auditLog, io, store.description)
  try {
    const lock = await lockState(store, settings, connection.log, io, 'apply')
    try {
      const world = await readWorld(connection, store)
      const planned = basis.kind === 'saved' ? basis.plan : await makePlan(basis, world, connection.clock)
      const { plan, refusal: unapproved } = await deps.judge(planned)
      const drifted = basis.kind === 'saved' ? await driftOf(plan, world) : []
      const elsewhere = basis.kind === 'saved' ? otherState(plan, world) : null
      await view.planned(plan)
      await audit.planned(plan)

      const refusal = elsewhere ?? refusalOf(plan, drifted, settings.expect) ?? unapproved ?? unshown(plan, io)
      if (refusal !== null) {
        await audit.judged('refused', refusal.message)
        throw refusal
      }
      await approve(plan, deps, audit)

      await audit.started()
      const executed = await execute(
        plan,
        executeDeps(deps, lock.lost, audit),
        { ...settings, retry: connection.policy },
        whileHeld(connection.limiter, lock),
      )
      const report = await verifyGone(plan, executed, connection, io.interrupt)
      view.finished(report, isComplete(report))
      await audit.finished(report)
      return report
    } finally {
      await lock.release()
    }
  } finally {
    await audit.close()
  }
}

/** The first reason not to start, before anything is sent. */
function refusalOf(plan: Plan, drifted: Drifted, expect: string | undefined): GuestlistError | null {
  if (drifted.length > 0) return stale(driftText(drifted))
  if (expect !== undefined && expect.replace(/^sha256:/, '') !== plan.digest.replace(/^sha256:/, '')) {
    return stale(`The plan's digest is ${plan.digest}, not ${expect} as --expect says.`)
  }
  if (plan.problems.length > 0)
    return new GuestlistError('plan-problems', 'The plan has errors (see above); nothing was done.')
  if (plan.refused.length === 0) return null
  const messages = plan.refused.map(({ message }) => message).join('\n')
  return new GuestlistError('plan-refused', `Refused; nothing was done.\n${messages}`)
}

/** Nothing is done that was not shown. */
const unshown = ({ actions }: Plan, io: Io): GuestlistError | null =>
  io.isOutLost?.() && actions.length > 0
    ? new GuestlistError('file-unwritable', 'The plan could not be shown; nothing was done.')
    : null

/** Under a different state, or none, a removal would be recorded where nobody looks for it. */
function otherState({ actions, stateRead }: Plan, { state }: World): GuestlistError | null {
  if (!stateRead?.lineage || stateRead.lineage === state.lineage) return null
  if (!actions.some(({ action }) => action === 'remove')) return null
  const found = state.lineage === null ? 'there is none' : 'it is another one'
  return stale(`The plan was made with the state at ${stateRead.description}; now ${found} (${state.description}).`)
}

const stale = (what: string): GuestlistError =>
  new GuestlistError('plan-stale', `The plan is stale; nothing was done.\n${what}`, {
    advice: 'Plan again, and have the new plan approved.',
  })

/**
 * Asks for approval unless it was given beforehand. Answering can take a while, so the plan is compared with the live
 * state once more.
 *
 * @throws GuestlistError if the plan is declined, or stale by now
 */
async function approve(plan: Plan, deps: ApplyDeps, audit: AuditTrail): Promise<void> {
  const { approval, connection, store } = deps
  if ('given' in approval) return audit.judged('approved', approval.given)
  if (plan.actions.length === 0) return audit.judged('approved', 'nothing to do')
  try {
    await approval.ask(plan)
    const drifted = await driftOf(plan, await readWorld(connection, store))
    if (drifted.length > 0) throw stale(driftText(drifted))
  } catch (error) {
    await audit.judged('declined', messageOf(error))
    throw error
  }
  return audit.judged('approved', 'at the prompt')
}

/** Every request asks the limiter first, so this is where one is held back if another run may have taken the lock. */
const whileHeld = (limiter: RateLimiter, { isHeld }: Pick<StateLock, 'isHeld'>): RateLimiter => ({
  ...limiter,
  acquire: async stop => (await limiter.acquire(stop)) && isHeld(),
})

/** What `execute` acts on, and what it notifies. */
function executeDeps(
  { connection, store, view, io }: ApplyDeps,
  lockLost: AbortSignal,
  audit: AuditTrail,
): ExecuteDeps {
  return {
    api: connection.client,
    keycloak: connection.keycloak,
    clock: connection.clock,
    memory: { prepare: () => store.checkWritable(), record: store.record.bind(store) },
    interrupt: io.interrupt,
    lockLost,
    async emit(event) {
      view.event(event)
      await audit.event(event)
    },
  }
}

/** How many times the clouds are read while they lag behind a removal. */
const READS = 4

/**
 * Reads the clouds again to check that removed users are members of none. Proves nothing if the plan did not look at
 * the clouds, or they cannot be read now.
 */
async function verifyGone(plan: Plan, report: Report, connection: Connection, interrupt: AbortSignal): Promise<Report> {
  const removed = report.results.some(result => result.action.action === 'remove' && succeeded(result))
  if (!removed || !hasLoss(plan)) return report
  for (let read = 1; !interrupt.aborted; read++) {
    const remaining = findRemaining(report, await connection.clouds())
    if (remaining.length === 0 || read === READS) return withRemaining(report, remaining)
    await connection.clock.sleep(connection.policy.baseMs * 2 ** read, interrupt)
  }
  return report
}

/** The exit code of a run that started. */
export function applyExitCode(report: Report): ExitCode {
  if (report.stop?.reason === 'interrupted') return EXIT.interrupted
  return isComplete(report) ? EXIT.done : EXIT.partial
}
