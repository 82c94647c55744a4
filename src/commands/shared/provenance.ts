import type { Provenance } from '../../model/plan.js'
import { VERSION } from '../../version.js'
import type { LoadedManifest } from './load-manifest.js'
import type { World } from './read-world.js'

/** `now`: the clock of the report. */
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
