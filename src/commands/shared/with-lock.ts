import type { LockingFlags } from '../../cli/common-options.js'
import type { Io } from '../../cli/io.js'
import type { Log } from '../../cli/log.js'
import type { StateStore } from '../../state/store.js'
import { describeHolder } from '../../system/lock-info.js'

/** Holds the state's lock while something runs, which gets the signal that it was lost. @throws StateError where another holds it */
export async function withLock<T>(
  store: StateStore,
  { lockTimeout, noLock }: LockingFlags,
  log: Log,
  io: Pick<Io, 'interrupt'>,
  work: (lost: AbortSignal) => Promise<T>,
  operation = 'apply',
): Promise<T> {
  if (noLock) {
    log.warn('the state is not locked (--no-lock): nobody else may run meanwhile')
    return work(new AbortController().signal)
  }
  if (!store.canLock) log.warn(`the state at ${store.description} has no lock address, so it is not locked`)
  const lock = await store.lock({
    operation,
    timeoutMs: lockTimeout,
    signal: io.interrupt,
    onWait: holder => log.info(`waiting for the state's lock, held by ${describeHolder(holder)}`),
    onTakeover: holder => log.warn(`took over the state's lock ${holder.ID} of ${holder.Who}: its process has ended`),
  })
  try {
    return await work(lock.lost)
  } finally {
    await lock.release()
  }
}
