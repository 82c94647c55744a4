import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { GuestlistError } from '../model/error.js'

const EVERY_MS = 1_000

/**
 * Calls back when a manifest file changes, appears or disappears. It polls every second, because file notifications do
 * not follow the symbolic links with which Kubernetes replaces a ConfigMap, and do not work on network file systems.
 */
export async function watchManifest(
  paths: readonly string[],
  cwd: string,
  onChange: () => void,
  deps: { sleep(ms: number, signal: AbortSignal): Promise<void>; stop: AbortSignal },
): Promise<void> {
  let last = await fingerprint(paths, cwd)
  while (!deps.stop.aborted) {
    await deps.sleep(EVERY_MS, deps.stop)
    const now = await fingerprint(paths, cwd)
    if (now !== last && !deps.stop.aborted) onChange()
    last = now
  }
}

/** A manifest that keeps changing for longer is not just being written: something is wrong with it. */
const MOST_LOOKS = 30

/**
 * Like `load`, but never reads a half-written manifest: editors and `git pull` write file by file, and a rule that is not
 * there yet would not count. A manifest that changed since the last load is loaded once it has been stable for a second.
 */
export function settledManifest<T>(
  paths: readonly string[],
  cwd: string,
  load: () => Promise<T>,
  deps: { sleep(ms: number, signal: AbortSignal): Promise<void>; stop: AbortSignal },
): () => Promise<T> {
  let loaded: string | null = null
  return async () => {
    let seen = await fingerprint(paths, cwd)
    let isSettled = loaded === null || seen === loaded
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const loading = isSettled ? load() : null
      await (loading?.catch(() => undefined) ?? deps.sleep(EVERY_MS, deps.stop))
      const now = await fingerprint(paths, cwd)
      if (loading !== null && now === seen) {
        loaded = seen
        return loading
      }
      isSettled = now === seen
      seen = now
    }
    throw new GuestlistError(
      'file-unreadable',
      `The manifest has been changing for ${MOST_LOOKS} s: nothing is done until it stays the same`,
    )
  }
}

async function fingerprint(paths: readonly string[], cwd: string): Promise<string> {
  const parts = await Promise.all(paths.map(path => partOf(resolve(cwd, path))))
  return parts.join('\n')
}

async function partOf(path: string): Promise<string> {
  try {
    const found = await stat(path)
    if (!found.isDirectory()) return `${path} ${found.ino} ${found.size} ${found.ctimeMs}`
    const names = (await readdir(path)).filter(name => /^[^.].*\.ya?ml$/is.test(name)).sort()
    return (await Promise.all(names.map(name => partOf(join(path, name))))).join('\n')
  } catch {
    return `${path} unreadable`
  }
}
