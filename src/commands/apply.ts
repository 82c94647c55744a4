import type { LockingFlags, PlanningFlags } from '../cli/common-options.js'
import type { CommonFlags } from '../cli/flags.js'
import { CommandError, EXIT, type ExitCode, type Io, ManifestError } from '../cli/io.js'
import { askApproval, assertCanApprove } from '../cli/prompt.js'
import { execute } from '../execute/execute.js'
import { ApiError } from '../model/api-error.js'
import type { Plan } from '../model/plan.js'
import { isComplete, type Report } from '../model/report.js'
import type { RemovalRecords } from '../model/state.js'
import type { StateStore } from '../state/store.js'
import { type ApplyView, jsonView, textView } from './shared/apply-view.js'
import { type AuditTrail, openAuditTrail } from './shared/audit-trail.js'
import { type Connection, connect } from './shared/connect.js'
import { loadManifest } from './shared/load-manifest.js'
import { makePlan, reconcileOptions } from './shared/make-plan.js'
import { openStateFor } from './shared/observe.js'
import { applicableSavedPlan, type Drifted, driftOf, driftText, loadSavedPlan } from './shared/saved-plan.js'
import { withLock } from './shared/with-lock.js'

export type ApplyFlags = CommonFlags &
  PlanningFlags &
  LockingFlags & {
    readonly autoApprove: boolean
    readonly parallelism: number
    readonly rateLimit: number | undefined
    readonly expect: string | undefined
    readonly failFast: boolean
    readonly auditLog: string | undefined
  }

/** Plans (or loads a plan), shows it, asks, executes, verifies, reports. */
export async function apply(planFile: string | undefined, flags: ApplyFlags, io: Io): Promise<ExitCode> {
  const view = flags.format === 'json' ? jsonView(io) : textView(flags, io)
  try {
    return await applyWith(view, planFile, flags, io)
  } catch (error) {
    tellProblem(view, error)
    throw error
  }
}

async function applyWith(view: ApplyView, planFile: string | undefined, flags: ApplyFlags, io: Io): Promise<ExitCode> {
  if (planFile === undefined) assertCanApprove(flags, io)
  const onInterrupt = () =>
    io.err('\nInterrupted: what is in flight finishes, nothing new starts. Again to stop at once.\n')
  io.interrupt.addEventListener('abort', onInterrupt, { once: true })
  const prepare = planFile === undefined ? prepareFresh(flags, io) : prepareSaved(planFile, flags, io)
  const { state, planWith } = await prepare
  const connection = await connect(flags, io, { rateLimit: flags.rateLimit, finishInFlight: true })
  try {
    const store = openStateFor(state, connection.client.apiUrl, flags, io)
    return await applyLocked({ planWith, saved: planFile !== undefined, connection, store, view, flags, io })
  } finally {
    connection.client.close()
  }
}

function tellProblem(view: ApplyView, error: unknown): void {
  if (error instanceof ManifestError) for (const problem of error.problems) view.problem(problem.summary, problem)
  else {
    const detail = error instanceof CommandError || error instanceof ApiError ? (error.advice ?? '') : ''
    view.problem(error instanceof Error ? error.message : String(error), { detail })
  }
}

/** All of an apply that needs the lock. Time, the API and the state come from outside: the simulation runs this too. */
export async function applyLocked({ planWith, ...rest }: Locked): Promise<ExitCode> {
  const { connection, store, flags, io } = rest
  const audit = await openAuditTrail(flags.auditLog, io)
  try {
    return await withLock(store, flags, connection.log, io, async lockLost => {
      const { plan, drifted } = await planWith(connection, await store.read())
      return approveAndExecute({ plan, drifted, audit, lockLost, ...rest })
    })
  } finally {
    await audit.close()
  }
}

interface Prepared {
  readonly state: Plan['state']
  planWith(connection: Connection, records: RemovalRecords): Promise<{ plan: Plan; drifted: Drifted | null }>
}

async function prepareFresh(flags: ApplyFlags, io: Io): Promise<Prepared> {
  const options = reconcileOptions(flags, io, false)
  const { manifest, locate } = await loadManifest(flags.file, io)
  return {
    state: manifest.state,
    async planWith(connection, records) {
      const { client, list } = connection
      const now = flags.now ?? new Date()
      const plan = await makePlan({ manifest, records, now, options, locate, apiUrl: client.apiUrl }, list)
      return { plan, drifted: null }
    },
  }
}

