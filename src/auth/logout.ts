import { findSecret } from '../http/env-secret.js'
import { registerSecret } from '../http/secret.js'
import { connectProvider, type ProviderSettings } from './provider.js'
import { type StoredLogin, sameLogin, type TokenStore } from './token-store.js'

/** `kept`: the provider offers no revocation; `failed`: it could not be reached or refused, `error` says how. */
export type Revocation =
  | { readonly outcome: 'revoked' | 'kept' }
  | { readonly outcome: 'failed'; readonly error: unknown }

/** Deletes the login from the store, whatever the provider says, and revokes its tokens there. */
export async function endLogin(settings: ProviderSettings, login: StoredLogin, store: TokenStore): Promise<Revocation> {
  let current = login
  await store.update(async logins => {
    // Another process may have rotated the tokens since they were read.
    current = logins.find(each => sameLogin(each, login)) ?? login
    return logins.filter(each => !sameLogin(each, login))
  })
  try {
    return await revoke({ ...settings, issuer: login.issuer }, current)
  } catch (error) {
    return { outcome: 'failed', error }
  }
}

async function revoke(settings: ProviderSettings, login: StoredLogin): Promise<Revocation> {
  const secret = await findSecret(settings.env, 'BIMDATA_CLIENT_SECRET')
  const { oidc, config, run, close } = await connectProvider(settings, {
    id: login.clientId,
    secret: secret?.value ?? null,
  })
  try {
    if (config.serverMetadata().revocation_endpoint === undefined) return { outcome: 'kept' }
    const tokens: [string | null, string][] = [
      [login.refreshToken, 'refresh_token'],
      [login.accessToken, 'access_token'],
    ]
    for (const [token, token_type_hint] of tokens) {
      if (token === null) continue
      registerSecret(token)
      await run('Revoking the login', () => oidc.tokenRevocation(config, token, { token_type_hint }))
    }
    return { outcome: 'revoked' }
  } finally {
    close()
  }
}
