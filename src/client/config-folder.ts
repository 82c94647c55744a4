import { homedir } from 'node:os'
import { join } from 'node:path'
import { variable } from './env-secret.js'
import type { Env } from './proxy.js'

/**
 * | set, or the system | folder |
 * | --- | --- |
 * | GUESTLIST_CONFIG_DIR | that |
 * | Windows | guestlist\\Config in %APPDATA% |
 * | macOS | ~/Library/Preferences/guestlist |
 * | else | guestlist in $XDG_CONFIG_HOME, by default ~/.config |
 *
 * Null where the user has no home: a container may run under a number that has no name.
 */
export function configFolder(env: Env, platform: NodeJS.Platform = process.platform): string | null {
  const chosen = variable(env, 'GUESTLIST_CONFIG_DIR')
  if (chosen !== undefined) return chosen
  const below = (base: string | undefined, ...usual: string[]): string | null => {
    if (base !== undefined) return base
    const home = homeFolder()
    return home === null ? null : join(home, ...usual)
  }
  if (platform === 'darwin') return inside(below(undefined, 'Library', 'Preferences'), 'guestlist')
  if (platform === 'win32')
    return inside(below(variable(env, 'APPDATA'), 'AppData', 'Roaming'), join('guestlist', 'Config'))
  return inside(below(variable(env, 'XDG_CONFIG_HOME'), '.config'), 'guestlist')
}

const inside = (base: string | null, name: string): string | null => (base === null ? null : join(base, name))

function homeFolder(): string | null {
  try {
    return homedir()
  } catch {
    return null
  }
}
