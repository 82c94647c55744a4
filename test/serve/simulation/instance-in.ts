import { startInstance, takeLead } from '../../../src/commands/serve/instance.js'
import { createReconciler, type Sources } from '../../../src/commands/serve/reconcile-run.js'
import type { LoadedManifest } from '../../../src/commands/shared/load-manifest.js'
import { problemsError } from '../../../src/model/error.js'
import type { Plan } from '../../../src/model/plan.js'
import type { Loop } from '../../../src/serve/loop.js'
import { createMetrics } from '../../../src/serve/metrics.js'
import { ServiceStatus } from '../../../src/serve/status.js'
import { openState } from '../../../src/state/state-store.js'
import { COMMON_FLAGS } from '../../helpers/command.js'
import { API_URL, connectionOf, ioOf } from '../../simulation/apply-in.js'
import type { Provider } from '../../simulation/provider.js'
import type { Random } from '../../simulation/random.js'
import type { Scheduler } from '../../simulation/scheduler.js'
import type { Database } from './database.js'
import type { Machine } from './machine.js'
import { INTERVAL_MS, type Scenario, type Started } from './scenario.js'
import type { Watch } from './watch.js'

/** What every instance of a seed meets. */
export interface World {
  readonly scenario: Scenario
  readonly scheduler: Scheduler
  readonly provider: Provider
  readonly database: Database
  readonly trace: (line: string) => void
  /** Whether the manifest has problems now. */
  manifestIsBad: boolean
}

export interface Running {
  readonly machine: Machine
  readonly watch: Watch
  readonly loop: Loop
  readonly status: ServiceStatus
  /** Calm or not: what is set here is what the next call meets. */
  readonly weather: Started['weather']
  /** Whether the loop and the lead have ended. */
  hasEnded(): boolean
}

const ENVIRONMENT = { GUESTLIST_STATE_POSTGRES: 'postgres://u:p@db.example/guests?sslmode=require' }

/** The real service, but for its HTTP server and its signals, on a machine of the simulation. */
export function startInstanceOn(
  machine: Machine,
  started: Started,
  random: Random,
  watch: Watch,
  world: World,
): Running {
  const { scenario, database, trace } = world
  const say = (line: string) => trace(`${machine.name} ${line}`)
  const io = ioOf(machine, ENVIRONMENT)
  const weather = { ...started.weather }
  const api = world.provider.apiFor(machine, weather, random.fork('network'), {
    sent(call, address) {
      watch.sent(call, address)
      if (call === 'get' || call === 'list') return
      say(`sends ${call} ${address}`)
      machine.changes()
    },
    ended: () => {},
  })
  const connection = connectionOf(machine, machine.clock, api, { rateLimit: null, retries: started.retries })
  const status = new (class extends ServiceStatus {
    override planned(plan: Plan): void {
      watch.plan = plan
      super.planned(plan)
    }
  })({ version: '0', apiUrl: API_URL, removals: scenario.removals, dryRun: false })
  const openStore: Sources['openStore'] = config =>
    openState(config, {
      apiUrl: API_URL,
      cwd: '/',
      env: ENVIRONMENT,
      clock: machine.clock,
      openSession: database.opener(machine),
    })
  const load = (told: (isBad: boolean) => void) => () =>
    machine.later(2, () => {
      told(world.manifestIsBad)
      if (world.manifestIsBad) throw problemsError([PROBLEM])
      return loadedOf(scenario)
    })
  const metrics = createMetrics('0')
  const reconciler = createReconciler({
    sources: { load: load(isBad => watch.loaded(isBad)), openStore },
    flags: flagsOf(started, scenario),
    io,
    log: connection.log,
    connection,
    status,
    metrics,
  })
  const { loop, leading } = startInstance({
    reconciler: {
      async run(triggers) {
        say(`runs because of ${triggers.join(', ')}`)
        watch.runBegan(triggers)
        const ok = await reconciler.run(triggers)
        // The holder of a lock has an id that chance gives.
        say(`ends its run: ${status.document().runs[0]?.message.replace(/, by .*|\n.*/s, '')}`)
        watch.runEnded(ok)
        return ok
      },
    },
    takeLead: waiting => takeLead({ load: load(() => {}), openStore }, false, waiting),
    status,
    metrics: {
      leader(isLeader) {
        say(isLeader ? 'leads' : 'leads no more')
        watch.lead(isLeader)
      },
    },
    // It asks for a run by itself where no lead can be taken.
    log: { ...connection.log, warn: code => code === 'no_leader' && watch.triggered('start') },
    clock: machine.clock,
    intervalMs: INTERVAL_MS,
    stop: machine.interrupt,
  })
  let left = 2
  for (const end of [loop.ended, leading]) void end.then(() => left--)
  return { machine, watch, loop: watch.watched(loop), status, weather, hasEnded: () => left === 0 }
}

const PROBLEM = {
  code: 'syntax',
  severity: 'error',
  summary: 'bad for a while',
  detail: 'Mend it.',
  range: null,
  snippet: null,
  file: 'guestlist.yaml',
} as const

const loadedOf = ({ manifest }: Scenario): LoadedManifest => ({
  manifest,
  warnings: [],
  files: [],
  sources: [],
  locate: found => found,
  written: () => [],
  ci: null,
})

const flagsOf = ({ parallelism, retries, lockTimeoutMs }: Started, { removals }: Scenario) => ({
  ...COMMON_FLAGS,
  retries,
  protect: [],
  now: undefined,
  maxRemovals: undefined,
  noLoss: true,
  approval: [],
  allowedSigners: undefined,
  author: undefined,
  requiredApprovals: undefined,
  requiredApprovalsFor: undefined,
  parallelism,
  acceptAbsent: true,
  auditLog: undefined,
  lockTimeout: lockTimeoutMs,
  removals,
  dryRun: false,
})
