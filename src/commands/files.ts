import { constants } from 'node:buffer'
import { lstat, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { getHeapStatistics } from 'node:v8'
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
    refuseBeyondMemory(bytes)
    return bytes.toString('utf8')
  } catch (error) {
    throw new CommandError(`The ${what} ${escapeTerminal(path)} cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}

/** Measured: a list or mapping, and a member of one, as V8 holds it. */
const BYTES_A_BRACKET = 64
const BYTES_A_COMMA = 16

/** What JSON becomes may be ten times as large as its text, and the process would end without a word where that is too much. */
function refuseBeyondMemory(bytes: Uint8Array): void {
  let needed = 2 * bytes.length
  if (needed < 2 ** 24) return
  for (const byte of bytes) {
    if (byte === 0x5b || byte === 0x7b) needed += BYTES_A_BRACKET
    else if (byte === 0x2c) needed += BYTES_A_COMMA
  }
  const { heap_size_limit: limit } = getHeapStatistics()
  if (needed > limit * 0.9) throw new Error('it holds more than fits in memory (NODE_OPTIONS=--max-old-space-size=MIB)')
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
