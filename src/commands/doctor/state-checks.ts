import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import type { Manifest } from '../../model/manifest.js'
import { durationText, plural } from '../../model/text.js'
import type { StateStore } from '../../state/state-store.js'
import { describeHolder, type LockInfo, plain } from '../../system/lock-info.js'
import { hasEnded } from '../../system/process.js'
import { openStateFor } from '../shared/read-world.js'
import { apiUrlOf } from '../shared/wire.js'
import { type Finding, type Found, ok, warning } from './check.js'

export async function checkState(manifest: Manifest, flags: CommonFlags, io: Io): Promise<Found<StateStore>> {
  const store = openStateFor(manifest.state, apiUrlOf(flags), flags, io)
  const { size } = await store.read()
  return { ...ok(`${plural(size, 'removal')} remembered in ${store.description}`), value: store }
}

/** No run holds its lock for so long without something being wrong, most likely. */
const LONG_MS = 3_600_000

export async function checkLock(store: StateStore): Promise<Finding> {
  if (!store.canLock)
    return warning(
      'The state has no lock address: two runs may overlap',
      'Set state.lockAddress in the manifest, or TF_HTTP_LOCK_ADDRESS.',
    )
  const holder = await store.holder()
  if (holder === 'unknown')
    return ok('It is not known whether it is locked: an http state says so only to those who try to lock it')
  if (holder === null) return ok('The state is not locked')
  const whose = describeHolder(holder)
  if (hasEnded(holder)) return ok(`Locked by ${whose}; that process has ended, and the next run takes over the lock`)
  const age = Date.now() - Date.parse(holder.Created)
  if (age <= LONG_MS) return ok(`Locked by ${whose}`)
  const since = Number.isNaN(age) ? '' : ` for ${durationText(Math.round(age / 60_000) * 60_000)}`
  return warning(`Locked${since} by ${whose}`, adviceOn(holder))
}

const adviceOn = ({ ID }: LockInfo): string =>
  ID === ''
    ? 'Find out whose lock it is. It has no id, so it can only be removed by hand: an apply that it blocks says where it is.'
    : `If this run has certainly ended, unlock the state: guestlist state unlock ${plain(ID)}`
