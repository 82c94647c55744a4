import type { Log } from '../../cli/log.js'
import type { StateConfig } from '../../model/manifest.js'
import { keepLeading, type Leadership } from '../../serve/leader.js'
import { type Loop, startLoop } from '../../serve/loop.js'
import type { Metrics } from '../../serve/metrics.js'
import type { ServiceStatus } from '../../serve/status.js'
import { DEFAULT_STATE_PATH } from '../../state/local.js'
import type { Clock } from '../../system/clock.js'
import type { ServeReconciler, Sources } from './reconcile-run.js'

export interface InstanceDeps {
  readonly reconciler: Pick<ServeReconciler, 'run'>
  /** See `takeLead`. */
  takeLead(waiting: { readonly signal: AbortSignal; readonly onWait: () => void }): Promise<Leadership>
  readonly status: ServiceStatus
  readonly metrics: Pick<Metrics, 'leader'>
  readonly log: Log
  readonly clock: Clock
  readonly intervalMs: number
  readonly stop: AbortSignal
}

export interface Instance {
  readonly loop: Loop
  /** Resolves once `stop` has aborted and the lead has been released. */
  readonly leading: Promise<void>
}

/** Starts one instance's loop and its leader election. Every dependency is injected: the simulation runs this too. */
export function startInstance(deps: InstanceDeps): Instance {
  const { reconciler, status, metrics, log, clock, intervalMs, stop } = deps
  const loop = startLoop({
    run: async triggers => {
      // Only the leader runs on schedule; any instance handles the webhooks it receives, under the state's lock.
      if (!status.leader && triggers.every(trigger => trigger === 'interval')) return true
      return reconciler.run(triggers)
    },
    now: clock.monotonic,
    sleep: clock.sleep,
    random: clock.random,
    intervalMs,
    stop,
  })
  const onStandBy = () => {
    status.problem = null
    log.info('another instance runs on schedule: this one is on standby')
  }
  const leading = keepLeading({
    acquire: signal => deps.takeLead({ signal, onWait: onStandBy }),
    sleep: clock.sleep,
    onChange(isLeader) {
      status.leader = isLeader
      metrics.leader(isLeader)
      log.info(isLeader ? 'this instance runs on schedule' : 'the lead was lost: this instance is on standby')
      if (isLeader) loop.trigger('start')
    },
    onProblem(message) {
      status.problem = message
      log.warn('no_leader', `no lead can be taken: ${message}`)
      // A run reports the obstacle, and notices when it is gone.
      loop.trigger('start')
    },
    stop,
  })
  return { loop, leading }
}

/**
 * The lead is a lock separate from the state's: it is kept between runs, while the state's lock is held only during a
 * run. So an apply finds the state free between runs, and no two runs, by the leader or not, ever overlap.
 *
 * @param onWait called when another instance holds the lead
 */
export async function takeLead(
  { load, openStore }: Sources,
  dryRun: boolean,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: () => void },
): Promise<Leadership> {
  const { manifest } = await load()
  const config = leadConfigOf(manifest.state)
  if (config === null || dryRun) return { lost: new AbortController().signal, release: async () => undefined }
  return openStore(config).lock({ operation: 'serve', timeoutMs: Number.POSITIVE_INFINITY, signal, onWait })
}

/**
 * The lead's lock. No state's name ends in a space, so no state can be mistaken for another's lead.
 * An http state has only one lock, so there every instance works by its own clock, one run at a time.
 */
function leadConfigOf(config: StateConfig): StateConfig | null {
  if (config.backend === 'http') return null
  if (config.backend === 'postgres') return { ...config, name: `${config.name} (serve) ` }
  return { ...config, path: `${config.path ?? DEFAULT_STATE_PATH}.serve` }
}
