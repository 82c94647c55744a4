import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errnoOf } from './errno.js'

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
