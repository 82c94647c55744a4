import type { ApplyView } from '../../src/commands/shared/apply-view.js'
import { ApiError } from '../../src/model/api-error.js'
import { GuestlistError } from '../../src/model/error.js'
import type { Plan } from '../../src/model/plan.js'
import type { Report } from '../../src/model/report.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { API_URL, applyIn, optionsOf, type World } from './apply-in.js'
import { Approvals } from './approvals.js'
import { CALM } from './faults.js'
import { type Ended, exitCodeOf, judgeEnd, judgeReport } from './judge.js'
import { Provider } from './provider.js'
import { createRandom, type Random } from './random.js'
import { type Apply, drawScenario, PEOPLE, type Surprise } from './scenario.js'
import { createProcess, createScheduler, type Process } from './scheduler.js'
import { Disk } from './store.js'
import { Watch } from './watch.js'

export interface Outcome {
  /** Promises that were broken, each with what broke it. */
  readonly broken: readonly string[]
  readonly trace: readonly string[]
  /** What happened in it, as `exit 5`, `removal absent`, `stop forbidden`, … */
  readonly met: ReadonlySet<string>
}

/** Runs one seed's world to its end. The same seed always runs the same way. */
export async function simulate(seed: number): Promise<Outcome> {
  const random = createRandom(seed)
  const scenario = drawScenario(random.fork('scenario'))
  const scheduler = createScheduler()
  const broken: string[] = []
  const lines: string[] = []
  const met = new Set<string>()
  const started = scheduler.now()
  const trace = (line: string) => lines.push(`${String(scheduler.now() - started).padStart(8)} ms  ${line}`)
  const world: World = {
    scenario,
    scheduler,
    provider: new Provider(scheduler, scenario.invitations, scenario.users),
    disk: new Disk(scheduler),
    approvals: new Approvals(),
    trace,
    met: what => met.add(what),
    broken: (promise, detail) => {
      trace(`BROKEN: ${promise}: ${detail}`)
      broken.push(`${promise}: ${detail}`)
    },
  }
  for (const [index, { signers, surprise, applies }] of scenario.rounds.entries()) {
    const saved = planNow(world)
    for (const person of signers) world.approvals.sign(saved, person)
    surprised(world.provider, surprise)
    const runs = applies.map((apply, at) => {
      const name = `apply ${index + 1}.${at + 1}`
      return startApply(name, apply, apply.saved ? saved : null, random.fork(name), world)
    })
    if (!(await scheduler.run())) world.broken('every run ends', 'there is no end to its events')
    for (const finish of runs) finish()
  }
  await converge(random, world)
  return { broken, trace: lines, met }
}

function surprised(provider: Provider, surprise: Surprise): void {
  if (surprise.kind === 'invited') provider.put(surprise.invitation)
  if (surprise.kind === 'decided') {
    const now = provider.statusOf(surprise.id)
    if (now === 'P' || (now === 'D' && surprise.status === 'A')) provider.decideElsewhere(surprise.id, surprise.status)
  }
}

function planNow({ scenario, scheduler, provider, disk }: World): Plan {
  const { manifest } = scenario
  const now = new Date(scheduler.now())
  return reconcile(
    { manifest, records: disk.read().removals, now, apiUrl: API_URL, options: optionsOf(scenario) },
    provider.list(),
  )
}

const QUIET: Apply = {
  saved: false,
  parallelism: 2,
  retries: 1,
  failFast: false,
  acceptAbsent: true,
  rateLimit: null,
  lockTimeoutMs: 0,
  fate: { killAt: null, interruptAt: null },
  weather: CALM,
  stateFailure: 0,
  auditFailsAt: null,
  startMs: 0,
}

