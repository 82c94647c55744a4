import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import type { StateConfig } from '../../model/manifest.js'
import type { Leadership } from '../../serve/leader.js'
import { DEFAULT_STATE_PATH } from '../../state/local.js'
import { loadManifest } from '../shared/load-manifest.js'
import { openStateFor } from '../shared/read-world.js'

type LeadFlags = CommonFlags & { readonly file: readonly string[]; readonly dryRun: boolean }

/**
 * The lead is a lock beside the state's own: it is kept between runs, while the state's is held by whoever works, for as long as a
 * run takes. So an apply finds the state free, and no two runs, led or not, are ever at work at once.
 *
 * @param onWait another instance has it
 */
export async function takeLead(
  flags: LeadFlags,
  io: Io,
  apiUrl: string,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: () => void },
): Promise<Leadership> {
  const { manifest } = await loadManifest(flags.file, io)
  const config = besideOf(manifest.state)
  if (config === null || flags.dryRun) return { lost: new AbortController().signal, release: async () => undefined }
  const store = openStateFor(config, apiUrl, flags, io)
  return store.lock({ operation: 'serve', timeoutMs: Number.POSITIVE_INFINITY, signal, onWait })
}

/** An http state has one lock, so there every instance works by its own clock, one run at a time. */
function besideOf(config: StateConfig): StateConfig | null {
  if (config.backend === 'http') return null
  if (config.backend === 'postgres') return { ...config, name: `${config.name} (serve)` }
  return { ...config, path: `${config.path ?? DEFAULT_STATE_PATH}.serve` }
}