async function prepareSaved(path: string, flags: ApplyFlags, io: Io): Promise<Prepared> {
  const plan = applicableSavedPlan(await loadSavedPlan(path, io), flags, io)
  return {
    state: plan.state,
    planWith: async (connection, records) => ({ plan, drifted: await driftOf(plan, connection, records) }),
  }
}

interface Ready extends Omit<Locked, 'planWith'> {
  readonly plan: Plan
  readonly drifted: Drifted | null
  readonly audit: AuditTrail
  readonly lockLost: AbortSignal
}

interface Locked extends Pick<Prepared, 'planWith'> {
  readonly saved: boolean
  readonly connection: Connection
  readonly store: StateStore
  readonly view: ApplyView
  readonly flags: ApplyFlags
  readonly io: Io
}

async function approveAndExecute(ready: Ready): Promise<ExitCode> {
  const { plan, drifted, flags, view, audit } = ready
  await view.planned(plan)
  await audit.planned(plan)
  const refusal = refusalOf(plan, drifted, flags)
  if (refusal !== null) {
    await audit.judged('refused', refusal.message)
    throw refusal
  }
  await approve(ready)
  await audit.started()
  const report = await run(ready)
  view.finished(report, isComplete(report))
  await audit.finished(report)
  return exitCode(report)
}

/** Every reason not to begin, before anything is sent. */
function refusalOf(plan: Plan, drifted: Drifted | null, flags: ApplyFlags): CommandError | null {
  if (drifted !== null && drifted.length > 0) return stale(driftText(drifted))
  if (flags.expect !== undefined && flags.expect.replace(/^sha256:/, '') !== plan.digest.replace(/^sha256:/, '')) {
    return stale(`The plan's digest is ${plan.digest}, not ${flags.expect} as --expect says.`)
  }
  if (plan.problems.length > 0) return new CommandError('The plan has errors (see above); nothing was done.')
  if (plan.refused.length === 0) return null
  const messages = plan.refused.map(({ message }) => message).join('\n')
  return new CommandError(`Refused; nothing was done.\n${messages}`, { exitCode: EXIT.refused })
}

const stale = (what: string): CommandError =>
  new CommandError(`The plan is stale; nothing was done.\n${what}`, {
    exitCode: EXIT.stale,
    advice: 'Plan again, and have the new plan approved.',
  })

/** Asks, unless the approval was given beforehand. @throws CommandError where it is declined, or too late */
async function approve(ready: Ready): Promise<void> {
  const { plan, saved, flags, audit } = ready
  if (saved) return audit.judged('approved', 'a saved plan')
  if (flags.autoApprove) return audit.judged('approved', '--auto-approve')
  if (plan.actions.length === 0) return audit.judged('approved', 'nothing to do')
  try {
    await ask(ready)
  } catch (error) {
    await audit.judged('declined', error instanceof Error ? error.message : String(error))
    throw error
  }
  return audit.judged('approved', 'at the prompt')
}

/** A person may have taken their time, so what was shown is compared with the live state once more. */
async function ask({ plan, connection, store, io }: Ready): Promise<void> {
  await askApproval(io)
  const drifted = await driftOf(plan, connection, await store.read())
  if (drifted.length > 0) throw stale(driftText(drifted))
}

async function run({ plan, lockLost, connection, store, view, audit, flags, io }: Ready): Promise<Report> {
  const { client, clock, limiter, policy } = connection
  const deps = {
    api: client,
    clock,
    memory: { prepare: () => store.checkWritable(), record: store.record.bind(store) },
    interrupt: io.interrupt,
    lockLost,
    async emit(event: Parameters<ApplyView['event']>[0]) {
      view.event(event)
      await audit.event(event)
    },
  }
  return execute(plan, deps, { parallelism: flags.parallelism, retry: policy, failFast: flags.failFast }, limiter)
}

function exitCode(report: Report): ExitCode {
  if (report.stop?.reason === 'interrupted') return EXIT.interrupted
  return isComplete(report) ? EXIT.done : EXIT.partial
}
