import { checkScheme } from '../http/address.js'
import { findSecret } from '../http/env-secret.js'
import { registerSecret } from '../http/secret.js'
import { type ApiError, credentialsError } from '../model/api-error.js'
import { storedLogin, type TokenResponse } from './login-source.js'
import { listenForCallback, notSignedIn } from './loopback.js'
import { type OAuthClient, type Provider, type ProviderSettings, withProvider } from './provider.js'
import { type LoginKey, type StoredLogin, sameLogin, type TokenStore } from './token-store.js'

const DEFAULT_SCOPE = 'openid org:manage'

export interface LoginRequest {
  readonly settings: ProviderSettings
  readonly client: OAuthClient
  readonly apiUrl: string
  /** How long to wait for the user, in milliseconds. */
  readonly waitMs: number
  /** Shows a line to the user. */
  readonly show: (line: string) => void
  readonly signal?: AbortSignal
}

export interface BrowserLogin extends LoginRequest {
  readonly redirectUri: string
  readonly openBrowser: (url: URL) => void
}

const keyOf = ({ settings, client, apiUrl }: LoginRequest): LoginKey => ({
  issuer: settings.issuer,
  apiUrl,
  clientId: client.id,
})

/**
 * Authorization code flow with PKCE and state; the redirect is received on loopback. PKCE binds the code to this run, so no
 * nonce is used: it would rule out providers without ID tokens. An ID token that is returned is verified.
 * @throws ApiError
 */
export async function loginWithBrowser(request: BrowserLogin): Promise<StoredLogin> {
  const listener = await listenForCallback(request.redirectUri)
  try {
    const answer = await withProvider(request.settings, request.client, provider =>
      authorize(provider, request, listener),
    )
    return storedLogin(keyOf(request), answer, null)
  } finally {
    listener.close()
  }
}

async function authorize(
  { oidc, config, run }: Provider,
  request: BrowserLogin,
  listener: Awaited<ReturnType<typeof listenForCallback>>,
): Promise<TokenResponse> {
  const scope = request.settings.scope ?? DEFAULT_SCOPE
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const state = oidc.randomState()
  const code_challenge = await oidc.calculatePKCECodeChallenge(pkceCodeVerifier)
  const url = await run('Preparing the sign-in', async () =>
    oidc.buildAuthorizationUrl(config, {
      redirect_uri: listener.redirectUri.href,
      scope,
      state,
      code_challenge,
      code_challenge_method: 'S256',
    }),
  )
  request.show(`Sign in at:\n\n  ${url.href}\n`)
  request.openBrowser(url)
  const callback = await listener.wait(state, request.waitMs, request.signal)
  try {
    const checks = { expectedState: state, pkceCodeVerifier }
    const answer = await run('Signing in', () => oidc.authorizationCodeGrant(config, callback.url, checks))
    await callback.answer(true)
    return answer
  } catch (error) {
    await callback.answer(false)
    throw error
  }
}

export interface DeviceLogin extends LoginRequest {
  /** Polling interval in seconds; the provider's by default. */
  readonly pollSeconds?: number
}

/** The device flow: the user signs in with a code on any device. @throws ApiError */
export async function loginWithDevice(request: DeviceLogin): Promise<StoredLogin> {
  const answer = await withProvider(request.settings, request.client, provider => authorizeDevice(provider, request))
  return storedLogin(keyOf(request), answer, null)
}

async function authorizeDevice({ oidc, config, run }: Provider, request: DeviceLogin): Promise<TokenResponse> {
  if (config.serverMetadata().device_authorization_endpoint === undefined) throw noDeviceFlow()
  const scope = request.settings.scope ?? DEFAULT_SCOPE
  // PKCE, as in the browser flow: some providers require it of public clients here too, and others ignore it.
  const code_verifier = oidc.randomPKCECodeVerifier()
  const code_challenge = await oidc.calculatePKCECodeChallenge(code_verifier)
  const device = await run('Starting the device sign-in', () =>
    oidc.initiateDeviceAuthorization(config, { scope, code_challenge, code_challenge_method: 'S256' }),
  )
  const page = personsPage(device.verification_uri_complete ?? device.verification_uri, request.settings)
  request.show(
    `On any device, open:\n\n  ${page}\n\nand check that it shows the code: ${printable(device.user_code)}\n`,
  )
  const interval = request.pollSeconds ?? device.interval ?? 5
  const limits = [AbortSignal.timeout(Math.min(request.waitMs, device.expires_in * 1000)), request.signal]
  const signal = AbortSignal.any(limits.filter(each => each !== undefined))
  return run('Signing in', () =>
    oidc.pollDeviceAuthorizationGrant(config, { ...device, interval }, { code_verifier }, { signal }),
  ).catch(error => {
    throw signal.aborted ? notSignedIn(request.signal?.aborted === true) : error
  })
}

const noDeviceFlow = (): ApiError =>
  credentialsError('This identity provider offers no device sign-in', 'Run `guestlist login` without --device.')

/** The address is shown on a terminal: a normalized URL holds no control characters. */
function personsPage(address: string, settings: ProviderSettings): string {
  const url = new URL(address)
  checkScheme(url, 'The sign-in page', settings.allowInsecureHttp)
  return url.href
}

const printable = (code: string): string => code.replace(/[^\w-]/g, '')

/** `kept`: the provider offers no revocation. `failed`: it could not be reached or refused; see `error`. */
export type Revocation =
  | { readonly outcome: 'revoked' | 'kept' }
  | { readonly outcome: 'failed'; readonly error: unknown }

/** Deletes the login from the store in any case, and revokes its tokens at the provider. */
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
  const client = { id: login.clientId, secret: secret?.value ?? null }
  return withProvider(settings, client, async ({ oidc, config, run }): Promise<Revocation> => {
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
  })
}
