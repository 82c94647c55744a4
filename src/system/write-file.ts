import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errnoOf } from './errno.js'

/**
 * Replaces a file atomically: after a crash at any moment it has either the old or the new content, complete.
 * The temporary file is in the same folder, with an unpredictable name.
 * @throws system errors; the old file is then unchanged
 */
export async function writeDurably(path: string, content: Uint8Array | Iterable<string>, mode = 0o600): Promise<void> {
  const temp = join(dirname(path), `.guestlist.${randomUUID()}.tmp`)
  try {
    const file = await open(temp, 'wx', mode)
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

/** Makes the names in a folder durable, if the system can: Windows cannot open folders. */
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
 * Creates a folder and its missing parents. Node's own `recursive` loops forever where the system claims that an existing
 * folder does not exist, as below /proc.
 * @throws system errors, and an `Error` for a folder in which none can be created
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  for (const folder of await missingFrom(resolve(path))) await makeOne(folder, mode)
}

/** The folders to create, outermost first. Includes the path itself if it is a file: creating it then reports that. */
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

/** Another process may have created it in the meantime. */
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
