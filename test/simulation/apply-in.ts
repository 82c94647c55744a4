import { Readable } from 'node:stream'
import type { Io } from '../../src/cli/io.js'
import { type ApplyBasis, applyExitCode, applyOnce } from '../../src/commands/shared/apply-once.js'
import type { ApplyView } from '../../src/commands/shared/apply-view.js'
import type { Connection } from '../../src/commands/shared/connect.js'
import { type Api, observeAll } from '../../src/execute/api.js'
import { createRateLimiter } from '../../src/http/rate-limiter.js'
import { DEFAULT_RETRY, readWithRetries } from '../../src/http/retry.js'
import type { Plan } from '../../src/model/plan.js'
import type { ReconcileOptions } from '../../src/reconcile/reconcile.js'
import type { StateStore } from '../../src/state/state-store.js'
import type { Clock } from '../../src/system/clock.js'
import { type Approvals, judgeOf } from './approvals.js'
import type { Provider } from './provider.js'
import type { Random } from './random.js'
import type { Apply, Scenario } from './scenario.js'
import type { Process, Scheduler } from './scheduler.js'
import type { Disk } from './store.js'
import type { Watch } from './watch.js'

export const API_URL = 'https://api.example'

/** What every process of a seed meets. */
export interface World {
  /** The folder of approvals. */
  readonly approvals: Approvals
  readonly met: (what: string) => void
  readonly scenario: Scenario
  readonly scheduler: Scheduler
  readonly provider: Provider
  readonly disk: Disk
  readonly trace: (line: string) => void
  readonly broken: (promise: string, detail: string) => void
}

/** The real sequence, in a simulated world. */
export function applyIn(
  process: Process,
  apply: Apply,
  saved: Plan | null,
  random: Random,
  watch: Watch,
  view: ApplyView,
  { scenario, provider, disk, trace, approvals }: World,
): Promise<number> {
  const observer = {
    sent: (...call: Parameters<Watch['sent']>) => {
      trace(`${process.name} sends ${call.join(' ')}`)
      watch.sent(...call)
    },
    ended: (...end: Parameters<Watch['ended']>) => {
      trace(`${process.name} gets ${end[2]?.message ?? 'success'} for ${end[0]} ${end[1]}`)
      watch.ended(...end)
    },
  }
  const api = provider.apiFor(process, apply.weather, random.fork('network'), observer)
  const { now } = process.scheduler
  const clock: Clock = { now, monotonic: now, sleep: process.sleep, random: random.fork('jitter').next }
  const connection = connectionOf(process, clock, api, apply)
  const store = watchedStore(disk.storeFor(process, apply.stateFailure, random.fork('disk')), watch)
  const basis: ApplyBasis = saved
    ? { kind: 'saved', plan: saved }
    : {
        kind: 'manifest',
        manifest: scenario.manifest,
        locate: found => found,
        options: optionsOf(scenario),
        now: undefined,
        noLoss: true,
        files: [],
        ci: null,
      }
  const settings = {
    parallelism: apply.parallelism,
    failFast: apply.failFast,
    acceptAbsent: apply.acceptAbsent,
    lockTimeout: apply.lockTimeoutMs,
    noLock: false,
    expect: undefined,
    auditLog: undefined,
  }
  const approval = { given: '--auto-approve' }
  return applyOnce(basis, {
    connection,
    store,
    view,
    approval,
    judge: judgeOf(scenario, approvals),
    settings,
    io: ioOf(process),
  }).then(applyExitCode)
}

/** What is asked for outside the manifest. */
export const optionsOf = ({ requiredApprovals }: Scenario): ReconcileOptions => ({
  approvals: requiredApprovals === 0 ? [] : [{ count: requiredApprovals, for: 'removals' }],
})

export function connectionOf(
  { interrupt }: Pick<Process, 'interrupt'>,
  clock: Clock,
  api: Api,
  apply: Pick<Apply, 'rateLimit' | 'retries'>,
): Connection {
  const limiter = createRateLimiter(clock, apply.rateLimit)
  const policy = { ...DEFAULT_RETRY, retries: apply.retries }
  const silent = () => {}
  return {
    client: { ...api, apiUrl: API_URL, close: silent },
    clock,
    limiter,
    policy,
    log: { warn: silent, info: silent, debug: silent, retry: silent },
    clouds: async () => ({ unread: null, clouds: [] }),
    keycloak: null,
    list: (start, status) =>
      readWithRetries(() => observeAll(api.list(status), start()), { limiter, clock, policy, stop: interrupt }),
  }
}

/** A state that cannot be written stops the run. */
function watchedStore(store: StateStore, watch: Watch): StateStore {
  const watched = (written: Promise<void>) =>
    written.catch(error => {
      watch.stop('the state could not be written')
      throw error
    })
  return {
    ...store,
    checkWritable: () => watched(store.checkWritable()),
    record: (...args) => watched(store.record(...args)),
  }
}

export const ioOf = ({ interrupt }: Pick<Process, 'interrupt'>, env: NodeJS.ProcessEnv = {}): Io => ({
  out: () => {},
  outAll: async pieces => void [...pieces],
  err: () => {},
  stdin: Readable.from([]),
  env,
  cwd: '/',
  outIsTerminal: false,
  errIsTerminal: false,
  columns: 80,
  interrupt,
})
