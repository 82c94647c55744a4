import type { CredentialSource } from './credential-source.js'
import { connectProvider, type OAuthClient, type ProviderSettings } from './provider.js'
import { bearerToken, renewingToken } from './renewing.js'

/** Tokens that an application fetches for itself (the client_credentials grant), kept in memory. */
export function clientCredentialsSource(
  settings: ProviderSettings,
  client: OAuthClient,
  from: string,
  shadowed: readonly string[],
): CredentialSource {
  const token = renewingToken(async () => {
    const { oidc, config, run, close } = await connectProvider(settings, client, { tokenOnly: true })
    const parameters = settings.scope === null ? {} : { scope: settings.scope }
    const answer = await run('Fetching an access token', () => oidc.clientCredentialsGrant(config, parameters)).finally(
      close,
    )
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
