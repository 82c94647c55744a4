import type { Log } from '../../cli/log.js'
import { keepLeading, type Leadership } from '../../serve/leader.js'
import { type Loop, startLoop } from '../../serve/loop.js'
import type { Metrics } from '../../serve/metrics.js'
import type { Status } from '../../serve/status.js'
import type { Clock } from '../../system/clock.js'
import type { Reconciler } from './reconcile-run.js'

export interface InstanceDeps {
  readonly reconciler: Pick<Reconciler, 'run'>
  /** As `takeLead`. */
  takeLead(waiting: { readonly signal: AbortSignal; readonly onWait: () => void }): Promise<Leadership>
  readonly status: Status
  readonly metrics: Pick<Metrics, 'leader'>
  readonly log: Log
  readonly clock: Clock
  readonly intervalMs: number
  readonly stop: AbortSignal
}

export interface Instance {
  readonly loop: Loop
  /** Resolves when `stop` has aborted and the lead is given back. */
  readonly leading: Promise<void>
}

/** The loop of one instance, and its part in who leads. Time and everything else come from outside: the simulation runs this too. */
export function startInstance(deps: InstanceDeps): Instance {
  const { reconciler, status, metrics, log, clock, intervalMs, stop } = deps
  const loop = startLoop({
    run: async triggers => {
      // By the clock works only who leads; a webhook is served where it arrives, under the state's lock as everything.
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
    log.info('another instance works by the clock: this one stands by')
  }
  const leading = keepLeading({
    acquire: signal => deps.takeLead({ signal, onWait: onStandBy }),
    sleep: clock.sleep,
    onChange(isLeader) {
      status.leader = isLeader
      metrics.leader(isLeader)
      log.info(isLeader ? 'this instance works by the clock' : 'the lead was lost: this instance stands by')
      if (isLeader) loop.trigger('start')
    },
    onProblem(message) {
      status.problem = message
      log.warn('no_leader', `no lead can be taken: ${message}`)
      // A run reports what is in the way, and notices when it no longer is.
      loop.trigger('start')
    },
    stop,
  })
  return { loop, leading }
}
