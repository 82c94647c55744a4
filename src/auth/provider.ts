import type { Configuration, ServerMetadata } from 'openid-client'
import { checkScheme, parseAddress } from '../http/address.js'
import { readBody } from '../http/body.js'
import { variable } from '../http/env-secret.js'
import type { Secret } from '../http/secret.js'
import { createTransport, type Transport, type TransportOptions } from '../http/transport.js'
import { type ApiError, credentialsError } from '../model/api-error.js'
import { canonicalApiUrl } from '../model/text.js'
import { oauthError, type SettingNames, settingNames } from './oauth-error.js'

const DEFAULT_ISSUER = 'https://iam.bimdata.io/auth/realms/bimdata'
const WELL_KNOWN = '/.well-known/openid-configuration'

/** Where and how tokens are requested. */
export interface ProviderSettings extends TransportOptions {
  /** Without a trailing slash. */
  readonly issuer: string
  /** Overrides the discovered one. */
  readonly tokenUrl: string | null
  readonly scope: string | null
  /** The names of these settings, for advice. */
  readonly names: SettingNames
}

/**
 * From BIMDATA_IAM_URL, BIMDATA_TOKEN_URL and BIMDATA_SCOPE.
 * @param prefix prefix of the client's variables
 * @throws ApiError for an address that must not be used
 */
export function providerSettings(options: TransportOptions, prefix = 'BIMDATA'): ProviderSettings {
  const { env, allowInsecureHttp } = options
  const given = variable(env, 'BIMDATA_IAM_URL')
  const issuer = parseAddress((given ?? DEFAULT_ISSUER).replace(WELL_KNOWN, ''), 'BIMDATA_IAM_URL', allowInsecureHttp)
  const tokenUrl = variable(env, 'BIMDATA_TOKEN_URL')
  return {
    ...options,
    issuer: canonicalApiUrl(issuer),
    tokenUrl: tokenUrl === undefined ? null : parseAddress(tokenUrl, 'BIMDATA_TOKEN_URL', allowInsecureHttp).href,
    scope: variable(env, 'BIMDATA_SCOPE') ?? null,
    names: settingNames(prefix),
  }
}

export interface OAuthClient {
  readonly id: string
  /** Null for a public client. */
  readonly secret: Secret | null
}

/** The OAuth library, loaded when first needed, with a configuration for this provider and client. */
export interface Provider {
  readonly oidc: typeof import('openid-client')
  readonly config: Configuration
  /** Rethrows errors as `ApiError`s. */
  run<T>(doing: string, action: () => Promise<T>): Promise<T>
  close(): void
}

/**
 * Discovers the provider; with `tokenOnly` and a BIMDATA_TOKEN_URL nothing needs to be discovered.
 * @throws ApiError `credentials` or `not-sent`
 */
export async function connectProvider(
  settings: ProviderSettings,
  client: OAuthClient,
  { tokenOnly = false } = {},
): Promise<Provider> {
  const oidc = await import('openid-client')
  const transport = createTransport(settings)
  const fetch = oauthFetch(transport, originsOf(settings))
  const metadata =
    tokenOnly && settings.tokenUrl !== null
      ? { issuer: settings.issuer }
      : await discover(oidc, settings, client, fetch).catch(error => {
          transport.close()
          throw error
        })
  const server = settings.tokenUrl === null ? metadata : { ...metadata, token_endpoint: settings.tokenUrl }
  const config = new oidc.Configuration(server, client.id, undefined, authentication(oidc, server, client))
  config[oidc.customFetch] = fetch
  config.timeout = seconds(settings)
  oidc.allowInsecureRequests(config)
  const run = <T>(doing: string, action: () => Promise<T>) => guarded(settings.names, doing, action)
  return { oidc, config, run, close: transport.close }
}

/** Runs `work` with a provider, then closes its connections. @throws as `connectProvider` */
export async function withProvider<T>(
  settings: ProviderSettings,
  client: OAuthClient,
  work: (provider: Provider) => Promise<T>,
  options?: Parameters<typeof connectProvider>[2],
): Promise<T> {
  const provider = await connectProvider(settings, client, options)
  try {
    return await work(provider)
  } finally {
    provider.close()
  }
}

const originsOf = ({ issuer, tokenUrl }: ProviderSettings): ReadonlySet<string> =>
  new Set([issuer, tokenUrl].filter(each => each !== null).map(each => new URL(each).origin))

/** Slightly longer than the transport's own time-out, whose error is more specific. */
const seconds = ({ timeoutMs }: ProviderSettings): number => timeoutMs / 1000 + 5

/** The transport decides per address whether plain http is allowed; the library would only accept https. */
async function discover(
  oidc: Provider['oidc'],
  settings: ProviderSettings,
  client: OAuthClient,
  fetch: ReturnType<typeof oauthFetch>,
): Promise<ServerMetadata> {
  const config = await guarded(settings.names, `Discovery at ${settings.issuer}`, () =>
    oidc.discovery(new URL(settings.issuer), client.id, undefined, oidc.None(), {
      [oidc.customFetch]: fetch,
      execute: [oidc.allowInsecureRequests],
      timeout: seconds(settings),
    }),
  )
  const metadata = config.serverMetadata()
  for (const endpoint of [metadata.authorization_endpoint, metadata.token_endpoint]) {
    if (endpoint !== undefined)
      checkScheme(new URL(endpoint), 'An endpoint of the identity provider', settings.allowInsecureHttp)
  }
  return metadata
}

async function guarded<T>(names: SettingNames, doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw oauthError(error, doing, names)
  }
}

/** In the form body, as BIMData documents, unless the provider only supports the header. */
function authentication(oidc: Provider['oidc'], server: ServerMetadata, { secret }: OAuthClient) {
  if (secret === null) return oidc.None()
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_post']
  const headerOnly = !methods.includes('client_secret_post') && methods.includes('client_secret_basic')
  return headerOnly ? oidc.ClientSecretBasic(secret.reveal()) : oidc.ClientSecretPost(secret.reveal())
}

/** Metadata, keys and tokens are small. */
const MAX_BYTES = 2 ** 20
const BODYLESS = new Set([204, 205, 304])

interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: unknown
}

/**
 * `fetch` for the OAuth library on top of our transport, so that proxies, limits and errors are the same everywhere.
 * Only the given origins are contacted: metadata could name any endpoint, and secrets would be sent to it.
 */
function oauthFetch(transport: Transport, origins: ReadonlySet<string>) {
  return async (address: string, { method, headers, body }: FetchInit): Promise<Response> => {
    const url = new URL(address)
    if (!origins.has(url.origin)) throw foreign(url)
    const { 'user-agent': _, ...own } = headers
    const answer = await transport.send({
      method: method === 'POST' ? 'POST' : 'GET',
      url,
      headers: own,
      ...(body === undefined || body === null ? {} : { body: String(body) }),
    })
    const bytes = await readBody(answer.body, MAX_BYTES)
    return new Response(BODYLESS.has(answer.status) ? null : bytes, {
      status: answer.status,
      headers: { 'content-type': answer.headers['content-type'] ?? '' },
    })
  }
}

const foreign = (url: URL): ApiError =>
  credentialsError(
    `The identity provider names an endpoint at another origin (${url.origin}); nothing is sent there`,
    'Check BIMDATA_IAM_URL. If the token endpoint is meant, name it in BIMDATA_TOKEN_URL.',
  )
