import type { Manifest, StateConfig } from '../model/manifest.js'
import type { Plan } from '../model/plan.js'
import type { RemovalRecords } from '../model/state.js'
import type { ReconcileOptions } from '../reconcile/reconcile.js'
import { openState, type StateStore } from '../state/store.js'
import { VERSION } from '../version.js'
import { type Connection, connect } from './connect.js'
import type { Io } from './io.js'
import { makePlan } from './make-plan.js'
import type { Flags } from './options.js'

/** The state that a manifest names, for the API in use. */
export function openStateFor(config: StateConfig, apiUrl: string, flags: Flags, io: Io): StateStore {
  return openState(config, {
    apiUrl,
    cwd: io.cwd,
    env: io.env,
    now: () => new Date(),
    allowInsecureHttp: flags.allowInsecureHttp,
    timeoutMs: flags.timeout,
    version: VERSION,
  })
}

/** Plans from the live API and the state; takes no lock. */
export async function planLive(
  manifest: Manifest,
  now: Date,
  options: ReconcileOptions,
  flags: Flags,
  io: Io,
): Promise<Plan> {
  const connection = await connect(flags, io)
  try {
    const records = await openStateFor(manifest.state, connection.client.apiUrl, flags, io).read()
    return await planFrom(connection, { manifest, records, now, options })
  } finally {
    connection.client.close()
  }
}

interface FreshInputs {
  readonly manifest: Manifest
  readonly records: RemovalRecords
  readonly now: Date
  readonly options: ReconcileOptions
}

export const planFrom = ({ client, list }: Connection, inputs: FreshInputs): Promise<Plan> =>
  makePlan({ ...inputs, apiUrl: client.apiUrl }, list)
