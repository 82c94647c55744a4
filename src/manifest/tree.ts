import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml'
import type { Place } from '../model/problem.js'
import type { PendingProblem } from './problems.js'
import type { Source, Span } from './source.js'
import { spanOf, walk } from './walk.js'

export type Path = readonly (string | number)[]

/** A file's content as plain data, and where each part of it was written. */
export interface Tree {
  readonly source: Source
  /** Mappings have no prototype. Undefined if aliases expand beyond the limit. */
  readonly data: unknown
  /** Problems beyond YAML's grammar: keys, aliases, depth. */
  readonly pending: readonly PendingProblem[]
  /** Where the value at a path was written; for an alias, where the alias is. */
  span(path: Path): Span
  /** Where the last key of a path was written. */
  keySpan(path: Path): Span
  place(path: Path): Place
  /** A scalar as its author wrote it (`012`, where the data says 12); null for a list or a mapping. */
  written(path: Path): string | null
}

interface Entry {
  readonly key: ParsedNode | null
  readonly value: ParsedNode | null
}

/** Places are looked up on demand: only rules and problems need them. `numericKeys`: whole numbers may be keys. */
export function createTree(source: Source, root: ParsedNode, numericKeys = false): Tree {
  const { data, pending, targets } = walk(source, root, numericKeys)
  const indexes = new Map<YAMLMap.Parsed, Map<unknown, Entry>>()
  const behind = (node: ParsedNode | null): ParsedNode | null => (isAlias(node) ? (targets.get(node) ?? null) : node)

  const indexOf = (map: YAMLMap.Parsed): Map<unknown, Entry> => {
    const known = indexes.get(map)
    if (known !== undefined) return known
    const index = new Map<unknown, Entry>()
    for (const { key, value } of map.items) {
      const target = behind(key)
      const written = target !== null && 'value' in target ? target.value : undefined
      const name = typeof written === 'number' ? String(written) : written
      if (!index.has(name)) index.set(name, { key, value })
    }
    indexes.set(map, index)
    return index
  }
  const child = (node: ParsedNode | null, step: string | number): Entry => {
    const target = behind(node)
    if (isMap(target)) return indexOf(target).get(step) ?? { key: null, value: null }
    return { key: null, value: isSeq(target) ? (target.items[Number(step)] ?? null) : null }
  }
  const entry = (path: Path): Entry =>
    path.reduce<Entry>(({ value }, step) => child(value, step), { key: null, value: root })

  const span = (path: Path): Span => {
    const { key, value } = entry(path)
    return spanOf(value ?? key ?? root)
  }
  return {
    source,
    data,
    pending,
    span,
    keySpan: path => spanOf(entry(path).key ?? root),
    place: path => source.place(span(path).start),
    written: path => {
      const node = behind(entry(path).value)
      return isScalar(node) ? node.source : null
    },
  }
}
