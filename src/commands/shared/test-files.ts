import { dirname, resolve } from 'node:path'
import type { Io } from '../../cli/io.js'
import { SIZE_LIMIT } from '../../manifest/decode.js'
import type { ManifestSource } from '../../manifest/parse.js'
import { GuestlistError } from '../../model/error.js'
import { escapeTerminal } from '../../render/escape/terminal.js'
import { reasonOf } from '../../system/errno.js'
import { readInput } from '../../system/read-file.js'
import { DEFAULT_MANIFEST, filesIn, isFolder, isTestName } from './sources.js'

/**
 * The test files that are named, or those beside the manifests: each once, in the order of their names.
 *
 * @param named files, or folders of `*.test.yaml`
 * @param manifests as `-f` names them
 * @throws GuestlistError for a file that cannot be read, and where there is none
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
      {
        advice: 'Write some, or begin with "guestlist test --record guestlist.test.yaml --from SNAPSHOT".',
      },
    )
  }
  return Promise.all(files.map(file => readOne(file, io)))
}

async function namedFiles(paths: readonly string[], io: Pick<Io, 'cwd'>): Promise<readonly string[]> {
  const lists = await Promise.all(paths.map(path => attempt(path, () => filesAt(path, io))))
  return lists.flat()
}

const filesAt = async (path: string, io: Pick<Io, 'cwd'>): Promise<readonly string[]> =>
  (await isFolder(path, io.cwd)) ? testsIn(path, io) : [path]

async function filesBeside(manifests: readonly string[], io: Pick<Io, 'cwd'>): Promise<readonly string[]> {
  const paths = manifests.length === 0 ? [DEFAULT_MANIFEST] : manifests
  const folders = await Promise.all(
    paths.map(async path => (path === '-' ? '.' : (await isFolder(path, io.cwd)) ? path : dirname(path))),
  )
  const lists = await Promise.all([...new Set(folders)].map(folder => testsIn(folder, io)))
  return lists.flat()
}

const testsIn = (folder: string, { cwd }: Pick<Io, 'cwd'>): Promise<readonly string[]> =>
  filesIn(folder, name => isTestName(name) && !name.startsWith('.'), cwd)

const readOne = (file: string, io: Pick<Io, 'cwd'>): Promise<ManifestSource> =>
  attempt(file, async () => ({ file, content: await readInput(resolve(io.cwd, file), SIZE_LIMIT) }))

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new GuestlistError(
      'file-unreadable',
      `The tests ${escapeTerminal(path)} cannot be read: ${reasonOf(error)}`,
      {
        cause: error,
      },
    )
  }
}
