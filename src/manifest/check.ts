import type { ErrorObject } from 'ajv'
import { addressWords, faultProblem, faultsBeyondSchema, useOf } from './beyond-schema.js'
import type { ManifestFile } from './manifest-file.gen.js'
import { validateManifestFile } from './manifest-validator.gen.js'
import { type PendingProblem, problemAt } from './problems.js'
import { ANNOTATIONS, isRecord, keysOf, type SchemaNode, schemaOf, stepsOf } from './schema.js'
import { codeOf, explain, type SchemaFinding } from './schema-errors.js'
import { suggest } from './suggest.js'
import type { Tree } from './tree.js'

export interface CheckedFile {
  readonly pending: readonly PendingProblem[]
  /** The valid part of the file, to compare with the other files; null if there is none. */
  readonly part: ManifestPart | null
}

const unknownKeyOf = (error: ErrorObject): string | null =>
  error.keyword === 'additionalProperties' ? String(error.params.additionalProperty) : null

/** The branches of "at least one of" are not causes of their own. */
const isBranch = ({ schemaPath }: ErrorObject): boolean => schemaPath.includes('/anyOf/')

/** How many faulty values of one file are examined; far more than are shown. */
const FAULT_LIMIT = 20_000

function groupByValue(errors: readonly ErrorObject[]): Map<string, ErrorObject[]> {
  const groups = new Map<string, ErrorObject[]>()
  for (const error of errors) {
    if (isBranch(error)) continue
    const group = groups.get(error.instancePath)
    if (group !== undefined) group.push(error)
    else if (groups.size < FAULT_LIMIT) groups.set(error.instancePath, [error])
  }
  return groups
}

/** A key that is missing because it is misspelt has already been reported as unknown. */
function isMisspelt(error: ErrorObject, unknown: readonly string[], schema?: SchemaNode): boolean {
  const wanted =
    error.keyword === 'required'
      ? [String(error.params.missingProperty)]
      : keysOf(schemaOf(error.schemaPath, schema)).filter(key => !ANNOTATIONS.has(key))
  return unknown.some(key => suggest(key, wanted) !== null)
}

/** Every unknown key of one value, and the first other cause. */
function causesOf(errors: readonly ErrorObject[], schema?: SchemaNode): ErrorObject[] {
  const unknown = errors.filter(error => unknownKeyOf(error) !== null)
  const keys = unknown.map(error => unknownKeyOf(error) ?? '')
  const lacks = (error: ErrorObject) => error.keyword === 'required' || error.keyword === 'anyOf'
  const others = errors.filter(
    error => unknownKeyOf(error) === null && !(lacks(error) && keys.length > 0 && isMisspelt(error, keys, schema)),
  )
  return [...unknown, ...others.slice(0, 1)]
}

function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (Array.isArray(value) ? value[Number(step)] : isRecord(value) ? value[step] : undefined),
    data,
  )
}

function toPending(tree: Tree, error: ErrorObject, schema?: SchemaNode): PendingProblem {
  const path = stepsOf(error.instancePath)
  const key = unknownKeyOf(error)
  const span = key === null ? tree.span(path) : tree.keySpan([...path, key])
  const describe = () => {
    const value = valueAt(tree.data, path)
    const use = error.keyword === 'pattern' ? useOf(path) : null
    if (use !== null) return addressWords(path, String(value), use, tree)
    const finding: SchemaFinding = { error, path, value, written: tree.written(path), schema }
    return explain(finding)
  }
  return problemAt(codeOf(error), { source: tree.source, ...span }, describe, { cause: error.schemaPath })
}

/** The problems a schema (by default the manifest's) found: each cause once, except in values that were unreadable. */
export function schemaProblems(tree: Tree, errors: readonly ErrorObject[], schema?: SchemaNode): PendingProblem[] {
  const unread = new Set(tree.pending.map(({ start }) => start))
  const causes = [...groupByValue(errors).values()].flatMap(group => causesOf(group, schema))
  return causes.map(error => toPending(tree, error, schema)).filter(({ start }) => !unread.has(start))
}

/**
 * Checks the file against the schema, and for what no schema can express. Values that could not be read have already
 * been reported, and are not reported again.
 */
export function check(tree: Tree): CheckedFile {
  if (tree.data === undefined) return { pending: [], part: null }
  const others = faultsBeyondSchema(tree.data)
  const isValid = validateManifestFile(tree.data)
  if (isValid && others.length === 0) {
    return { pending: [], part: { tree, data: tree.data, indexOf: (_list, i) => i } }
  }
  const errors = validateManifestFile.errors ?? []
  const pending = schemaProblems(tree, errors)
  const reported = new Set(pending.map(({ start }) => start))
  const voids = others.map(fault => faultProblem(tree, fault)).filter(({ start }) => !reported.has(start))
  const faults = [...errors.filter(error => !isBranch(error)).map(faultOf), ...others.map(({ path }) => path)]
  return { pending: [...pending, ...voids], part: partOf(tree, faults) }
}

const faultOf = (error: ErrorObject): readonly string[] => {
  const key = unknownKeyOf(error)
  return key === null ? stepsOf(error.instancePath) : [...stepsOf(error.instancePath), key]
}

/** A file with more faults than the limit is not compared with the others. */
function partOf(tree: Tree, faults: readonly (readonly string[])[]): ManifestPart | null {
  if (faults.length > FAULT_LIMIT) return null
  const { data, kept } = prune(tree.data, faults)
  return validateManifestFile(data) ? { tree, data, indexOf: (list, i) => kept.get(list)?.[i] ?? i } : null
}

export type ListName = 'accept' | 'deny' | 'remove' | 'protect'

/** The valid part of one file. */
export interface ManifestPart {
  readonly tree: Tree
  readonly data: ManifestFile
  /** The index that a list entry had before faulty ones were removed. */
  indexOf(list: ListName, index: number): number
}

interface Pruned {
  readonly data: unknown
  /** The original index of each remaining entry, by list. */
  readonly kept: ReadonlyMap<string, readonly number[]>
}

/** A faulty list entry is removed whole, a faulty key of a section with everything under it. */
const entryOf = (fault: readonly string[]): string =>
  fault.slice(0, fault[0] === 'invitations' || fault[0] === 'users' ? 3 : 2).join('/')

/**
 * Removes the faulty entries of a manifest, so that one misspelt rule does not hide that two others contradict each
 * other. A missing or wrong `apiVersion` is corrected here: it has been reported.
 */
function prune(data: unknown, faults: readonly (readonly string[])[]): Pruned {
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
