import type { ApprovingFlags, PlanningFlags } from '../../cli/common-options.js'
import type { CommonFlags } from '../../cli/flags.js'
import { type Io, withIo } from '../../cli/io.js'
import type { Log } from '../../cli/log.js'
import { plainStyle } from '../../cli/style-for.js'
import { EXIT, type ExitCode, problemsError } from '../../model/error.js'
import type { StateConfig } from '../../model/manifest.js'
import type { Plan } from '../../model/plan.js'
import type { Report } from '../../model/report.js'
import { resultLine } from '../../render/text/report-text.js'
import { planSummary, summaryLine } from '../../render/text/words.js'
import type { Trigger } from '../../serve/loop.js'
import type { Metrics } from '../../serve/metrics.js'
import type { ServiceStatus } from '../../serve/status.js'
import type { StateStore } from '../../state/state-store.js'
import { type ApplySettings, applyOnce } from '../shared/apply-once.js'
import type { ApplyView } from '../shared/apply-view.js'
import { type Connection, openKeycloak } from '../shared/connect.js'
import type { LoadedManifest } from '../shared/load-manifest.js'
import { makePlan, type PlanBasis, reconcileOptions } from '../shared/make-plan.js'
import { planJudge } from '../shared/plan-approvals.js'
import { readWorld } from '../shared/read-world.js'
import { describeError, failureOf, isRefusal, type RunOutcome, reported } from './outcome.js'

export type RunFlags = CommonFlags &
  ApprovingFlags &
  Pick<PlanningFlags, 'protect' | 'now' | 'maxRemovals' | 'noLoss'> &
  Pick<ApplySettings, 'parallelism' | 'acceptAbsent' | 'auditLog' | 'lockTimeout'> & {
    readonly removals: boolean
    readonly dryRun: boolean
  }

/** What an instance reads anew for each run. */
export interface Sources {
  /** @throws GuestlistError with the manifest's problems */
  load(): Promise<LoadedManifest>
  /** @throws GuestlistError */
  openStore(config: StateConfig): StateStore
}

export interface ReconcilerDeps {
  readonly sources: Sources
  readonly flags: RunFlags
  readonly io: Io
  readonly log: Log
  readonly connection: Connection
  readonly status: ServiceStatus
  readonly metrics: Metrics
}

export interface ServeReconciler {
  /** Never rejects. @return false if the run should be retried before its next turn */
  run(triggers: readonly Trigger[]): Promise<boolean>
  /** Does one run; rejects as apply does. */
  once(): Promise<ExitCode>
}

/** Each run is the same sequence as `apply`, with the manifest read anew: if it has become invalid, nothing is done. */
export function createReconciler(deps: ReconcilerDeps): ServeReconciler {
  const { status, metrics, log, io } = deps
  const { clock } = deps.connection
  return {
    async run(triggers) {
      const [started, began] = [new Date(clock.now()).toISOString(), clock.monotonic()]
      const { result, message, unready } = await withOwnInterrupt(io, own => reconcile({ ...deps, io: own })).catch(
        (error: unknown) => failureOf(error, io.interrupt.aborted, deps.flags),
      )
      const ms = clock.monotonic() - began
      status.failures = result === 'success' ? 0 : status.failures + 1
      if (!io.interrupt.aborted) status.problem = unready
      status.ran({ started, duration_ms: Math.round(ms), triggers, result, message })
      metrics.reconciled(result, ms / 1000, status.failures)
      for (const line of message.split('\n')) result === 'success' ? log.info(line) : log.warn('run_failed', line)
      // A refusal stands until somebody acts: retrying before the next interval would not help.
      return result === 'success' || result === 'refused' || result === 'interrupted'
    },
    async once() {
      const outcome = await reconcile(deps)
      for (const line of outcome.message.split('\n')) log.info(line)
      return outcome.exitCode
    },
  }
}

/** Gives each run its own signal, so that listeners do not pile up on the process's, which lives for months. */
async function withOwnInterrupt<T>(io: Io, work: (io: Io) => Promise<T>): Promise<T> {
  const own = new AbortController()
  const pass = () => own.abort()
  io.interrupt.addEventListener('abort', pass)
  if (io.interrupt.aborted) pass()
  try {
    return await work(withIo(io, { interrupt: own.signal }))
  } finally {
    io.interrupt.removeEventListener('abort', pass)
  }
}

async function reconcile(deps: ReconcilerDeps): Promise<RunOutcome> {
  const { flags, io, connection, sources } = deps
  const loaded = await sources.load()
  // Only removals need an account in Keycloak.
  const config = flags.removals ? loaded.manifest.keycloak : null
  const keycloak = config === null ? null : await openKeycloak(config, { deleting: !flags.dryRun }, flags, io)
  try {
    return await reconcileWith(loaded, { ...deps, connection: { ...connection, keycloak } })
  } finally {
    keycloak?.close()
  }
}

