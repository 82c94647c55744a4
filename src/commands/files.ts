import { constants } from 'node:buffer'
import { lstat, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readInput } from '../read-file.js'
import { escapeTerminal } from '../render/escape-terminal.js'
import { writeDurably } from '../state/durable.js'
import { CommandError, type Io } from './io.js'
import { reasonOf } from './sources.js'

/** A plan or snapshot larger than this cannot be one string, which parsing it needs. Some 512 MiB. */
const LIMIT = constants.MAX_STRING_LENGTH

/** @throws CommandError naming what the file was to be */
export async function readTextFile(path: string, what: string, io: Pick<Io, 'cwd'>): Promise<string> {
  try {
    const bytes = await readInput(resolve(io.cwd, path), LIMIT)
    if (bytes.length > LIMIT) throw new Error('it is larger than 512 MiB')
    return bytes.toString('utf8')
  } catch (error) {
    throw new CommandError(`The ${what} ${escapeTerminal(path)} cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}

/** Writes a file that others cannot read (mode 0600), whole or not at all. @throws CommandError */
export async function writePrivateFile(
  path: string,
  what: string,
  text: string | Iterable<string>,
  io: Pick<Io, 'cwd'>,
): Promise<void> {
  try {
    await refuseToReplace(resolve(io.cwd, path))
    await writeDurably(resolve(io.cwd, path), typeof text === 'string' ? Buffer.from(text) : text)
  } catch (error) {
    throw new CommandError(`The ${what} ${escapeTerminal(path)} cannot be written: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

/**
 * A folder, a pipe or a device is not replaced by a file, nor is a link to one (for the system's own user, /dev/null would
 * be). A link to a file is replaced, and what it points to is left as it is: somebody else may have put it there.
 */
async function refuseToReplace(path: string): Promise<void> {
  const found = await stat(path).catch(() => lstat(path).catch(() => null))
  if (found === null || found.isFile() || found.isSymbolicLink()) return
  throw new Error(found.isDirectory() ? 'it is a folder' : 'it is a pipe or a device, not a file')
}
