import { jwtClientRoles } from '../auth/jwt.js'
import { connectProvider, type Provider } from '../auth/provider.js'
import { bearerToken, type RenewingToken, renewingToken } from '../auth/renewing.js'
import { parseAddress } from '../http/address.js'
import { parseJson, readBody } from '../http/body.js'
import { findOnlySecret, findOnlyText } from '../http/env-secret.js'
import { createTransport, type HttpResponse, type Transport, type TransportOptions } from '../http/transport.js'
import type { KeycloakUser } from '../model/action.js'
import { ApiError, credentialsError, invalidAnswer } from '../model/api-error.js'
import { memberOf } from '../model/json.js'
import type { KeycloakRef } from '../model/plan.js'
import { byCodeUnit, canonicalApiUrl } from '../model/text.js'

/** The part of Keycloak's admin REST API that leftovers need. Every failure is an `ApiError`; nothing is retried here. */
export interface KeycloakClient {
  /** The users with this address, ignoring case. Returns at most two, which is enough to detect duplicates. */
  find(email: string): Promise<readonly KeycloakUser[]>
  /** Whether the service account may search for users at all. */
  maySearch(): Promise<boolean>
  /** Null if there is no user with this id. */
  get(id: string): Promise<KeycloakUser | null>
  /** @return the HTTP status: 204, or 404 if the user was already gone */
  delete(id: string): Promise<number>
  /** The service account's "realm-management" roles according to its token; null if the token does not say. */
  roles(): Promise<readonly string[] | null>
  close(): void
}

const MAX_BYTES = 2 ** 20
const MAX_DEPTH = 16

/**
 * Signs in with the service account of KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET (or their `_FILE`).
 *
 * @throws ApiError `credentials` for a missing account, a wrong secret or an unknown realm
 */
export async function connectKeycloak(config: KeycloakRef, options: TransportOptions): Promise<KeycloakClient> {
  const [id, secret] = await Promise.all([
    findOnlyText(options.env, NAMES.id),
    findOnlySecret(options.env, NAMES.secret),
  ])
  if (id === null || secret === null) throw noAccount(id === null ? NAMES.id : NAMES.secret)
  const base = canonicalApiUrl(parseAddress(config.url, 'keycloak.url', options.allowInsecureHttp))
  const realm = encodeURIComponent(config.realm)
  const address = `keycloak.url and keycloak.realm ("${config.realm}") in the manifest`
  const settings = {
    ...options,
    issuer: `${base}/realms/${realm}`,
    tokenUrl: null,
    scope: null,
    names: { ...NAMES, address },
  }
  const provider = await connectProvider(settings, { id: id.value, secret: secret.value }).catch(inKeycloak)
  const token = renewingToken(() => fetchToken(provider))
  const transport = createTransport(options)
  return {
    ...adminCalls(`${base}/admin/realms/${realm}`, transport, token),
    async roles() {
      return jwtClientRoles(await token.authorization(), 'realm-management')
    },
    close() {
      transport.close()
      provider.close()
    },
  }
}

const NAMES = { id: 'KEYCLOAK_CLIENT_ID', secret: 'KEYCLOAK_CLIENT_SECRET', scope: 'the scopes of the client' }

async function fetchToken({ oidc, config, run }: Provider) {
  const answer = await run('signing in', () => oidc.clientCredentialsGrant(config)).catch(inKeycloak)
  return bearerToken(answer.access_token, answer.expires_in, Date.now())
}

function adminCalls(base: string, transport: Transport, token: RenewingToken) {
  const send = async (method: 'GET' | 'DELETE', path: string): Promise<HttpResponse> => {
    const attempt = async () => {
      const header = await token.authorization()
      const headers = { authorization: header.reveal(), accept: 'application/json' }
      return { header, answer: await transport.send({ method, url: new URL(`${base}/${path}`), headers }) }
    }
    const { header, answer } = await attempt()
    if (answer.status !== 401) return answer
    answer.discard()
    return (await token.renew(header)) ? (await attempt()).answer : answer
  }
  const read = async (path: string): Promise<unknown> => {
    const answer = await send('GET', path)
    if (answer.status === 200) return parseJson(await readBody(answer.body, MAX_BYTES), MAX_DEPTH)
    if (answer.status !== 404) throw refused(answer, 'view-users')
    answer.discard()
    return null
  }
  const withIdentities = async (user: unknown): Promise<KeycloakUser> => {
    const id = textOf(user, 'id')
    if (id === null) throw unexpected('a user without an id')
    const identities = await read(`users/${encodeURIComponent(id)}/federated-identity`)
    if (!Array.isArray(identities)) throw unexpected('no list of federated identities')
    return userOf(id, user, identities)
  }
  return {
    async maySearch() {
      const answer = await send('GET', 'users?max=1')
      if (answer.status !== 200 && answer.status !== 403) throw refused(answer, 'view-users')
      answer.discard()
      return answer.status === 200
    },
    async find(email: string) {
      const query = new URLSearchParams({ email, exact: 'true', briefRepresentation: 'false', max: '2' })
      const found = await read(`users?${query}`)
      if (!Array.isArray(found)) throw unexpected('no list of users')
      return Promise.all(found.map(withIdentities))
    },
    async get(id: string) {
      const user = await read(`users/${encodeURIComponent(id)}`)
      return user === null ? null : withIdentities(user)
    },
    async delete(id: string) {
      const answer = await send('DELETE', `users/${encodeURIComponent(id)}`)
      if (answer.status !== 204 && answer.status !== 404) throw refused(answer, 'manage-users')
      answer.discard()
      return answer.status
    },
  }
}

