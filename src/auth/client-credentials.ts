import type { CredentialSource } from './credential-source.js'
import { connectProvider, type OAuthClient, type Provider, type ProviderSettings } from './provider.js'
import { bearerToken, renewingToken } from './renewing.js'

/** Tokens that an application fetches for itself (the client_credentials grant), kept in memory. */
export function clientCredentialsSource(
  settings: ProviderSettings,
  client: OAuthClient,
  from: string,
  shadowed: readonly string[],
): CredentialSource {
  let provider: Promise<Provider> | null = null
  const token = renewingToken(async () => {
    provider ??= connectProvider(settings, client, { tokenOnly: true })
    const { oidc, config, run } = await provider.catch(error => {
      provider = null
      throw error
    })
    const parameters = settings.scope === null ? {} : { scope: settings.scope }
    const answer = await run('Fetching an access token', () => oidc.clientCredentialsGrant(config, parameters))
    return bearerToken(answer.access_token, answer.expires_in, Date.now())
  })
  return {
    name: 'client credentials',
    describe() {
      const ends = token.current()?.expiresAt ?? null
      const expiresAt = ends === null ? null : new Date(ends).toISOString()
      return { source: 'client credentials', from: `${from} at ${settings.issuer}`, shadowed, expiresAt }
    },
    authorization: token.authorization,
    renew: token.renew,
  }
}
