import type { LockingFlags } from '../../cli/common-options.js'
import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import type { Log } from '../../cli/log.js'
import type { StateConfig } from '../../model/manifest.js'
import { openState, type StateLock, type StateStore } from '../../state/state-store.js'
import { describeHolder } from '../../system/lock-info.js'
import { wireOf } from './wire-options.js'

/** The state that a manifest names, for the API in use. */
export const openStateFor = (config: StateConfig, apiUrl: string, flags: CommonFlags, io: Io): StateStore =>
  openState(config, { ...wireOf(flags, io), apiUrl, cwd: io.cwd })

/** Acquires the state's lock. @throws GuestlistError if another run holds it */
export async function lockState(
  store: StateStore,
  { lockTimeout, noLock }: LockingFlags,
  log: Log,
  io: Pick<Io, 'interrupt'>,
  operation: string,
): Promise<Pick<StateLock, 'release' | 'lost' | 'isHeld'>> {
  if (noLock) {
    log.warn(
      'state_not_locked',
      'the state is not locked (--no-lock): make sure that nobody else runs at the same time',
    )
    return { lost: new AbortController().signal, isHeld: () => true, release: async () => undefined }
  }
  if (!store.canLock)
    log.warn('state_not_locked', `the state at ${store.description} has no lock address, so it is not locked`)
  return store.lock({
    operation,
    timeoutMs: lockTimeout,
    signal: io.interrupt,
    onWait: holder => log.info(`waiting for the state's lock, held by ${describeHolder(holder)}`),
    onTakeover: holder =>
      log.warn('lock_taken_over', `took over the state's lock ${holder.ID} of ${holder.Who}: its process has ended`),
  })
}
