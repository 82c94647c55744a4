import type { Guards, KeycloakConfig, StateConfig, UnmatchedPolicy } from '../model/manifest.js'
import { type Place, placeText } from '../model/problem.js'
import type { ListName, ManifestPart } from './check.js'
import type { ManifestFile, WrittenRemoval, WrittenRule } from './manifest-file.gen.js'
import { type PendingProblem, problemAt, quoted } from './problems.js'
import type { SourceSpan } from './source.js'
import type { Path } from './tree.js'

/** A value and where it was written. */
export interface Written<T> extends SourceSpan {
  readonly value: T
  readonly place: Place
}

type PartialSettings<T> = { readonly [K in keyof T]?: T[K] | undefined }

/** All files merged, with values still as written. */
export interface Merged {
  readonly accept: readonly Written<WrittenRule>[]
  readonly deny: readonly Written<WrittenRule>[]
  readonly remove: readonly Written<WrittenRemoval>[]
  readonly protect: readonly Written<string>[]
  readonly unmatched: Written<UnmatchedPolicy> | null
  readonly guards: PartialSettings<Guards>
  readonly state: PartialSettings<StateConfig>
  readonly stateFile: string | null
  readonly keycloak: KeycloakConfig | null
  readonly pending: readonly PendingProblem[]
}

function written<T>(part: ManifestPart, path: Path, value: T): Written<T> {
  const { source } = part.tree
  const { start, end } = part.tree.span(path)
  return { value, source, start, end, place: source.place(start) }
}

/** The entries of one list across all files, in order. */
function entries<T>(
  parts: readonly ManifestPart[],
  section: 'invitations' | 'users',
  list: ListName,
  read: (file: ManifestFile) => readonly T[] | null | undefined,
): Written<T>[] {
  return parts.flatMap(part =>
    (read(part.data) ?? []).map((value, i) => written(part, [section, list, part.indexOf(list, i)], value)),
  )
}

const differs = (name: string, first: Written<unknown>, other: Written<unknown>): PendingProblem =>
  problemAt('conflicting-scalar', other, {
    summary: `\`${name}\` is set twice, to different values`,
    detail: `It is ${quoted(other.value)} at ${placeText(other.place)}, and also ${quoted(first.value)} at ${placeText(first.place)}. Keep one of the two.`,
  })

/** The value of a key that several files may set, as long as they agree. */
function scalar<T>(
  parts: readonly ManifestPart[],
  pending: PendingProblem[],
  path: readonly string[],
  read: (file: ManifestFile) => T | undefined,
): Written<T> | null {
  const values = parts.flatMap(part => {
    const value = read(part.data)
    return value === undefined ? [] : [written(part, path, value)]
  })
  const [first] = values
  if (first === undefined) return null
  for (const other of values) if (other.value !== first.value) pending.push(differs(path.join('.'), first, other))
  return first
}

function mergeGuards(parts: readonly ManifestPart[], pending: PendingProblem[]): PartialSettings<Guards> {
  const guard = (key: Exclude<keyof Guards, 'approvals'>) =>
    scalar(parts, pending, ['guards', key], file => file.guards?.[key])?.value
  const removals = scalar(parts, pending, ['guards', 'approvals', 'removals'], file => file.guards?.approvals?.removals)
  return {
    maxAccepts: guard('maxAccepts'),
    maxDenials: guard('maxDenials'),
    maxRemovals: guard('maxRemovals'),
    maxCloudsLost: guard('maxCloudsLost'),
    approvals: removals === null ? undefined : { removals: removals.value },
  }
}

function mergeKeycloak(parts: readonly ManifestPart[], pending: PendingProblem[]): KeycloakConfig | null {
  const setting = (key: 'url' | 'realm' | 'alias') =>
    scalar(parts, pending, ['keycloak', key], file => file.keycloak?.[key])?.value
  const [first] = parts.filter(({ data }) => data.keycloak)
  const [url, realm, alias] = [setting('url'), setting('realm'), setting('alias')]
  if (first === undefined || url === undefined || realm === undefined || alias === undefined) return null
  return { url, realm, alias, at: first.tree.place(['keycloak']) }
}

const HTTP_KEYS = ['address', 'lockAddress', 'unlockAddress', 'updateMethod', 'lockMethod', 'unlockMethod'] as const

const misplaced = (key: string, backend: string, owner: string, value: Written<unknown>): PendingProblem =>
  problemAt('wrong-value', value, {
    summary: `\`state.${key}\` means nothing to the ${backend} backend`,
    detail: `Remove it, or set \`backend: ${owner}\`.`,
  })

const folderOf = (file: string): string => file.replace(/^(\.\/)+/, '').replace(/[^/\\]*$/, '')

/** The same relative `state.path` in manifests of different folders names different files, each relative to its own. */
function otherFolders(parts: readonly ManifestPart[]): PendingProblem[] {
  const [first, ...others] = parts.flatMap(part => {
    const path = part.data.state?.path
    return path === undefined || /^([/\\]|[a-z]:)/i.test(path) ? [] : [written(part, ['state', 'path'], path)]
  })
  if (first === undefined) return []
  const folder = folderOf(first.source.file)
  const text = {
    summary: '`state.path` is set twice, and means different files',
    detail: `A relative path is relative to the folder of its manifest; the other is at ${placeText(first.place)}. Keep one of the two.`,
  }
  return others
    .filter(({ value, source }) => value === first.value && folderOf(source.file) !== folder)
    .map(other => problemAt('conflicting-scalar', other, text))
}

function mergeState(parts: readonly ManifestPart[], pending: PendingProblem[]): PartialSettings<StateConfig> {
  const setting = <K extends keyof StateConfig>(key: K) =>
    scalar(parts, pending, ['state', key], file => file.state?.[key])
  const backend = setting('backend')?.value ?? 'local'
  const read = (key: Exclude<keyof StateConfig, 'backend'>, owner: StateConfig['backend']) => {
    const value = setting(key)
    if (value !== null && owner !== backend) pending.push(misplaced(key, backend, owner, value))
    return value?.value
  }
  const http = HTTP_KEYS.map(key => [key, read(key, 'http')] as const)
  pending.push(...otherFolders(parts))
  return { backend, path: read('path', 'local'), name: read('name', 'postgres'), ...Object.fromEntries(http) }
}

/** Lists are concatenated in file order; a scalar that two files set differently is a problem. */
export function merge(parts: readonly ManifestPart[]): Merged {
  const pending: PendingProblem[] = []
  return {
    accept: entries(parts, 'invitations', 'accept', file => file.invitations?.accept),
    deny: entries(parts, 'invitations', 'deny', file => file.invitations?.deny),
    remove: entries(parts, 'users', 'remove', file => file.users?.remove),
    protect: entries(parts, 'users', 'protect', file => file.users?.protect),
    unmatched: scalar(parts, pending, ['invitations', 'unmatched'], file => file.invitations?.unmatched),
    guards: mergeGuards(parts, pending),
    state: mergeState(parts, pending),
    stateFile: parts.find(part => part.data.state?.path !== undefined)?.tree.source.file ?? null,
    keycloak: mergeKeycloak(parts, pending),
    pending,
  }
}
