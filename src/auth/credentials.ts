import { parseAddress } from '../http/address.js'
import { type Found, findSecret, findText, namesSet, printable, variable } from '../http/env-secret.js'
import type { Env } from '../http/proxy.js'
import { Secret } from '../http/secret.js'
import type { TransportOptions } from '../http/transport.js'
import { type ApiError, credentialsError } from '../model/api-error.js'
import { canonicalApiUrl } from '../model/text.js'
import type { CredentialName, CredentialSource } from './credential-source.js'
import { jwtExpiry } from './jwt.js'
import { loginSource } from './login-source.js'
import { type OAuthClient, type Provider, type ProviderSettings, providerSettings, withProvider } from './provider.js'
import { bearerToken, renewedSource, renewingToken } from './renewing.js'
import { type StoredLogin, type TokenStore, tokenStore } from './token-store.js'

export interface CredentialOptions extends Omit<TransportOptions, 'env'> {
  readonly apiUrl: string
}

/**
 * The credential to use, in this order. Each variable may be given as `…_FILE`; the plain one takes precedence:
 *
 * | set | header |
 * | --- | --- |
 * | BIMDATA_ACCESS_TOKEN | Bearer |
 * | BIMDATA_API_KEY | ApiKey, or the word in BIMDATA_API_KEY_PREFIX; the bare key if that is set but empty |
 * | BIMDATA_CLIENT_ID and BIMDATA_CLIENT_SECRET | Bearer, fetched |
 * | a login | Bearer, refreshed |
 *
 * @throws ApiError `credentials` if there is none, or the first cannot be read
 */
export async function chooseCredentials(env: Env, options: CredentialOptions): Promise<CredentialSource> {
  const { source, secret, half } = await fromEnvironment(env, 'BIMDATA', options)
  if (source !== null) return source
  const { login, settings, store } = await findLogin(env, options)
  if (login === null) throw noCredentials(half)
  // The login records its issuer; the variables may not be set.
  return loginSource({ ...settings, issuer: login.issuer }, secret, login, store)
}

/**
 * The separate credential for reading clouds, if set: BIMDATA_CLOUD_ACCESS_TOKEN and so on, as above, but no login.
 * Null if there is none.
 *
 * @throws ApiError `credentials` if only half of it is set, or it cannot be read
 */
export async function cloudCredentials(env: Env, options: CredentialOptions): Promise<CredentialSource | null> {
  const { source, half } = await fromEnvironment(env, 'BIMDATA_CLOUD', options)
  if (half === null) return source
  throw credentialsError(
    half,
    'Set both, or neither: without them clouds are read with the same credential as everything else.',
  )
}

interface FromEnvironment {
  readonly source: CredentialSource | null
  /** A client secret without a client id; a login may need it. */
  readonly secret: Secret | null
  /** The hint to give if only one of a client's id and secret is set. */
  readonly half: string | null
}

async function fromEnvironment(
  env: Env,
  prefix: 'BIMDATA' | 'BIMDATA_CLOUD',
  options: CredentialOptions,
): Promise<FromEnvironment> {
  const only = (source: CredentialSource): FromEnvironment => ({ source, secret: null, half: null })
  const shadowed = (kind: number, from: string) => shadowedBy(env, prefix, kind, from)
  const token = await findSecret(env, `${prefix}_ACCESS_TOKEN`)
  if (token !== null) return only(fixedSource('access token', token, 'Bearer', shadowed(0, token.from)))
  const key = await findSecret(env, `${prefix}_API_KEY`)
  if (key !== null) return only(fixedSource('API key', key, keyPrefix(env), shadowed(1, key.from)))
  const id = await findText(env, `${prefix}_CLIENT_ID`)
  const secret = await findSecret(env, `${prefix}_CLIENT_SECRET`)
  if (id === null || secret === null)
    return { source: null, secret: secret?.value ?? null, half: halfOf(prefix, id !== null, secret !== null) }
  const from = `${id.from} + ${secret.from}`
  const settings = providerSettings({ ...options, env }, prefix)
  return only(clientCredentialsSource(settings, { id: id.value, secret: secret.value }, from, shadowed(2, from)))
}

