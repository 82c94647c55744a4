import type { Manifest } from '../model/manifest.js'
import type { Problem } from '../model/problem.js'
import { type Checked, check } from './check.js'
import { contradictions } from './contradictions.js'
import { decode } from './decode.js'
import { type Merged, merge } from './merge.js'
import { normalize } from './normalize.js'
import { type Draft, toProblems } from './problems.js'
import { createTree } from './tree.js'
import { warnings } from './warnings.js'
import { readYaml } from './yaml.js'

/** One file of a manifest, as read. */
export interface ManifestSource {
  /** As problems are to name it. */
  readonly file: string
  readonly content: string | Uint8Array
}

export type ParseResult =
  | { readonly ok: true; readonly manifest: Manifest; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

function checkFile({ file, content }: ManifestSource, index: number): Checked {
  const decoded = decode(file, index, content)
  if (decoded.draft !== null) return { drafts: [decoded.draft], part: null }
  const { root, drafts } = readYaml(decoded.source)
  if (root === null) return { drafts, part: null }
  const tree = createTree(decoded.source, root)
  const checked = check(tree)
  return { drafts: [...drafts, ...tree.drafts, ...checked.drafts], part: checked.part }
}

/** What is right of all files together, and what is wrong with each by itself. */
export function mergeSources(sources: readonly ManifestSource[]): { merged: Merged; drafts: readonly Draft[] } {
  const files = sources.map(checkFile)
  return { merged: merge(files.flatMap(({ part }) => part ?? [])), drafts: files.flatMap(({ drafts }) => drafts) }
}

/**
 * The files of one manifest, merged and normalized, or everything that is wrong with them at once: errors, and
 * with them the warnings, in the order of the files, lines and columns. Reads no disk and no clock.
 */
export function parseManifest(sources: readonly ManifestSource[]): ParseResult {
  const { merged, drafts } = mergeSources(sources)
  const errors = [...drafts, ...merged.drafts, ...contradictions(merged)]
  const remarks = warnings(merged)
  if (errors.length > 0) return { ok: false, problems: toProblems([...errors, ...remarks]) }
  return { ok: true, manifest: normalize(merged), warnings: toProblems(remarks) }
}