/**
 * | removals | the plan | what is done |
 * | --- | --- | --- |
 * | left alone | without removals | what `apply --no-removals` does |
 * | carried out | whole | what `apply` does |
 * | carried out | whole, but refused | what `apply --no-removals` does, and the refusal is reported |
 */
async function reconcileWith(loaded: LoadedManifest, deps: ReconcilerDeps): Promise<RunOutcome> {
  const { flags, connection, status, sources } = deps
  const style = plainStyle(flags.logLevel)
  const store = sources.openStore(loaded.manifest.state)
  status.state = store.description
  if (flags.dryRun) {
    const world = await readWorld(connection, store)
    return dryRun(deps, await makePlan(basisOf(loaded, deps, !flags.removals), world, connection.clock))
  }
  if (!flags.removals) return reported(await applyNow(loaded, deps, store, true), style)
  try {
    return reported(await applyNow(loaded, deps, store, false), style)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const refused = status.current()
    try {
      // Perhaps only the removals were refused; invitations are still decided.
      return withRefusal(describeError(error, style), reported(await applyNow(loaded, deps, store, true), style))
    } catch (second) {
      throw isRefusal(second) ? error : second
    } finally {
      if (refused !== null) showRefused(refused, deps)
    }
  }
}

const withRefusal = (refusal: string, rest: RunOutcome): RunOutcome => ({
  ...rest,
  ...(rest.result === 'success' ? { result: 'refused', exitCode: EXIT.refused } : {}),
  message: `${refusal}\nWithout removals: ${rest.message}`,
})

/** Shows the plan that waits for somebody to act, with the digest to approve. */
function showRefused(plan: Plan, { status, metrics }: ReconcilerDeps): void {
  status.planned(plan)
  metrics.refused(plan)
}

const basisOf = (loaded: LoadedManifest, { flags, io }: ReconcilerDeps, noRemovals: boolean): PlanBasis => ({
  ...loaded,
  options: reconcileOptions({ ...flags, target: [], noRemovals }, io, true),
  now: flags.now,
  noLoss: flags.noLoss,
})

async function applyNow(
  loaded: LoadedManifest,
  deps: ReconcilerDeps,
  store: StateStore,
  noRemovals: boolean,
): Promise<{ plan: Plan | null; report: Report }> {
  const { flags, io, connection } = deps
  const view = viewOf(deps)
  const settings: ApplySettings = { ...flags, failFast: false, expect: undefined, noLock: false }
  const judge = planJudge(undefined, flags, io)
  const applying = { connection, store, view, approval: { given: 'serve' }, judge, settings, io }
  try {
    const report = await applyOnce({ kind: 'manifest', ...basisOf(loaded, deps, noRemovals) }, applying)
    return { plan: view.plan(), report }
  } catch (error) {
    const problems = view.plan()?.problems ?? []
    throw problems.length > 0 ? problemsError(problems) : error
  }
}

/** Shows the plan on the page and in the metrics, and its notes in the debug log. */
function publishPlan(plan: Plan, { flags, log, status, metrics }: ReconcilerDeps): void {
  status.planned(plan)
  metrics.planned(plan)
  const style = plainStyle(flags.logLevel)
  for (const { message, code } of [...plan.warnings, ...plan.refused]) log.debug(`${message}${style.code(code)}`)
}

function dryRun(deps: ReconcilerDeps, plan: Plan): RunOutcome {
  publishPlan(plan, deps)
  if (plan.problems.length > 0) throw problemsError(plan.problems)
  const style = plainStyle(deps.flags.logLevel)
  const refused = plan.refused.map(({ message, code }) => `${message}${style.code(code)}`)
  const message = [...refused, `${summaryLine(plan)} (--dry-run: nothing was done)`].join('\n')
  return refused.length === 0
    ? { result: 'success', message, exitCode: EXIT.done, unready: null }
    : { result: 'refused', message, exitCode: EXIT.refused, unready: null }
}

/** Logs one line per action, and updates the page and the metrics. */
function viewOf(deps: ReconcilerDeps): ApplyView & { plan(): Plan | null } {
  const { flags, log, metrics } = deps
  let planned: Plan | null = null
  return {
    plan: () => planned,
    async planned(plan) {
      planned = plan
      publishPlan(plan, deps)
      if (plan.actions.length > 0) log.info(`${planSummary(plan.summary)} Digest: ${plan.digest}`)
    },
    event(event) {
      if (event.type === 'retry')
        log.debug(`${event.action.address}: ${event.error.message}; again in ${event.delayMs} ms`)
      if (event.type !== 'settled') return
      metrics.settled(event.result)
      log.info(resultLine(event.result, plainStyle(flags.logLevel)))
    },
    problem: () => undefined,
    finished: report => metrics.finished(report),
  }
}
