import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent'
import { isLoopback } from './address.js'

export type Env = Readonly<Record<string, string | undefined>>

export interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/** Above the highest useful `--parallelism`, so that requests never queue here while their time-out runs. */
const KEEP_ALIVE = { keepAlive: true, maxSockets: 256, maxFreeSockets: 128 } as const

/**
 * The proxy for an address according to HTTPS_PROXY, HTTP_PROXY and NO_PROXY (in either case), or null.
 * Loopback is never proxied. HTTP_PROXY in upper case is ignored under CGI, where a caller could set it.
 */
export function proxyFor(url: URL, env: Env): URL | null {
  if (isLoopback(url) || isExempt(url, set(env, 'no_proxy') ?? '')) return null
  const value = url.protocol === 'https:' ? set(env, 'https_proxy') : httpProxy(env)
  const address = value ?? set(env, 'all_proxy')
  if (address === undefined) return null
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`
  return URL.canParse(withScheme) ? new URL(withScheme) : null
}

const httpProxy = (env: Env): string | undefined =>
  env.REQUEST_METHOD === undefined ? set(env, 'http_proxy') : env.http_proxy || undefined

const set = (env: Env, name: string): string | undefined => env[name] || env[name.toUpperCase()] || undefined

/** NO_PROXY: names separated by commas or spaces. `*` matches all; `.x` and `x` match x and its subdomains; `:port` narrows. */
function isExempt(url: URL, list: string): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list
    .split(/[\s,]+/)
    .filter(entry => entry !== '')
    .some(entry => covers(entry.toLowerCase(), url.hostname.toLowerCase(), port))
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const [, name = entry, onlyPort] = /^(.+?):(\d+)$/.exec(entry) ?? []
  if (onlyPort !== undefined && onlyPort !== port) return false
  const suffix = name.replace(/^\*?\.?/, '')
  return host === suffix || host.endsWith(`.${suffix}`)
}

/** Keep-alive agents; destroy both when done. `connectMs`: time limit for a proxy to open its tunnel. */
export function createAgents(proxy: URL | null, connectMs: number): Agents {
  if (proxy === null) return { http: new HttpAgent(KEEP_ALIVE), https: new HttpsAgent(KEEP_ALIVE) }
  const options = { ...KEEP_ALIVE, proxy, timeout: connectMs }
  return { http: new HttpProxyAgent(options), https: new HttpsProxyAgent(options) }
}