/** Whatever happened before, one apply without faults leaves nothing to do. */
async function converge(random: Random, world: World): Promise<void> {
  const before = planNow(world)
  const effects = world.provider.effects.length
  for (const person of PEOPLE) world.approvals.sign(before, person)
  const finish = startApply('last apply', QUIET, null, random.fork('last'), world)
  await world.scheduler.run()
  const exitCode = finish()
  const after = planNow(world)
  if (before.refused.length + before.problems.length > 0) {
    if (world.provider.effects.length > effects) world.broken('a refused plan is not begun', 'at the last apply')
  } else if (exitCode !== 0 || after.actions.length > 0) {
    const left = after.actions.map(({ action, address }) => `${action} ${address}`).join(', ')
    world.broken('the next run finishes the work', `exit ${exitCode}, left: ${left}`)
  }
}

/** Starts a process that applies. What it returns is to be called when it has ended: it gives the exit code. */
function startApply(name: string, apply: Apply, saved: Plan | null, random: Random, world: World) {
  const { scheduler, provider, disk, trace, met } = world
  const broken = (promise: string, detail: string) => world.broken(promise, `${name}: ${detail}`)
  const process = createProcess(name, scheduler, apply.fate, trace)
  const watch = new Watch(process, disk, apply, world, broken)
  const lies = apply.weather.lie > 0
  const ended: Ended = { process: name, watch, provider, disk, lies, broken }
  const view = viewOf(apply, watch, world, name, ended)
  let exitCode: number | null = null
  const end = (code: number, why: string) => {
    exitCode = code
    met(`exit ${code}`)
    trace(`${name} exits with ${code}${why}`)
  }
  scheduler.after(apply.startMs, () => {
    trace(`${name} starts${saved ? ' with a saved plan' : ''}`)
    applyIn(process, apply, saved, random, watch, view, world).then(
      code => end(code, ''),
      error => end(exitCodeOfError(error, process, broken), `: ${error.message}`),
    )
  })
  return () => {
    if (!process.alive()) met(disk.holder === process ? 'killed at work' : 'killed')
    if (exitCode === null && process.alive()) broken('every run ends', 'it waits for ever')
    if (process.alive() && disk.holder === process) broken('the lock is given back', '')
    if (view.report && exitCode !== null && exitCode !== exitCodeOf(view.report))
      broken('the exit code says how it ended', `${exitCode}, not ${exitCodeOf(view.report)}`)
    judgeEnd(view.report, ended)
    return exitCode
  }
}

function exitCodeOfError(error: unknown, { interrupt }: Process, broken: World['broken']): number {
  if (error instanceof GuestlistError) return error.exitCode
  if (error instanceof ApiError) return interrupt.aborted ? 130 : 1
  broken('no bug', String(error instanceof Error ? error.stack : error))
  return 1
}

function viewOf(apply: Apply, watch: Watch, { trace, met }: World, name: string, ended: Ended) {
  let events = 0
  const view = {
    report: null as Report | null,
    async planned(plan: Plan) {
      watch.plan = plan
      const actions = plan.actions.map(({ action, address }) => `${action} ${address}`).join(', ')
      const { required, approvers } = plan.approvals
      if (required > 0 && (approvers?.length ?? 0) >= required) met('enough approvals')
      if (required > (approvers?.length ?? 0)) met('too few approvals')
      trace(`${name} plans: ${actions || 'nothing'}${plan.refused.length > 0 ? ' (refused)' : ''}`)
    },
    event(event: Parameters<ApplyView['event']>[0]) {
      watch.event(event)
      if (event.type === 'settled') {
        const { action, outcome } = event.result
        trace(`${name} settles ${action.address}: ${outcome.kind}${'why' in outcome ? ` (${outcome.why})` : ''}`)
      }
      if (++events !== apply.auditFailsAt) return
      trace(`${name}: the audit log fails`)
      watch.stop('the audit log failed')
      throw new Error('the audit log cannot be written')
    },
    problem() {},
    finished(report: Report) {
      view.report = report
      met(`verification ${report.verification.kind}`)
      if (report.stop) met(`stop ${report.stop.reason}`)
      for (const { action, outcome } of report.results) met(`${action.action} ${outcome.kind}`)
      trace(`${name} reports: ${report.verification.kind}, ${report.stop?.reason ?? 'not stopped'}`)
      judgeReport(report, ended)
    },
  }
  return view
}
