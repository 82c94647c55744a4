import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ciOf } from '../../audit/entry.js'
import type { Io } from '../../cli/io.js'
import { type ManifestSource, parseManifest } from '../../manifest/parse.js'
import { problemsError } from '../../model/error.js'
import type { Manifest, StateConfig } from '../../model/manifest.js'
import type { Provenance } from '../../model/plan.js'
import type { Place, Problem } from '../../model/problem.js'
import { sha256 } from '../../model/text.js'
import { DEFAULT_STATE_PATH } from '../../state/local.js'
import { DEFAULT_MANIFEST, readSources, STDIN_NAME } from './sources.js'

export interface LoadedManifest {
  readonly manifest: Manifest
  readonly warnings: readonly Problem[]
  /** Every file that was read, with the SHA-256 of its bytes in hex. */
  readonly files: readonly { readonly file: string; readonly sha256: string }[]
  /** What it was parsed from. */
  readonly sources: readonly ManifestSource[]
  /** Gives problems that the live state shows the range and the line of the rule that they are about. */
  locate(problems: readonly Problem[]): readonly Problem[]
  /** The lines of the rule, removal or `unmatched` at a place, as they are written. */
  written(place: Place): readonly string[]
  readonly ci: Provenance['ci']
}

/** @throws GuestlistError with every problem of every file, those that cannot be read included */
export async function loadManifest(paths: readonly string[], io: Io): Promise<LoadedManifest> {
  const { sources, problems } = await readSources(paths, io)
  const parsed = parseManifest(sources)
  if (parsed.ok && problems.length === 0) {
    const { manifest, warnings, locate, written } = parsed
    return {
      manifest: { ...manifest, state: resolvedState(manifest, sources, io.cwd) },
      warnings,
      sources,
      locate,
      written,
      files: sources.map(({ file, content }) => ({ file, sha256: sha256(content) })),
      ci: ciOf(io.env),
    }
  }
  throw problemsError([...problems, ...(parsed.ok ? [] : parsed.problems)])
}

/**
 * The state's file by its absolute path, so that a saved plan finds it from every working directory: relative to the manifest
 * file that names it, by default in the first file's folder. Standard input has no folder but the working directory.
 */
function resolvedState({ state, stateFile }: Manifest, sources: readonly ManifestSource[], cwd: string): StateConfig {
  if (state.backend !== 'local') return state
  const file = stateFile ?? sources[0]?.file ?? STDIN_NAME
  const folder = file === STDIN_NAME ? cwd : dirname(resolve(cwd, file))
  return { ...state, path: resolve(folder, state.path ?? DEFAULT_STATE_PATH) }
}

/**
 * Where removals are remembered, for commands that need no more of the manifest: as the manifest says, and by default
 * where none is named and the working directory has none.
 *
 * @throws GuestlistError
 */
export async function stateConfigOf(paths: readonly string[], io: Io): Promise<StateConfig> {
  return (await optionalManifest(paths, io))?.state ?? { backend: 'local' }
}

/** Null where none is named and the working directory has none. @throws GuestlistError */
export async function optionalManifest(paths: readonly string[], io: Io): Promise<Manifest | null> {
  if (paths.length === 0 && !existsSync(resolve(io.cwd, DEFAULT_MANIFEST))) return null
  return (await loadManifest(paths, io)).manifest
}
