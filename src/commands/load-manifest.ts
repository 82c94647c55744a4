import { parseManifest } from '../manifest/parse.js'
import type { Manifest } from '../model/manifest.js'
import type { Problem } from '../model/problem.js'
import { type Io, ManifestError } from './io.js'
import { readSources } from './sources.js'

export interface LoadedManifest {
  readonly manifest: Manifest
  readonly warnings: readonly Problem[]
}

/** @throws ManifestError with every problem of every file, those that cannot be read included */
export async function loadManifest(paths: readonly string[], io: Io): Promise<LoadedManifest> {
  const { sources, problems } = await readSources(paths, io)
  const parsed = parseManifest(sources)
  if (parsed.ok && problems.length === 0) return parsed
  throw new ManifestError([...problems, ...(parsed.ok ? [] : parsed.problems)])
}
