import { spawn } from 'node:child_process'
import { chooseCredentials, findLogin, lockMs } from '../auth/credentials.js'
import { endLogin, loginWithBrowser, loginWithDevice, type Revocation } from '../auth/login-flow.js'
import { providerSettings } from '../auth/provider.js'
import { type StoredLogin, sameLogin, tokenStore } from '../auth/token-store.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { createLog } from '../cli/log.js'
import { parseAddress } from '../http/address.js'
import { findSecret, findText } from '../http/env-secret.js'
import type { Env } from '../http/proxy.js'
import { EXIT, type ExitCode, GuestlistError, messageOf } from '../model/error.js'
import { canonicalApiUrl } from '../model/text.js'
import { jsonText } from '../render/json-text.js'
import { wireOf } from './shared/wire-options.js'

/** Registered as the default for BIMData's applications. */
const DEFAULT_REDIRECT_URI = 'http://localhost:8080/oidc-callback'
const SIGN_IN_TIMEOUT_MS = 10 * 60_000

type LoginFlags = CommonFlags & { readonly device: boolean; readonly redirectUri: string | undefined }

/** Signs a person in and keeps the tokens. @throws ApiError, GuestlistError */
export async function login(flags: LoginFlags, io: Io): Promise<ExitCode> {
  if (flags.noInput)
    throw new GuestlistError('no-terminal', 'A login needs a person', { advice: 'Leave out --no-input.' })
  const made = await signIn(flags, io)
  const store = await tokenStore(io.env, lockMs(wireOf(flags, io)))
  await store.update(async logins => [...logins.filter(each => !sameLogin(each, made)), made])
  await warnIfShadowed(flags, io)
  io.out(
    flags.format === 'json' ? `${jsonText(document(made))}\n` : `Logged in to ${made.issuer} for ${made.apiUrl}.\n`,
  )
  return EXIT.done
}

async function signIn(flags: LoginFlags, io: Io): Promise<StoredLogin> {
  const { env } = io
  const wire = wireOf(flags, io)
  const id = await findText(env, 'BIMDATA_CLIENT_ID')
  if (id === null) throw noClient()
  const secret = await findSecret(env, 'BIMDATA_CLIENT_SECRET')
  const request = {
    settings: providerSettings({ ...wire, signal: io.interrupt }),
    client: { id: id.value, secret: secret?.value ?? null },
    apiUrl: canonicalApiUrl(parseAddress(wire.apiUrl, '--api-url', wire.allowInsecureHttp)),
    waitMs: SIGN_IN_TIMEOUT_MS,
    show: (line: string) => io.err(`${line}\n`),
    signal: io.interrupt,
  }
  if (flags.device) return loginWithDevice(request)
  const redirectUri = flags.redirectUri ?? DEFAULT_REDIRECT_URI
  return loginWithBrowser({ ...request, redirectUri, openBrowser: url => openInBrowser(url, env) })
}

const noClient = (): GuestlistError =>
  new GuestlistError('usage', 'BIMDATA_CLIENT_ID is not set', {
    advice: 'A login goes through an application of yours: set its client id. A public client needs no secret.',
  })

/** Environment variables take precedence, so a login may have no effect. */
async function warnIfShadowed(flags: LoginFlags, io: Io): Promise<void> {
  const chosen = await chooseCredentials(io.env, wireOf(flags, io)).catch(() => null)
  if (chosen === null || chosen.name === 'login') return
  createLog(flags.logLevel, io).warn(
    'login_unused',
    `${chosen.describe().from} takes precedence over this login; unset it to use the login`,
  )
}

const document = ({ issuer, apiUrl, clientId, expiresAt }: StoredLogin) => ({
  issuer,
  api_url: apiUrl,
  client_id: clientId,
  expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
})

/** Opens the address in the user's browser, if there is one; the caller has also printed it. */
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

/** Revokes and deletes the login for this API. Exits with 1 if the tokens, deleted anyway, could not be revoked. */
export async function logout(flags: CommonFlags, io: Io): Promise<ExitCode> {
  const wire = wireOf(flags, io)
  const { apiUrl } = wire
  const { login, settings, store } = await findLogin(io.env, { ...wire, signal: io.interrupt })
  const revocation = login === null ? null : await endLogin(settings, login, store)
  const document = { api_url: apiUrl, issuer: login?.issuer ?? null, outcome: revocation?.outcome ?? 'none' }
  io.out(flags.format === 'json' ? `${jsonText(document)}\n` : `${sentence(revocation, login?.issuer ?? apiUrl)}\n`)
  if (revocation?.outcome !== 'failed') return EXIT.done
  const reason = messageOf(revocation.error)
  createLog(flags.logLevel, io).warn('tokens_not_revoked', `the tokens are not revoked: ${reason}`)
  return EXIT.error
}

function sentence(revocation: Revocation | null, where: string): string {
  switch (revocation?.outcome) {
    case undefined:
      return `There is no login for ${where}.`
    case 'revoked':
      return `Logged out of ${where}: the tokens are revoked and deleted.`
    case 'kept':
      return `Logged out: the tokens are deleted. ${where} offers no revocation, so they expire by themselves.`
    case 'failed':
      return `The tokens are deleted here, but ${where} may still accept them.`
  }
}