function halfOf(prefix: string, withId: boolean, withSecret: boolean): string | null {
  if (withId === withSecret) return null
  const [set, missing] = withId ? ['ID', 'SECRET'] : ['SECRET', 'ID']
  return `${prefix}_CLIENT_${set} is set, ${prefix}_CLIENT_${missing} is not`
}

/** Set but empty means the bare key. */
const keyPrefix = (env: Env): string => printable(env.BIMDATA_API_KEY_PREFIX ?? 'ApiKey', 'BIMDATA_API_KEY_PREFIX')

/** How long one process may hold the store: two requests and some slack. */
export const lockMs = ({ timeoutMs }: Pick<TransportOptions, 'timeoutMs'>): number => 2 * timeoutMs + 5000

export interface FoundLogin {
  readonly login: StoredLogin | null
  readonly store: TokenStore
  readonly settings: ProviderSettings
}

/** The newest login for this API, narrowed by BIMDATA_IAM_URL and BIMDATA_CLIENT_ID if they are set, and the store that holds it. */
export async function findLogin(env: Env, options: CredentialOptions): Promise<FoundLogin> {
  const { apiUrl, allowInsecureHttp } = options
  const settings = providerSettings({ ...options, env })
  const store = await tokenStore(env, lockMs(options))
  const api = canonicalApiUrl(parseAddress(apiUrl, 'The API address', allowInsecureHttp))
  const clientId = (await findText(env, 'BIMDATA_CLIENT_ID'))?.value
  const issuer = variable(env, 'BIMDATA_IAM_URL') === undefined ? undefined : settings.issuer
  const matches = (await store.read()).filter(
    login =>
      login.apiUrl === api &&
      (clientId === undefined || login.clientId === clientId) &&
      (issuer === undefined || login.issuer === issuer),
  )
  return { login: matches.at(-1) ?? null, store, settings }
}

const KINDS = [['ACCESS_TOKEN'], ['API_KEY'], ['CLIENT_ID', 'CLIENT_SECRET']]

/** Variables that are set without effect: the other spelling of the kind in use, and all of every weaker kind. */
function shadowedBy(env: Env, prefix: string, kind: number, from: string): string[] {
  const used = new Set(from.split(/[ +]+/))
  return KINDS.slice(kind)
    .flat()
    .flatMap(name => namesSet(env, `${prefix}_${name}`))
    .filter(name => !used.has(name))
}

/** A credential that cannot be renewed: a 401 is final. */
function fixedSource(
  name: CredentialName,
  { value, from }: Found<Secret>,
  prefix: string,
  shadowed: readonly string[],
): CredentialSource {
  const word = prefix.trim()
  const header = word === '' ? value : new Secret(`${word} ${value.reveal()}`)
  const expiresAt = name === 'access token' ? jwtExpiry(value) : null
  return {
    name,
    describe: () => ({ source: name, from, shadowed, expiresAt }),
    authorization: async () => header,
    renew: async () => false,
  }
}

const noCredentials = (half: string | null): ApiError =>
  credentialsError(
    `There are no credentials for the API${half === null ? '' : ` (${half})`}`,
    [
      'Give one of these:',
      '  BIMDATA_ACCESS_TOKEN                        an access token',
      '  BIMDATA_API_KEY                             the API key of an application',
      '  BIMDATA_CLIENT_ID + BIMDATA_CLIENT_SECRET   the credentials of an application',
      '  guestlist login                             your own account, in a browser',
      'Each variable may be given as …_FILE, naming a file that holds the value.',
    ].join('\n'),
  )

/** Tokens of the client_credentials grant, kept in memory. */
function clientCredentialsSource(
  settings: ProviderSettings,
  client: OAuthClient,
  from: string,
  shadowed: readonly string[],
): CredentialSource {
  const fetchToken = async ({ oidc, config, run }: Provider) => {
    const parameters = settings.scope === null ? {} : { scope: settings.scope }
    const answer = await run('Fetching an access token', () => oidc.clientCredentialsGrant(config, parameters))
    return bearerToken(answer.access_token, answer.expires_in, Date.now())
  }
  const token = renewingToken(() => withProvider(settings, client, fetchToken, { tokenOnly: true }))
  return renewedSource('client credentials', token, `${from} at ${settings.issuer}`, shadowed)
}
