import { registerSecret, type Secret } from '../http/secret.js'
import { type ApiError, credentialsError } from '../model/api-error.js'
import type { CredentialSource } from './credential-source.js'
import { type OAuthClient, type ProviderSettings, withProvider } from './provider.js'
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
    // A provider without rotation sends none: the old one stays valid.
    refreshToken: answer.refresh_token ?? before?.refreshToken ?? null,
    expiresAt,
    obtainedAt: now,
    scope: answer.scope ?? before?.scope ?? null,
  }
}

/** The tokens of `guestlist login`, refreshed in the file that stores them. */
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
 * Runs under the store's lock: a provider with rotation accepts each refresh token once and ends the login on a second
 * use. So tokens that another process has fetched are reused, and fetched tokens are stored before they are used.
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
  const answer = await withProvider(
    settings,
    client,
    ({ oidc, config, run }) => run('Refreshing the login', () => oidc.refreshTokenGrant(config, refreshToken)),
    { tokenOnly: true },
  )
  return storedLogin(login, answer, login)
}

const ended = (how: string): ApiError => credentialsError(`The login ${how}`, 'Run `guestlist login`.')
