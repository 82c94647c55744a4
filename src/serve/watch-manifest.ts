import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const EVERY_MS = 1_000

/**
 * Calls back when a manifest file changes, appears or disappears. It polls every second, because file notifications do not follow the
 * symbolic links with which Kubernetes replaces a ConfigMap, and do not work on network file systems.
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

async function fingerprint(paths: readonly string[], cwd: string): Promise<string> {
  const parts = await Promise.all(paths.map(path => partOf(resolve(cwd, path))))
  return parts.join('\n')
}

async function partOf(path: string): Promise<string> {
  try {
    const found = await stat(path)
    if (!found.isDirectory()) return `${path} ${found.ino} ${found.size} ${found.mtimeMs}`
    const names = (await readdir(path)).filter(name => /^[^.].*\.ya?ml$/is.test(name)).sort()
    return (await Promise.all(names.map(name => partOf(join(path, name))))).join('\n')
  } catch {
    return `${path} unreadable`
  }
}
