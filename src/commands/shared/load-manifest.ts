import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ciOf } from '../../audit/entry.js'
import type { Io } from '../../cli/io.js'
import { type ManifestSource, parseManifest } from '../../manifest/parse.js'
import { problemsError } from '../../model/error.js'
import type { Manifest, StateConfig } from '../../model/manifest.js'
import type { Provenance } from '../../model/plan.js'
import type { Place, Problem } from '../../model/problem.js'
import { sha256 } from '../../model/sha256.js'
import { DEFAULT_STATE_PATH } from '../../state/local.js'
import { DEFAULT_MANIFEST, readSources, STDIN_NAME } from './sources.js'

export interface LoadedManifest {
  readonly manifest: Manifest
  readonly warnings: readonly Problem[]
  /** Every file that was read, with the SHA-256 of its bytes in hex. */
  readonly files: readonly { readonly file: string; readonly sha256: string }[]
  /** What the manifest was parsed from. */
  readonly sources: readonly ManifestSource[]
  /** Adds to problems found in the live state the range and source line of the rule that they concern. */
  locate(problems: readonly Problem[]): readonly Problem[]
  /** The source lines of the rule, removal or `unmatched` at a place. */
  written(place: Place): readonly string[]
  readonly ci: Provenance['ci']
}

/** @throws GuestlistError with every problem in every file, including files that cannot be read */
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
 * Makes the state's path absolute, so that it means the same file from every working directory. It is relative to the
 * manifest file that names it; by default the state is in the first file's folder. For standard input, that is the
 * working directory.
 */
function resolvedState({ state, stateFile }: Manifest, sources: readonly ManifestSource[], cwd: string): StateConfig {
  if (state.backend !== 'local') return state
  const file = stateFile ?? sources[0]?.file ?? STDIN_NAME
  const folder = file === STDIN_NAME ? cwd : dirname(resolve(cwd, file))
  return { ...state, path: resolve(folder, state.path ?? DEFAULT_STATE_PATH) }
}

/**
 * The state's configuration, for commands that need nothing else from the manifest; the default if none is named and
 * the working directory has none.
 *
 * @throws GuestlistError
 */
export async function stateConfigOf(paths: readonly string[], io: Io): Promise<StateConfig> {
  return (await optionalManifest(paths, io))?.state ?? { backend: 'local' }
}

/** Null if no manifest is named and the working directory has none. @throws GuestlistError */
export async function optionalManifest(paths: readonly string[], io: Io): Promise<Manifest | null> {
  if (paths.length === 0 && !existsSync(resolve(io.cwd, DEFAULT_MANIFEST))) return null
  return (await loadManifest(paths, io)).manifest
}
