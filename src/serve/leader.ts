import { messageOf } from '../model/error.js'

/** Held by the one instance that runs on schedule; the others stand by. */
export interface Leadership {
  /** Aborts when the lead is lost. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

export interface LeaderDeps {
  /** Resolves once this instance has the lead; rejects if that cannot be determined, and on `stop`. */
  acquire(stop: AbortSignal): Promise<Leadership>
  sleep(ms: number, signal: AbortSignal): Promise<void>
  onChange(isLeader: boolean): void
  /** Called once while the same problem persists. */
  onProblem(message: string): void
  readonly stop: AbortSignal
}

const RETRY_MS = 2_000

/** Takes the lead whenever it is free, and again after losing it, until `stop`. */
export async function keepLeading(deps: LeaderDeps): Promise<void> {
  let problem = ''
  while (!deps.stop.aborted) {
    try {
      const leadership = await deps.acquire(deps.stop)
      problem = ''
      deps.onChange(true)
      await aborted(leadership.lost, deps.stop)
      if (!deps.stop.aborted) deps.onChange(false)
      await leadership.release()
    } catch (error) {
      if (deps.stop.aborted) return
      const message = messageOf(error)
      if (message !== problem) deps.onProblem(message)
      problem = message
      await deps.sleep(RETRY_MS, deps.stop)
    }
  }
}

function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      for (const signal of signals) signal.removeEventListener('abort', done)
      resolve()
    }
    for (const signal of signals) signal.addEventListener('abort', done)
    if (signals.some(signal => signal.aborted)) done()
  })
}
