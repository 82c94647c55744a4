import { registerSecret, type Secret } from '../http/secret.js'
import { ApiError } from '../model/api-error.js'
import type { CredentialSource } from './credential-source.js'
import { connectProvider, type OAuthClient, type ProviderSettings } from './provider.js'
import { bearerToken, isFresh, renewedSource, renewingToken, type Token } from './renewing.js'
import { type LoginKey, type StoredLogin, sameLogin, type TokenStore } from './token-store.js'

/** The parts of a token response that are kept. */
export interface TokenResponse {
  readonly access_token: string
  readonly refresh_token?: string
  readonly expires_in?: number
  readonly scope?: string
}

export function storedLogin(key: LoginKey, answer: TokenResponse, before: StoredLogin | null): StoredLogin {
  const now = Date.now()
  const { expiresAt } = bearerToken(answer.access_token, answer.expires_in, now)
  return {
    issuer: key.issuer,
    apiUrl: key.apiUrl,
    clientId: key.clientId,
    accessToken: answer.access_token,
    // A provider that does not rotate sends none: the old one stays good.
    refreshToken: answer.refresh_token ?? before?.refreshToken ?? null,
    expiresAt,
    obtainedAt: now,
    scope: answer.scope ?? before?.scope ?? null,
  }
}

/** The tokens of `guestlist login`, refreshed in the file that keeps them. */
export function loginSource(
  settings: ProviderSettings,
  secret: Secret | null,
  login: StoredLogin,
  store: TokenStore,
): CredentialSource {
  const client: OAuthClient = { id: login.clientId, secret }
  const token = renewingToken(stale => refreshed(settings, client, login, store, stale), tokenOf(login))
  return renewedSource('login', token, `client ${login.clientId} at ${login.issuer}`, [])
}

function tokenOf(login: StoredLogin): Token {
  if (login.refreshToken !== null) registerSecret(login.refreshToken)
  const token = bearerToken(login.accessToken, undefined, login.obtainedAt)
  return { ...token, expiresAt: login.expiresAt }
}

/**
 * Under the store's lock: a provider that rotates takes each refresh token once, and punishes a second use by ending
 * the login. So what another process has fetched since is used, and what is fetched is written before it is used.
 */
async function refreshed(
  settings: ProviderSettings,
  client: OAuthClient,
  key: LoginKey,
  store: TokenStore,
  stale: Token | null,
): Promise<Token> {
  let result: Token | null = null
  await store.update(async logins => {
    const login = logins.find(each => sameLogin(each, key))
    if (login === undefined) throw ended('was logged out')
    const current = tokenOf(login)
    const isNew = stale === null || !current.header.equals(stale.header)
    if (isNew && isFresh(current, Date.now())) {
      result = current
      return logins
    }
    const renewed = await refresh(settings, client, login)
    result = tokenOf(renewed)
    return logins.map(each => (each === login ? renewed : each))
  })
  if (result === null) throw ended('was logged out')
  return result
}

async function refresh(settings: ProviderSettings, client: OAuthClient, login: StoredLogin): Promise<StoredLogin> {
  const { refreshToken } = login
  if (refreshToken === null) throw ended('has ended, and the provider gave no refresh token')
  const { oidc, config, run, close } = await connectProvider(settings, client, { tokenOnly: true })
  try {
    const answer = await run('Refreshing the login', () => oidc.refreshTokenGrant(config, refreshToken))
    return storedLogin(login, answer, login)
  } finally {
    close()
  }
}

const ended = (how: string): ApiError =>
  new ApiError(`The login ${how}`, { kind: 'credentials', advice: 'Run `guestlist login`.' })
