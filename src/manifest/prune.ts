import type { ManifestFile } from './manifest-file.gen.js'
import { isRecord } from './schema.js'
import type { Tree } from './tree.js'

export type ListName = 'accept' | 'deny' | 'remove' | 'protect'

/** What is right of one file. */
export interface Part {
  readonly tree: Tree
  readonly data: ManifestFile
  /** Where the entry of a list stood before the wrong ones were taken out. */
  indexOf(list: ListName, index: number): number
}

export interface Pruned {
  readonly data: unknown
  /** By list, the index that each remaining entry had. */
  readonly kept: ReadonlyMap<string, readonly number[]>
}

/** A faulty entry of a list goes as a whole, a faulty key of a section with all that is under it. */
const entryOf = (fault: readonly string[]): string =>
  fault.slice(0, fault[0] === 'invitations' || fault[0] === 'users' ? 3 : 2).join('/')

/**
 * A manifest without its faulty entries, so that one misspelt rule does not hide that two others contradict each other.
 * A missing or wrong `apiVersion` counts as right here: it was reported.
 */
export function prune(data: unknown, faults: readonly (readonly string[])[]): Pruned {
  const faulty = new Set(faults.map(entryOf))
  const kept = new Map<string, readonly number[]>()

  const list = (items: readonly unknown[], path: string, name: string): unknown[] => {
    const indexes = [...items.keys()].filter(index => !faulty.has(`${path}/${index}`))
    kept.set(name, indexes)
    return indexes.map(index => items[index])
  }
  const section = (value: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> => {
    const members = Object.entries(value).filter(([key]) => !faulty.has(`${path}/${key}`))
    return Object.fromEntries(members.map(([key, v]) => [key, Array.isArray(v) ? list(v, `${path}/${key}`, key) : v]))
  }
  if (!isRecord(data)) return { data, kept }
  const sections = Object.entries(data).filter(([key]) => !faulty.has(key))
  const right = sections.map(([key, value]) => [key, isRecord(value) ? section(value, key) : value])
  return { data: { ...Object.fromEntries(right), apiVersion: 'guestlist/v1' }, kept }
}
