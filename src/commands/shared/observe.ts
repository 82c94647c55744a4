import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { createLog } from '../../cli/log.js'
import type { ReadList } from '../../execute/api.js'
import { proxyRoutes } from '../../http/proxy.js'
import type { Invitation } from '../../model/invitation.js'
import type { StateConfig } from '../../model/manifest.js'
import type { RemovalRecords } from '../../model/state.js'
import { openState, type StateStore } from '../../state/store.js'
import { VERSION } from '../../version.js'
import { connect } from './connect.js'
import { loadSnapshot } from './snapshot-file.js'

/** The state that a manifest names, for the API in use. */
export function openStateFor(config: StateConfig, apiUrl: string, flags: CommonFlags, io: Io): StateStore {
  return openState(config, {
    apiUrl,
    cwd: io.cwd,
    env: io.env,
    now: () => new Date(),
    allowInsecureHttp: flags.allowInsecureHttp,
    timeoutMs: flags.timeout,
    version: VERSION,
    routeTo: proxyRoutes(io.env),
  })
}

/** What there is: the live API and the state, or a snapshot of both. */
export interface Observed {
  readonly apiUrl: string
  readonly records: RemovalRecords
  readonly list: ReadList
}

type ObserveFlags = CommonFlags & { readonly from?: string | undefined }

/** Takes no lock. With `--from` there is no network, no credential and no state file. */
export async function withObserved<T>(
  config: StateConfig,
  flags: ObserveFlags,
  io: Io,
  work: (observed: Observed) => Promise<T>,
): Promise<T> {
  if (flags.from !== undefined) return work(await observedBefore(flags.from, flags, io))
  const { client, list } = await connect(flags, io)
  try {
    const records = await openStateFor(config, client.apiUrl, flags, io).read()
    return await work({ apiUrl: client.apiUrl, records, list })
  } finally {
    client.close()
  }
}

async function observedBefore(path: string, flags: ObserveFlags, io: Io): Promise<Observed> {
  const { apiUrl, takenAt, records, invitations } = await loadSnapshot(path, askedFor(flags, io), io)
  createLog(flags.logLevel, io).info(`read from the snapshot ${path} of ${takenAt}, not from the API`)
  return {
    apiUrl,
    records,
    list: consume => consume(oneBatch(invitations)),
  }
}

async function* oneBatch(invitations: readonly Invitation[]): AsyncGenerator<readonly Invitation[], void> {
  yield invitations
}

/** The address on the command line. One in the environment is for commands that use the network: a snapshot has its own. */
function askedFor({ apiUrl }: ObserveFlags, { env }: Io): string | undefined {
  return apiUrl === (env.GUESTLIST_API_URL || env.BIMDATA_API_URL) ? undefined : apiUrl
}
