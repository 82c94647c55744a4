import { isLoopback } from '../http/address.js'
import { registerSecret } from '../http/secret.js'
import { GuestlistError } from '../model/error.js'
import type { StateConfig } from '../model/manifest.js'

/** Terraform's HTTP backend, as configured: https://developer.hashicorp.com/terraform/language/backend/http */
export interface HttpConfig {
  readonly address: URL
  /** Null means no locking. */
  readonly lockAddress: URL | null
  readonly unlockAddress: URL | null
  readonly updateMethod: string
  readonly lockMethod: string
  readonly unlockMethod: string
  /** The Authorization header; a secret. */
  readonly authorization: string | null
  /** Repeats after the first attempt. */
  readonly retryMax: number
  /** Milliseconds. */
  readonly retryWaitMin: number
  readonly retryWaitMax: number
}

export interface HttpOptions {
  readonly env: NodeJS.ProcessEnv
  readonly allowInsecureHttp?: boolean | undefined
  /** Time limit of one request in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number | undefined
  /** guestlist's version, for the `User-Agent`. */
  readonly version?: string | undefined
}

/** Not supported. They would change what a connection trusts, so setting one is an error rather than ignored. */
const UNSUPPORTED = [
  'TF_HTTP_CLIENT_CERTIFICATE_PEM',
  'TF_HTTP_CLIENT_PRIVATE_KEY_PEM',
  'TF_HTTP_CLIENT_CA_CERTIFICATE_PEM',
]

/**
 * The manifest takes precedence over the environment, as in Terraform; credentials come from the environment only.
 * @throws GuestlistError `config`
 */
export function httpConfigOf(config: StateConfig, options: HttpOptions): HttpConfig {
  const { env, allowInsecureHttp = false } = options
  refuseUnsafeTls(env)
  const address = (value: string | undefined, name: string): URL | null =>
    addressOf(value ?? env[name], name, allowInsecureHttp)
  const main = address(config.address, 'TF_HTTP_ADDRESS')
  if (main === null) {
    throw configError('The http state has no address. Set state.address in the manifest, or TF_HTTP_ADDRESS.')
  }
  const lockAddress = address(config.lockAddress, 'TF_HTTP_LOCK_ADDRESS')
  const result: HttpConfig = {
    address: main,
    lockAddress,
    unlockAddress: address(config.unlockAddress, 'TF_HTTP_UNLOCK_ADDRESS') ?? lockAddress,
    updateMethod: methodOf(config.updateMethod ?? env.TF_HTTP_UPDATE_METHOD, 'POST'),
    lockMethod: methodOf(config.lockMethod ?? env.TF_HTTP_LOCK_METHOD, 'LOCK'),
    unlockMethod: methodOf(config.unlockMethod ?? env.TF_HTTP_UNLOCK_METHOD, 'UNLOCK'),
    authorization: authorizationOf(env),
    retryMax: numberOf(env, 'TF_HTTP_RETRY_MAX', 2),
    retryWaitMin: numberOf(env, 'TF_HTTP_RETRY_WAIT_MIN', 1) * 1_000,
    retryWaitMax: numberOf(env, 'TF_HTTP_RETRY_WAIT_MAX', 30) * 1_000,
  }
  if (result.authorization !== null) refuseStrangeOrigins(result, address(undefined, 'TF_HTTP_ADDRESS') ?? main)
  return result
}

function addressOf(value: string | undefined, name: string, allowInsecureHttp: boolean): URL | null {
  if (value === undefined || value === '') return null
  if (!URL.canParse(value)) throw configError(`The address of the state (${name}) is not a URL.`)
  const url = new URL(value)
  if (url.username !== '' || url.password !== '') {
    throw configError(
      `The address of the state (${name}) holds credentials. ` +
        'Take them out, and set TF_HTTP_USERNAME and TF_HTTP_PASSWORD in the environment.',
    )
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && (allowInsecureHttp || isLoopback(url)))) return url
  throw configError(
    `The address of the state (${name}) is ${url.protocol}//${url.host}: it must be https. ` +
      'Plain http is for loopback addresses, or with --allow-insecure-http.',
  )
}

/** Anyone who opens a pull request can change the manifest, so it must not decide where the secret is sent. */
function refuseStrangeOrigins(config: HttpConfig, { origin: trusted }: URL): void {
  for (const url of [config.address, config.lockAddress, config.unlockAddress]) {
    if (url === null || url.origin === trusted) continue
    throw configError(
      `The state has addresses at ${trusted} and at ${url.origin}, and TF_HTTP_PASSWORD is for one of them. ` +
        'Give all addresses of the state (address, lockAddress, unlockAddress, TF_HTTP_ADDRESS) the same origin.',
    )
  }
}

function methodOf(value: string | undefined, fallback: string): string {
  const method = (value || fallback).toUpperCase()
  if (/^[A-Z][A-Z-]*$/.test(method) && !['CONNECT', 'TRACE', 'TRACK', 'GET', 'HEAD'].includes(method)) return method
  throw configError(
    `${JSON.stringify(method)} cannot be a method of the http state. Terraform's are POST, LOCK and UNLOCK.`,
  )
}

function authorizationOf(env: NodeJS.ProcessEnv): string | null {
  const [username, password] = [env.TF_HTTP_USERNAME ?? '', env.TF_HTTP_PASSWORD ?? '']
  if (username === '' && password !== '')
    throw configError('TF_HTTP_PASSWORD is set, and TF_HTTP_USERNAME is not: set both.')
  if (username === '') return null
  const pair = `${username}:${password}`
  const encoded = Buffer.from(pair).toString('base64')
  for (const secret of [password, pair, encoded]) registerSecret(secret)
  return `Basic ${encoded}`
}

function numberOf(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const value = env[name] ?? ''
  if (value === '') return fallback
  if (/^\d{1,6}$/.test(value)) return Number(value)
  throw configError(`${name} is ${JSON.stringify(value)}: it must be a whole number, 0 or more.`)
}

function refuseUnsafeTls(env: NodeJS.ProcessEnv): void {
  const skip = (env.TF_HTTP_SKIP_CERT_VERIFICATION ?? '').toLowerCase()
  if (!['', '0', 'f', 'false'].includes(skip)) {
    throw configError(
      'TF_HTTP_SKIP_CERT_VERIFICATION is set: guestlist always verifies certificates. ' +
        'Unset it, and name a private authority with NODE_EXTRA_CA_CERTS.',
    )
  }
  const unsupported = UNSUPPORTED.find(name => (env[name] ?? '') !== '')
  if (unsupported === undefined) return
  throw configError(
    `${unsupported} is set, and guestlist does not support it. Unset it (a private authority: NODE_EXTRA_CA_CERTS).`,
  )
}

function configError(message: string): GuestlistError {
  return new GuestlistError('state-config', message)
}
