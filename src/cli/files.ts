import { constants } from 'node:buffer'
import { lstat, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { GuestlistError } from '../model/error.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { errnoOf, reasonOf } from '../system/errno.js'
import { readInput } from '../system/read-file.js'
import { writeDurably } from '../system/write-file.js'
import type { Io } from './io.js'

/** The longest string, about 512 MiB: parsing a plan or snapshot needs it as one string. */
const LIMIT = constants.MAX_STRING_LENGTH

/** @throws GuestlistError saying what the file should have been */
export async function readTextFile(path: string, what: string, io: Pick<Io, 'cwd'>): Promise<string> {
  try {
    const bytes = await readInput(resolve(io.cwd, path), LIMIT)
    if (bytes.length > LIMIT) throw new Error('it is larger than 512 MiB')
    refuseBeyondMemory(bytes)
    return bytes.toString('utf8')
  } catch (error) {
    throw new GuestlistError(
      'file-unreadable',
      `The ${what} ${escapeTerminal(path)} cannot be read: ${reasonOf(error)}`,
      { cause: error },
    )
  }
}

/** Parses a file; an error from `parse` gets the file's name as its place. @throws GuestlistError */
export async function readDocument<T>(
  path: string,
  what: Saved,
  io: Pick<Io, 'cwd'>,
  parse: (text: string) => T,
): Promise<T> {
  const text = await readTextFile(path, what, io)
  try {
    return parse(text)
  } catch (error) {
    throw error instanceof GuestlistError ? error.at(escapeTerminal(path)) : error
  }
}

/** Measured memory in V8 of a list or mapping, and of one member. */
const BYTES_A_BRACKET = 64
const BYTES_A_COMMA = 16

/** Parsed JSON may need ten times the memory of its text; unchecked, the process would die without a message. */
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

/** Writes a new file, never overwriting an existing one, which may be somebody's work. @throws GuestlistError */
export async function writeNewFile(
  path: string,
  what: 'manifest' | 'tests',
  text: string,
  io: Pick<Io, 'cwd'>,
): Promise<void> {
  try {
    await writeFile(resolve(io.cwd, path), text, { flag: 'wx' })
  } catch (error) {
    const exists = errnoOf(error) === 'EEXIST'
    throw unwritable(path, what, exists ? new Error('it already exists, and was left as it is') : error)
  }
}

/** What `--out` writes, replacing an older one. */
type Saved = 'plan' | 'snapshot' | 'approval'

/** Writes a file that others cannot read (mode 0600), whole or not at all. @throws GuestlistError */
export async function writePrivateFile(
  path: string,
  what: Saved,
  text: string | Iterable<string>,
  io: Pick<Io, 'cwd'>,
): Promise<void> {
  await assertReplaceable(path, what, io)
  try {
    await writeDurably(resolve(io.cwd, path), typeof text === 'string' ? Buffer.from(text) : text)
  } catch (error) {
    throw unwritable(path, what, error)
  }
}

/** Also called before the work is done: the file at the path may be somebody's only copy. @throws GuestlistError */
export async function assertReplaceable(path: string, what: Saved, io: Pick<Io, 'cwd'>): Promise<void> {
  const foreign = await isForeign(resolve(io.cwd, path), what).catch(error => {
    throw unwritable(path, what, error)
  })
  if (!foreign) return
  throw new GuestlistError('file-occupied', `${escapeTerminal(path)} is not a ${what}; it was left as it is`, {
    advice: 'Name another file with --out, or move it away.',
  })
}

/** @throws GuestlistError for "-", which other programs take to mean standard output */
export function refuseDash(out: string | undefined, advice: string): void {
  if (out !== '-') return
  throw new GuestlistError(
    'file-unreadable',
    '--out takes a file, and "-" is not one: the result goes to standard output by default',
    {
      advice: `${advice} For a file of that name write "./-".`,
    },
  )
}

const unwritable = (path: string, what: Saved | 'manifest' | 'tests', error: unknown): GuestlistError =>
  new GuestlistError('file-unwritable', `The ${what} ${escapeTerminal(path)} cannot be written: ${reasonOf(error)}`, {
    cause: error,
  })

/**
 * Whether there is a non-empty file that is not an older one of the same kind. A link is replaced, and its target left
 * alone: somebody else may have put it there.
 *
 * @throws Error for what must not be replaced by a file: a folder, a pipe or a device, or a link to one (root could
 * replace /dev/null)
 */
async function isForeign(path: string, what: Saved): Promise<boolean> {
  const own = await lstat(path).catch(() => null)
  const found = await stat(path).catch(() => own)
  if (own === null || found === null) return false
  if (!found.isFile() && !found.isSymbolicLink())
    throw new Error(found.isDirectory() ? 'it is a folder' : 'it is a pipe or a device, not a file')
  if (own.isSymbolicLink() || found.size === 0) return false
  return !LOOKS_LIKE[what]((await readInput(path, BEGINNING)).toString('utf8'))
}

/** Enough bytes to tell a plan from other JSON, however long its first change is. */
const BEGINNING = 2 ** 16

/** Judged by the beginning: a file may be large or truncated. In a state file, a serial precedes the API's address. */
const LOOKS_LIKE: Readonly<Record<Saved, (beginning: string) => boolean>> = {
  plan: text => /^\s*\{/.test(text) && text.includes('"format_version"') && text.includes('"guestlist"'),
  approval: text => /^-----BEGIN SSH SIGNATURE-----\r?\n/.test(text),
  snapshot: text => /^\s*\{\s*"version"\s*:\s*\d+\s*,\s*"api_url"/.test(text),
}