function userOf(id: string, user: unknown, identities: readonly unknown[]): KeycloakUser {
  const created = memberOf(user, 'createdTimestamp')
  const username = textOf(user, 'username') ?? ''
  return {
    id,
    username,
    email: textOf(user, 'email') ?? '',
    created_at: typeof created === 'number' ? new Date(created).toISOString() : null,
    identities: identities.map(identity => textOf(identity, 'identityProvider') ?? '').sort(byCodeUnit),
    // Keycloak omits the link for users that it does not import; their id shows where they come from.
    federation_link: textOf(user, 'federationLink') ?? federationIn(id),
    service_account: textOf(user, 'serviceAccountClientId') !== null || username.startsWith('service-account-'),
  }
}

/** The id `f:COMPONENT:NAME` belongs to a user stored in a federation, not in Keycloak. */
const federationIn = (id: string): string | null => /^f:([^:]+):/.exec(id)?.[1] ?? null

const textOf = (value: unknown, name: string): string | null => {
  const found = memberOf(value, name)
  return typeof found === 'string' && found !== '' ? found : null
}

const noAccount = (name: string): ApiError =>
  credentialsError(
    `The manifest names a Keycloak server, but ${name} is not set`,
    'Set KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET (or their _FILE) to a client of the realm with a service account that has the realm-management roles view-users and manage-users.',
  )

function inKeycloak(error: unknown): never {
  if (!(error instanceof ApiError)) throw error
  const { kind, permanent, advice } = error
  throw new ApiError(`Keycloak: ${error.message}`, {
    kind,
    permanent,
    ...(advice === null ? {} : { advice }),
    cause: error,
  })
}

/**
 * Checks that the service account may see users and, with `deleting`, delete them; `manage-users` allows both. This comes
 * first because, with only the role query-users, Keycloak answers every search with an empty list, as if nobody were left.
 *
 * @throws ApiError `credentials`, naming the roles to grant
 */
export async function requireRoles(keycloak: KeycloakClient, { deleting }: { deleting: boolean }): Promise<void> {
  const mayAsk = await keycloak.maySearch()
  const roles = await keycloak.roles()
  const has = (...names: readonly string[]) => names.some(name => roles?.includes(name))
  const maySee = mayAsk && (roles === null || has('view-users', 'manage-users'))
  const missing = [...(maySee ? [] : ['view-users']), ...(deleting && !has('manage-users') ? ['manage-users'] : [])]
  if (missing.length === 0) return
  const what = maySee ? 'delete users' : `see users${mayAsk ? '' : ' (HTTP 403)'}`
  throw missingRoles(`The service account may not ${what} in Keycloak`, missing)
}

const missingRoles = (what: string, roles: readonly string[]): ApiError => {
  const named = roles.map(role => `"${role}"`).join(' and ')
  return credentialsError(
    what,
    `Grant its service account the role${roles.length > 1 ? 's' : ''} ${named} of the client "realm-management".`,
  )
}

function refused(answer: HttpResponse, role: 'view-users' | 'manage-users'): ApiError {
  answer.discard()
  if (answer.status === 403) {
    const what = role === 'view-users' ? 'see' : 'delete'
    return missingRoles(`The service account may not ${what} users in Keycloak (HTTP 403)`, [role])
  }
  return new ApiError(`Keycloak answered HTTP ${answer.status}`, {
    kind: 'http',
    status: answer.status,
    advice: 'Check keycloak.url in the manifest, and the log of Keycloak.',
  })
}

const unexpected = (what: string): ApiError =>
  invalidAnswer(`Keycloak's answer is not what its admin API documents: ${what}`, 'Check keycloak.url in the manifest.')
