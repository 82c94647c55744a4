import type { StateConfig } from '../../model/manifest.js'
import type { Leadership } from '../../serve/leader.js'
import { DEFAULT_STATE_PATH } from '../../state/local.js'
import type { StateStore } from '../../state/state-store.js'
import type { LoadedManifest } from '../shared/load-manifest.js'

/** What an instance reads again and again. */
export interface Sources {
  /** @throws GuestlistError with the manifest's problems */
  load(): Promise<LoadedManifest>
  /** @throws GuestlistError */
  openStore(config: StateConfig): StateStore
}

/**
 * The lead is a lock beside the state's own: it is kept between runs, while the state's is held by whoever works, for as long as a
 * run takes. So an apply finds the state free, and no two runs, led or not, are ever at work at once.
 *
 * @param onWait another instance has it
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

/** An http state has one lock, so there every instance works by its own clock, one run at a time. */
function leadConfigOf(config: StateConfig): StateConfig | null {
  if (config.backend === 'http') return null
  if (config.backend === 'postgres') return { ...config, name: `${config.name} (serve)` }
  return { ...config, path: `${config.path ?? DEFAULT_STATE_PATH}.serve` }
}
