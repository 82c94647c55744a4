import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { writeDurably } from '../state/durable.js'
import { CommandError, type Io } from './io.js'
import { reasonOf } from './sources.js'

/** A plan or snapshot larger than this is not read. */
const LIMIT = 2 ** 30

/** @throws CommandError naming what the file was to be */
export async function readTextFile(path: string, what: string, io: Pick<Io, 'cwd'>): Promise<string> {
  try {
    const handle = await open(resolve(io.cwd, path), 'r')
    try {
      if ((await handle.stat()).size > LIMIT) throw new Error('it is larger than 1 GiB')
      return await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new CommandError(`The ${what} ${path} cannot be read: ${reasonOf(error)}`, { cause: error })
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
    await writeDurably(resolve(io.cwd, path), typeof text === 'string' ? Buffer.from(text) : text)
  } catch (error) {
    throw new CommandError(`The ${what} ${path} cannot be written: ${reasonOf(error)}`, { cause: error })
  }
}
