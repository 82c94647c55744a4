import { isObject } from '../model/json.js'
import { type Answer, failure } from './http-answer.js'

/** Returns the scopes of a valid token, or null. */
type TokenCheck = (token: string) => Promise<readonly string[] | null>

/** Checks the signature, issuer and expiry of a JWT (RFC 7519) with the keys that the issuer publishes. */
async function createJwtCheck(issuer: string): Promise<TokenCheck> {
  const { createRemoteJWKSet, jwtVerify, errors } = await import('jose')
  const keys = createRemoteJWKSet(new URL(String((await discover(issuer)).jwks_uri)))
  return async token => {
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, requiredClaims: ['exp'] })
      return typeof payload.scope === 'string' ? payload.scope.split(' ') : []
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw error
      return null
    }
  }
}

async function discover(issuer: string): Promise<Readonly<Record<string, unknown>>> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  const value: unknown = await response.json()
  if (!isObject(value)) throw new Error(`${url} did not answer with an object`)
  if (value.issuer !== issuer) throw new Error(`The issuer says that it is ${String(value.issuer)}`)
  return value
}

/**
 * Checks access tokens with their issuer, which is first contacted when the first token arrives. Throws if the issuer
 * cannot be reached, since that says nothing about the token.
 */
function createTokenCheck(issuer: string): TokenCheck {
  let loaded: Promise<TokenCheck> | null = null
  return async token => {
    loaded ??= createJwtCheck(issuer)
    const check = await loaded.catch((error: unknown) => {
      loaded = null
      throw error
    })
    return check(token)
  }
}

/** The default scopes of a fixed credential. */
const ALL_SCOPES = ['org:manage', 'cloud:read']

/** A fixed credential of the sandbox. */
export interface AcceptedCredential {
  readonly secret: string
  /** `['org:manage', 'cloud:read']` by default; a request without the scope it needs gets a 403. */
  readonly scopes?: readonly string[]
}

export interface Authenticator {
  /** Null if the header's credential has the scope; otherwise the response. */
  check(header: string | undefined, scope: string): Promise<Answer | null>
  /** Answers 401 to that credential from now on, as if it had expired. */
  revoke(secret: string): void
  /** Adds an access token. */
  allow(token: AcceptedCredential): void
}

const unauthenticated = (detail: string): Answer =>
  failure(401, 'unauthenticated', detail, { 'www-authenticate': 'Bearer realm="bimdata", error="invalid_token"' })

const forbidden = (scope: string): Answer =>
  failure(403, 'forbidden', `The credential does not have the scope ${scope}.`)

interface Presented {
  readonly scheme: 'apikey' | 'bearer' | 'none'
  readonly secret: string
}

/** `ApiKey KEY`, `Bearer TOKEN`, or a bare key. */
function present(header: string): Presented {
  const [, scheme = '', secret = ''] = /^(ApiKey|Bearer) +(\S+)$/i.exec(header) ?? []
  if (secret === '') return { scheme: 'none', secret: header }
  return { scheme: scheme.toLowerCase() === 'apikey' ? 'apikey' : 'bearer', secret }
}

export interface Credentials {
  /** Accepted as `ApiKey KEY`, `Bearer KEY` and bare. */
  readonly apiKeys: readonly AcceptedCredential[]
  /** Accepted as `Bearer TOKEN`. */
  readonly accessTokens: readonly AcceptedCredential[]
  /** Identifier of an OpenID provider whose JWTs are accepted, described by its `/.well-known/openid-configuration`. */
  readonly issuer: string | null
}

/** Checks the `Authorization` header of requests. Every kind of credential has scopes. */
export function createAuthenticator({ apiKeys, accessTokens, issuer }: Credentials): Authenticator {
  const keys = new Map(apiKeys.map(key => [key.secret, key]))
  const tokens = new Map(accessTokens.map(token => [token.secret, token]))
  const revoked = new Set<string>()
  const checkToken = issuer === null ? null : createTokenCheck(issuer)

  const scopesOf = async ({ scheme, secret }: Presented): Promise<readonly string[] | null> => {
    if (revoked.has(secret)) return null
    const fixed = keys.get(secret) ?? (scheme === 'bearer' ? tokens.get(secret) : undefined)
    if (fixed !== undefined) return fixed.scopes ?? ALL_SCOPES
    return scheme === 'bearer' && checkToken !== null ? checkToken(secret) : null
  }

  return {
    check: async (header, scope) => {
      if (header === undefined || header === '') return unauthenticated('There is no credential.')
      const scopes = await scopesOf(present(header))
      if (scopes === null) return unauthenticated('The credential is malformed, unknown or expired.')
      return scopes.includes(scope) ? null : forbidden(scope)
    },
    revoke: secret => {
      revoked.add(secret)
    },
    allow: token => {
      revoked.delete(token.secret)
      tokens.set(token.secret, token)
    },
  }
}
