import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Io, ManifestError } from '../../cli/io.js'
import { parseManifest } from '../../manifest/parse.js'
import type { Manifest, StateConfig } from '../../model/manifest.js'
import type { Problem } from '../../model/problem.js'
import { DEFAULT_MANIFEST, readSources } from './sources.js'

export interface LoadedManifest {
  readonly manifest: Manifest
  readonly warnings: readonly Problem[]
  /** Every file that was read, with the SHA-256 of its bytes in hex. */
  readonly files: readonly { readonly file: string; readonly sha256: string }[]
  /** Gives problems that the live state shows the range and the line of the rule that they are about. */
  locate(problems: readonly Problem[]): readonly Problem[]
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** @throws ManifestError with every problem of every file, those that cannot be read included */
export async function loadManifest(paths: readonly string[], io: Io): Promise<LoadedManifest> {
  const { sources, problems } = await readSources(paths, io)
  const parsed = parseManifest(sources)
  if (parsed.ok && problems.length === 0) {
    const { manifest, warnings, locate } = parsed
    const files = sources.map(({ file, content }) => ({ file, sha256: sha256(content) }))
    return { manifest, warnings, files, locate }
  }
  throw new ManifestError([...problems, ...(parsed.ok ? [] : parsed.problems)])
}

/**
 * Where removals are remembered, for commands that need no more of the manifest: as the manifest says, and by default
 * where none is named and the working directory has none.
 *
 * @throws ManifestError
 */
export async function stateConfigOf(paths: readonly string[], io: Io): Promise<StateConfig> {
  if (paths.length === 0 && !existsSync(resolve(io.cwd, DEFAULT_MANIFEST))) return { backend: 'local' }
  return (await loadManifest(paths, io)).manifest.state
}
