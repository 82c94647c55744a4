import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ManifestSource } from '../manifest/parse.js'
import type { Problem } from '../model/problem.js'
import { byCodeUnit } from '../model/text.js'
import { readInput, readStream } from '../read-file.js'
import type { Io } from './io.js'

export const DEFAULT_MANIFEST = 'guestlist.yaml'

/** What standard input is called in problems and rules. */
export const STDIN_NAME = '<stdin>'

/** A manifest's; one byte over it is read, which is enough to know that it is over. */
const READ_LIMIT = 10 * 1024 * 1024

export interface SourcesRead {
  readonly sources: readonly ManifestSource[]
  readonly problems: readonly Problem[]
}

/** Reads what `-f` names: files, folders (their *.yaml and *.yml, sorted, not recursive) and `-`. Reports all it cannot read. */
export async function readSources(paths: readonly string[], io: Pick<Io, 'cwd' | 'stdin'>): Promise<SourcesRead> {
  const sources: ManifestSource[] = []
  const problems: Problem[] = []
  const given = paths.length === 0 ? [DEFAULT_MANIFEST] : paths
  for (const [index, path] of given.entries()) {
    if (given.indexOf(path) !== index) {
      problems.push(unreadable(path, 'it is given twice', 'Name each file once.'))
      continue
    }
    try {
      for (const name of path === '-' ? ['-'] : await expand(path, io.cwd)) sources.push(await readOne(name, io))
    } catch (error) {
      problems.push(unreadable(path, reasonOf(error), adviceFor(error, paths.length === 0)))
    }
  }
  return { sources, problems }
}

async function expand(path: string, cwd: string): Promise<readonly string[]> {
  if (!(await stat(resolve(cwd, path))).isDirectory()) return [path]
  const names = (await readdir(resolve(cwd, path), { withFileTypes: true }))
    .filter(entry => /\.ya?ml$/.test(entry.name) && !entry.isDirectory())
    .map(entry => join(path, entry.name))
    .sort(byCodeUnit)
  if (names.length === 0) throw new Error('the folder holds no .yaml or .yml file')
  return names
}

async function readOne(path: string, io: Pick<Io, 'cwd' | 'stdin'>): Promise<ManifestSource> {
  if (path === '-') return { file: STDIN_NAME, content: await readStream(io.stdin, READ_LIMIT) }
  return { file: path, content: await readInput(resolve(io.cwd, path), READ_LIMIT) }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'reading it is not permitted',
  EISDIR: 'it is a folder',
  ELOOP: 'its links go round in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOTDIR: 'part of its path is not a folder',
  ENXIO: 'it is a socket, not a file',
  ENOSPC: 'there is no space left on the device',
  EROFS: 'the file system is read-only',
  EPERM: 'it is not permitted',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL character',
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? error.message
}

function adviceFor(error: unknown, byDefault: boolean): string {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  if (missing && byDefault) return `Write one with "guestlist init", or name yours with -f.`
  return 'Check the path given with -f.'
}

const unreadable = (file: string, reason: string, detail: string): Problem => ({
  code: 'unreadable',
  severity: 'error',
  summary: `The manifest cannot be read: ${reason}`,
  detail,
  range: null,
  snippet: null,
  file,
})
