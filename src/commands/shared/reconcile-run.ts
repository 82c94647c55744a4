import type { ApprovingFlags, PlanningFlags } from '../../cli/common-options.js'
import type { CommonFlags } from '../../cli/flags.js'
import { CommandError, EXIT, type ExitCode, type Io, ManifestError } from '../../cli/io.js'
import type { Log } from '../../cli/log.js'
import type { Plan } from '../../model/plan.js'
import { isComplete, type Report } from '../../model/report.js'
import { NO_CHANGES, planSummary } from '../../render/text/plan-text.js'
import { problemsText } from '../../render/text/problems-text.js'
import { applySummary, resultLine } from '../../render/text/report-text.js'
import { PLAIN } from '../../render/text/style.js'
import type { Trigger } from '../../serve/loop.js'
import type { Metrics, RunResult } from '../../serve/metrics.js'
import type { Status } from '../../serve/status.js'
import { type ApplySettings, applyExitCode, applyOnce } from './apply-once.js'
import type { ApplyView } from './apply-view.js'
import { planJudge } from './approvals.js'
import type { Connection } from './connect.js'
import { loadManifest } from './load-manifest.js'
import { makePlan, type PlanBasis, reconcileOptions } from './make-plan.js'
import { openStateFor, readWorld } from './read-world.js'

export type RunFlags = CommonFlags &
  ApprovingFlags &
  Pick<PlanningFlags, 'protect' | 'now' | 'maxRemovals' | 'noLoss'> &
  Pick<ApplySettings, 'parallelism' | 'acceptAbsent' | 'auditLog' | 'lockTimeout'> & {
    readonly removals: boolean
    readonly dryRun: boolean
  }

interface Deps {
  readonly flags: RunFlags
  readonly io: Io
  readonly log: Log
  readonly connection: Connection
  readonly status: Status
  readonly metrics: Metrics
}

export interface Reconciler {
  /** Never rejects. `failures`: failed runs in a row so far. @return whether all was done that was to be done */
  run(triggers: readonly Trigger[], failures: number): Promise<boolean>
  /** One run; rejects as apply does. */
  once(): Promise<ExitCode>
}

interface Outcome {
  readonly result: RunResult
  readonly message: string
  readonly exitCode: ExitCode
}

/** Runs of the same sequence as `apply`'s, with the manifest read anew for each: one that became bad does nothing. */
export function createReconciler(deps: Deps): Reconciler {
  const { status, metrics, log, io } = deps
  return {
    async run(triggers, failures) {
      const [started, began] = [new Date().toISOString(), performance.now()]
      const outcome = await withOwnInterrupt(io, own => reconcile({ ...deps, io: own })).catch((error: unknown) =>
        failureOf(error, io),
      )
      const ms = performance.now() - began
      const good = outcome.result === 'success'
      const inARow = good ? 0 : failures + 1
      status.failures = inARow
      status.problem = outcome.result === 'failed' || outcome.result === 'manifest' ? outcome.message : null
      status.ran({ started, duration_ms: Math.round(ms), triggers, result: outcome.result, message: outcome.message })
      metrics.reconciled(outcome.result, ms / 1000, inARow)
      for (const line of outcome.message.split('\n')) good ? log.info(line) : log.warn(line)
      // A refusal stays until somebody acts: to repeat it faster than the clock would not help.
      return good || outcome.result === 'refused' || outcome.result === 'interrupted'
    },
    async once() {
      const outcome = await reconcile(deps)
      for (const line of outcome.message.split('\n')) log.info(line)
      return outcome.exitCode
    },
  }
}

/** What listens for a run's interrupt goes with the run: the process's own signal lives for months. */
async function withOwnInterrupt<T>(io: Io, work: (io: Io) => Promise<T>): Promise<T> {
  const own = new AbortController()
  const pass = () => own.abort()
  io.interrupt.addEventListener('abort', pass)
  if (io.interrupt.aborted) pass()
  try {
    const its: Io = Object.create(io, { interrupt: { value: own.signal, enumerable: true } })
    return await work(its)
  } finally {
    io.interrupt.removeEventListener('abort', pass)
  }
}

