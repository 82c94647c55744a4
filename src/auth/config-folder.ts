import { variable } from '../http/env-secret.js'
import type { Env } from '../http/proxy.js'

/**
 * The user's configuration folder for guestlist, by platform, or the one that GUESTLIST_CONFIG_DIR names. Null where the
 * user has no home: a container may run under a number that has no name.
 */
export async function configFolder(env: Env): Promise<string | null> {
  const chosen = variable(env, 'GUESTLIST_CONFIG_DIR')
  if (chosen !== undefined) return chosen
  try {
    // Loaded here, for it asks for the home folder at once, and that throws where there is none.
    const { default: envPaths } = await import('env-paths')
    return envPaths('guestlist', { suffix: '' }).config
  } catch {
    return null
  }
}
