import { spawn } from 'node:child_process'
import type { Env } from '../http/proxy.js'

/** Opens the address in the person's browser, if there is one; the caller has printed the address too. */
export function openInBrowser(url: URL, env: Env): void {
  const [command, ...args] = opener(env)
  const child = spawn(command, [...args, url.href], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

function opener(env: Env): [string, ...string[]] {
  if (env.BROWSER) return [env.BROWSER]
  if (process.platform === 'darwin') return ['open']
  // Not `start`, whose shell would read the address's `&`.
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return ['xdg-open']
}
