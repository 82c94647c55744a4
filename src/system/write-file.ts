import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errnoOf } from './errno.js'

/**
 * Replaces a file so that after a crash at any moment there is the old content or the new one, whole.
 * The temporary file is in the same folder, under a name that cannot be guessed, mode 0600.
 * @throws system errors; the old file is then as it was
 */
export async function writeDurably(path: string, content: Uint8Array | Iterable<string>): Promise<void> {
  const temp = join(dirname(path), `.guestlist.${randomUUID()}.tmp`)
  try {
    const file = await open(temp, 'wx', 0o600)
    try {
      await writeFile(file, content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temp, path)
  } catch (error) {
    await rm(temp, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Makes the names in a folder durable, where the system can: Windows opens no folder. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` tries for ever where the system says of an
 * existing folder that it is not there, as below /proc.
 * @throws system errors, and an `Error` for a folder in which none can be made
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  for (const folder of await missingFrom(resolve(path))) await makeOne(folder, mode)
}

/** The folders to make, the outermost first. A file at the path itself is one too: making it says what is there. */
async function missingFrom(path: string): Promise<readonly string[]> {
  const missing: string[] = []
  for (let at = path; !(await isFolder(at)); at = dirname(at)) {
    missing.unshift(at)
    if (at === dirname(at)) break
  }
  return missing
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Another process may have made it in the meantime. */
async function makeOne(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode })
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && (await isFolder(folder))) return
    if (errnoOf(error) !== 'ENOENT') throw error
    const reason = new Error(`no folder can be made in ${dirname(folder)}`, { cause: error })
    throw Object.assign(reason, { syscall: 'mkdir' })
  }
}
