import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { byCodeUnit } from '../model/text.js'
import { errnoOf } from '../system/errno.js'
import { readInput } from '../system/read-file.js'
import { parseApproval } from './approval-file.js'
import type { FileFault, GivenApproval } from './judge.js'

/** The file name extension that `approve` writes and that folders are searched for. */
export const EXTENSION = '.sig'

/** Bytes. The largest signature, by a 16 kbit RSA key, takes about 6 KiB. */
const LIMIT = 64 * 1024

/**
 * Reads approvals from files, and from the `*.sig` files in folders. Those that cannot be read are included, with the
 * reason.
 *
 * @param paths as given; messages use the same spelling
 */
export async function readApprovals(paths: readonly string[], cwd: string): Promise<readonly GivenApproval[]> {
  const files = new Map<string, string>()
  const faults: GivenApproval[] = []
  for (const path of paths) {
    const found = await expand(path, cwd)
    if (typeof found === 'string') faults.push({ path, content: found })
    else for (const file of found) files.set(resolve(cwd, file), file)
  }
  const read = [...files.values()].map(async path => ({ path, content: await readApproval(resolve(cwd, path)) }))
  return [...faults, ...(await Promise.all(read))]
}

/** The approvals next to a plan, where `approve` writes them by default. */
export async function approvalsBeside(planFile: string, cwd: string): Promise<readonly string[]> {
  const names = await readdir(dirname(resolve(cwd, planFile))).catch(() => [])
  const [start, folder] = [`${basename(planFile)}.`, dirname(planFile)]
  return names
    .filter(name => name.startsWith(start) && name.endsWith(EXTENSION))
    .toSorted(byCodeUnit)
    .map(name => join(folder, name))
}

async function expand(path: string, cwd: string): Promise<readonly string[] | FileFault> {
  try {
    if (!(await stat(resolve(cwd, path))).isDirectory()) return [path]
    const names = (await readdir(resolve(cwd, path))).filter(name => name.endsWith(EXTENSION))
    return names.length === 0 ? 'empty-folder' : names.toSorted(byCodeUnit).map(name => join(path, name))
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? 'missing' : 'unreadable'
  }
}

async function readApproval(path: string): Promise<GivenApproval['content']> {
  try {
    const bytes = await readInput(path, LIMIT)
    return (bytes.length > LIMIT ? null : parseApproval(bytes.toString('utf8'))) ?? 'not-a-signature'
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? 'missing' : 'unreadable'
  }
}
