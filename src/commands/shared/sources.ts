import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Io } from '../../cli/io.js'
import { SIZE_LIMIT } from '../../manifest/decode.js'
import type { ManifestSource } from '../../manifest/parse.js'
import { GuestlistError } from '../../model/error.js'
import type { Problem } from '../../model/problem.js'
import { byCodeUnit } from '../../model/text.js'
import { escapeTerminal } from '../../render/escape/terminal.js'
import { errnoOf, reasonOf } from '../../system/errno.js'
import { readInput, readStream } from '../../system/read-file.js'

export const DEFAULT_MANIFEST = 'guestlist.yaml'

const STDIN_PATH = '-'

/** The name of standard input in problems and rules. */
export const STDIN_NAME = '<stdin>'

export interface SourcesRead {
  readonly sources: readonly ManifestSource[]
  readonly problems: readonly Problem[]
}

/**
 * Reads what `-f` names: files, folders (their *.yaml and *.yml as a shell lists them, without hidden files; sorted,
 * not recursive, without *.test.yaml) and `-`. Reports everything that cannot be read, each file by its own name.
 */
export async function readSources(paths: readonly string[], io: Pick<Io, 'cwd' | 'stdin'>): Promise<SourcesRead> {
  const sources: ManifestSource[] = []
  const problems: Problem[] = []
  const spellings = new Map<string, string>()

  /** Naming a file twice, even under another name or through a link, is a mistake: its rules must not count twice. */
  async function isFirst(path: string): Promise<boolean> {
    const key = await identityOf(path, io.cwd)
    const first = spellings.get(key)
    spellings.set(key, first ?? path)
    if (first !== undefined) problems.push(unreadable(path, 'it is given twice', twiceAdvice(path, first)))
    return first === undefined
  }
  async function read(path: string): Promise<void> {
    if (await isFirst(path)) sources.push(await readOne(path, io))
  }
  async function readFolder(path: string): Promise<void> {
    if (!(await isFirst(path))) return
    for (const name of await manifestsIn(path, io.cwd))
      await attempt(name, IN_FOLDER, async () => {
        checkEnding(name)
        await read(name)
      })
  }
  async function attempt(path: string, advice: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      problems.push(unreadable(path, reasonOf(error), isMissing(error) && paths.length === 0 ? NONE_YET : advice))
    }
  }

  for (const path of paths.length === 0 ? [DEFAULT_MANIFEST] : paths) {
    await attempt(path, CHECK_PATH, async () => ((await isFolder(path, io.cwd)) ? readFolder(path) : read(path)))
  }
  return { sources, problems }
}

const NONE_YET = 'Write one with "guestlist init", or name yours with -f.'
const CHECK_PATH = 'Check the path given with -f.'
const IN_FOLDER = 'Every .yaml and .yml file of a folder is read: fix it, or move it away.'

const isMissing = (error: unknown): boolean => errnoOf(error) === 'ENOENT'

const twiceAdvice = (path: string, first: string): string =>
  path === first
    ? 'Name each file once; a folder names all that are in it.'
    : `Name each file once: it is the same as "${first}".`

/** The same for every name of a file. A file that does not exist is identified by its spelling. */
async function identityOf(path: string, cwd: string): Promise<string> {
  if (path === STDIN_PATH) return path
  const absolute = resolve(cwd, path)
  return realpath(absolute).catch(() => absolute)
}

const isFolder = async (path: string, cwd: string): Promise<boolean> =>
  path !== STDIN_PATH && (await stat(resolve(cwd, path))).isDirectory()

/** The files of a folder with wanted names, sorted by name. */
async function filesIn(folder: string, isWanted: (name: string) => boolean, cwd: string): Promise<readonly string[]> {
  const entries = await readdir(resolve(cwd, folder), { withFileTypes: true })
  return entries
    .filter(entry => isWanted(entry.name) && !entry.isDirectory())
    .map(entry => join(folder, entry.name))
    .sort(byCodeUnit)
}

async function manifestsIn(path: string, cwd: string): Promise<readonly string[]> {
  const names = await filesIn(path, isManifestName, cwd)
  if (names.length === 0) throw new Error('the folder holds no .yaml or .yml file')
  return names
}

/** Tests are kept next to manifests, but are not manifests. */
const isManifestName = (name: string): boolean => /^[^.].*\.ya?ml$/is.test(name) && !isTestName(name)

/** A `.YAML` file is not read as a manifest. Silently skipped, its protections would be void. */
function checkEnding(name: string): void {
  if (!/\.ya?ml$/.test(name)) throw new Error('its ending is not in lower case')
}

export const isTestName = (name: string): boolean => /\.test\.ya?ml$/.test(name)

async function readOne(path: string, io: Pick<Io, 'cwd' | 'stdin'>): Promise<ManifestSource> {
  if (path === STDIN_PATH) return { file: STDIN_NAME, content: await readStream(io.stdin, SIZE_LIMIT) }
  return { file: path, content: await readInput(resolve(io.cwd, path), SIZE_LIMIT) }
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

/**
 * Reads the named test files, or those next to the manifests: each once, sorted by name within a folder.
 *
 * @param named files, or folders of `*.test.yaml`
 * @param manifests the paths given with `-f`
 * @throws GuestlistError for a file that cannot be read, and if there are none
 */
export async function readTestFiles(
  named: readonly string[],
  manifests: readonly string[],
  io: Pick<Io, 'cwd'>,
): Promise<readonly ManifestSource[]> {
  const found = named.length > 0 ? await namedFiles(named, io) : await filesBeside(manifests, io)
  const [files, places] = [[...new Set(found)], named.length > 0 ? named : ['the manifest']]
  if (files.length === 0) {
    throw new GuestlistError(
      'tests-missing',
      `There are no tests: no *.test.yaml ${named.length > 0 ? 'in' : 'beside'} ${places.map(escapeTerminal).join(', ')}`,
      { advice: 'Write some, or begin with "guestlist test --record guestlist.test.yaml --from SNAPSHOT".' },
    )
  }
  return Promise.all(files.map(file => readTestFile(file, io)))
}

async function namedFiles(paths: readonly string[], io: Pick<Io, 'cwd'>): Promise<readonly string[]> {
  const lists = await Promise.all(paths.map(path => orUnreadable(path, () => filesAt(path, io))))
  return lists.flat()
}

const filesAt = async (path: string, io: Pick<Io, 'cwd'>): Promise<readonly string[]> =>
  (await isFolder(path, io.cwd)) ? testsIn(path, io) : [path]

async function filesBeside(manifests: readonly string[], io: Pick<Io, 'cwd'>): Promise<readonly string[]> {
  const paths = manifests.length === 0 ? [DEFAULT_MANIFEST] : manifests
  const folders = await Promise.all(
    paths.map(async path => (path === STDIN_PATH ? '.' : (await isFolder(path, io.cwd)) ? path : dirname(path))),
  )
  const lists = await Promise.all([...new Set(folders)].map(folder => testsIn(folder, io)))
  return lists.flat()
}

const testsIn = (folder: string, { cwd }: Pick<Io, 'cwd'>): Promise<readonly string[]> =>
  filesIn(folder, name => isTestName(name) && !name.startsWith('.'), cwd)

const readTestFile = (file: string, io: Pick<Io, 'cwd'>): Promise<ManifestSource> =>
  orUnreadable(file, async () => ({ file, content: await readInput(resolve(io.cwd, file), SIZE_LIMIT) }))

async function orUnreadable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new GuestlistError(
      'file-unreadable',
      `The tests ${escapeTerminal(path)} cannot be read: ${reasonOf(error)}`,
      { cause: error },
    )
  }
}
