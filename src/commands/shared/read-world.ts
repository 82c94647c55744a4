import type { ConcurrencyFlags, PlanningFlags, SnapshotFromFlags } from '../../cli/common-options.js'
import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { createLog } from '../../cli/log.js'
import type { ReadList } from '../../execute/api.js'
import type { KeycloakReader } from '../../keycloak/leftovers.js'
import type { Clouds } from '../../model/clouds.js'
import type { Invitation } from '../../model/invitation.js'
import type { Manifest } from '../../model/manifest.js'
import type { Provenance, StateRead } from '../../model/plan.js'
import type { RemovalRecords } from '../../model/removal-record.js'
import type { StateStore } from '../../state/state-store.js'
import { VERSION } from '../../version.js'
import { type Connection, connect } from './connect.js'
import type { LoadedManifest } from './load-manifest.js'
import { openStateFor } from './open-state.js'
import { loadSnapshot } from './snapshot-file.js'

/** Everything a plan needs besides the manifest: the live API and the state, or a snapshot of both. */
export interface World {
  readonly apiUrl: string
  readonly records: RemovalRecords
  readonly state: StateRead
  /** Read while planning, since it may be long; the rest has already been read. */
  readonly list: ReadList
  /** Called only if clouds matter. Returns null for a snapshot without clouds. */
  readonly clouds: () => Promise<Clouds | null>
  /** Null if none is configured, if nobody is to be removed, and for a snapshot, which holds nothing from Keycloak. */
  readonly keycloak: KeycloakReader | null
  readonly source: {
    /** RFC 3339, UTC: when the API was read, or reading started. */
    readonly at: string
    /** The path as given; null for the API. */
    readonly snapshot: string | null
  }
}

/** Reads everything needed before planning, and again for the check after the prompt. */
export async function readWorld(
  { client, list, clouds, clock, keycloak }: Connection,
  store: StateStore,
): Promise<World> {
  const records = await store.read()
  const lineage = store.lineage()
  return {
    apiUrl: client.apiUrl,
    records,
    state: { description: store.description, remembered: lineage === null ? null : records.size, lineage },
    list,
    clouds,
    keycloak,
    source: { at: new Date(clock.now()).toISOString(), snapshot: null },
  }
}

type WorldFlags = CommonFlags & Partial<ConcurrencyFlags & SnapshotFromFlags & Pick<PlanningFlags, 'noRemovals'>>

/** Acquires no lock. With `--from`, uses no network, credential or state file. */
export async function withWorld<T>(
  { state, keycloak }: Pick<Manifest, 'state'> & Partial<Pick<Manifest, 'keycloak'>>,
  flags: WorldFlags,
  io: Io,
  work: (world: World) => Promise<T>,
): Promise<T> {
  if (flags.from !== undefined) return work(await worldOfSnapshot(flags.from, flags, io))
  const connection = await connect(flags, io, { ...flags, keycloak: flags.noRemovals ? null : keycloak })
  const { client } = connection
  try {
    return await work(await readWorld(connection, openStateFor(state, client.apiUrl, flags, io)))
  } finally {
    client.close()
  }
}

async function worldOfSnapshot(path: string, flags: WorldFlags, io: Io): Promise<World> {
  const { apiUrl, takenAt, records, invitations, clouds } = await loadSnapshot(path, askedFor(flags), io)
  createLog(flags.logLevel, io).info(`read from the snapshot ${path} of ${takenAt}, not from the API`)
  return {
    apiUrl,
    records,
    state: { description: `as in the snapshot ${path}`, remembered: records.size, lineage: null },
    list: async start => {
      const observer = start()
      for (const invitation of invitations) observer.observe(invitation)
      return observer
    },
    clouds: async () => clouds,
    keycloak: null,
    source: { at: takenAt, snapshot: path },
  }
}

/** The address on the command line. One in the environment is ignored: a snapshot has its own. */
function askedFor({ apiUrl, given }: WorldFlags): string | undefined {
  return given.has('apiUrl') ? apiUrl : undefined
}

/** Every wanted invitation, sorted by id. */
export async function readAll(
  list: ReadList,
  wanted: (invitation: Invitation) => boolean = () => true,
  status?: string,
): Promise<readonly Invitation[]> {
  const { kept } = await list(() => {
    const kept: Invitation[] = []
    const observe = (invitation: Invitation) => {
      if (wanted(invitation)) kept.push(invitation)
    }
    return { kept, observe }
  }, status)
  return kept.sort((a, b) => a.id - b.id)
}

/** `now`: the time that the report is for. */
export function provenanceOf(
  { apiUrl, source }: Pick<World, 'apiUrl' | 'source'>,
  { files, ci }: Pick<LoadedManifest, 'files' | 'ci'>,
  now: Date,
): Provenance {
  return {
    guestlist: VERSION,
    api_url: apiUrl,
    read: {
      source: source.snapshot === null ? 'api' : 'snapshot',
      at: source.at,
      snapshot: source.snapshot,
      age_seconds: Math.max(0, Math.round((now.getTime() - Date.parse(source.at)) / 1000)),
    },
    manifest: files,
    ci,
  }
}