async function reconcile(deps: Deps): Promise<Outcome> {
  const { flags, io, connection, status } = deps
  const loaded = await loadManifest(flags.file, io)
  const { manifest } = loaded
  const planning = { ...flags, target: [] }
  const basis = (noRemovals: boolean): PlanBasis => ({
    ...loaded,
    options: reconcileOptions({ ...planning, noRemovals }, io, true),
    now: flags.now,
    noLoss: flags.noLoss,
  })
  const store = openStateFor(manifest.state, connection.client.apiUrl, flags, io)
  status.state = store.description
  if (flags.dryRun)
    return dryRun(deps, await makePlan(basis(!flags.removals), await readWorld(connection, store), connection.clock))

  const judge = planJudge(undefined, flags, io)
  const run = async (noRemovals: boolean): Promise<{ plan: Plan | null; report: Report }> => {
    const view = viewOf(deps)
    const settings: ApplySettings = { ...flags, failFast: false, expect: undefined, noLock: false }
    const report = await applyOnce(
      { kind: 'manifest', ...basis(noRemovals) },
      { connection, store, view, approval: { given: 'serve' }, judge, settings, io },
    )
    return { plan: view.plan(), report }
  }
  if (!flags.removals) return reported(await run(true))
  try {
    return reported(await run(false))
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode !== EXIT.refused) throw error
    // What was refused may be the removals alone; invitations are decided all the same.
    const rest = reported(await run(true))
    return rest.result === 'success'
      ? { result: 'refused', message: `${error.message}\nWithout removals: ${rest.message}`, exitCode: EXIT.refused }
      : rest
  }
}

function dryRun({ status, metrics }: Deps, plan: Plan): Outcome {
  status.planned(plan)
  metrics.planned(plan)
  if (plan.problems.length > 0) throw new CommandError(plan.problems.map(({ summary }) => summary).join('\n'))
  const refused = plan.refused.map(({ message }) => message)
  const message = [...refused, `${summaryOf(plan)} (--dry-run: nothing was done)`].join('\n')
  return refused.length === 0
    ? { result: 'success', message, exitCode: EXIT.done }
    : { result: 'refused', message, exitCode: EXIT.refused }
}

const summaryOf = (plan: Plan): string => (plan.actions.length === 0 ? NO_CHANGES : planSummary(plan.summary))

function reported({ plan, report }: { plan: Plan | null; report: Report }): Outcome {
  const exitCode = applyExitCode(report)
  if (exitCode === EXIT.interrupted) return { result: 'interrupted', message: 'The run was interrupted.', exitCode }
  const complete = isComplete(report)
  const message = plan === null || plan.actions.length > 0 ? applySummary(report, complete) : NO_CHANGES
  const stop = report.stop === null ? '' : ` ${report.stop.message}`
  return { result: complete ? 'success' : 'failed', message: `${message}${stop}`, exitCode }
}

/** A line for each action, and what the page and the metrics show. */
function viewOf({ log, status, metrics }: Deps): ApplyView & { plan(): Plan | null } {
  let planned: Plan | null = null
  return {
    plan: () => planned,
    async planned(plan) {
      planned = plan
      status.planned(plan)
      metrics.planned(plan)
      if (plan.actions.length > 0) log.info(`${planSummary(plan.summary)} Digest: ${plan.digest}`)
      for (const problem of plan.problems) log.warn(problem.summary)
    },
    event(event) {
      if (event.type === 'retry')
        log.debug(`${event.action.address}: ${event.error.message}; again in ${event.delayMs} ms`)
      if (event.type !== 'settled') return
      metrics.settled(event.result)
      log.info(resultLine(event.result, PLAIN))
    },
    problem: () => undefined,
    finished: report => metrics.finished(report),
  }
}

function failureOf(error: unknown, io: Io): Outcome {
  if (io.interrupt.aborted)
    return { result: 'interrupted', message: 'The run was interrupted.', exitCode: EXIT.interrupted }
  if (error instanceof ManifestError) {
    const message = `The manifest has problems: nothing is done until it is right.\n${problemsText(error.problems, PLAIN)}`
    return { result: 'manifest', message, exitCode: EXIT.error }
  }
  const exitCode = error instanceof CommandError ? error.exitCode : EXIT.error
  const message = error instanceof Error ? error.message : String(error)
  return { result: exitCode === EXIT.refused ? 'refused' : 'failed', message, exitCode }
}
