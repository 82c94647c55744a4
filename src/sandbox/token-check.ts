import { isObject } from '../model/json.js'
/** An OpenID provider whose access tokens the sandbox takes. */
export interface Issuer {
  /** Its issuer identifier; `/.well-known/openid-configuration` below it describes it. */
  readonly url: string
  /** Needed to ask about tokens that are no JWTs (RFC 7662). */
  readonly clientId?: string
  readonly clientSecret?: string
  /** Where set, a JWT must be for this audience. */
  readonly audience?: string
}

/** The scopes of a token that is good, or null. */
export type TokenCheck = (token: string) => Promise<readonly string[] | null>

const words = (scope: unknown): readonly string[] => (typeof scope === 'string' ? scope.split(' ') : [])

async function fetchJson(url: string, init: RequestInit = {}): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  const value: unknown = await response.json()
  if (!isObject(value)) throw new Error(`${url} did not answer with an object`)
  return value
}

async function discover(issuer: Issuer): Promise<Readonly<Record<string, unknown>>> {
  const found = await fetchJson(`${issuer.url.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (found.issuer !== issuer.url) throw new Error(`The issuer says that it is ${String(found.issuer)}`)
  return found
}

/** Signature, issuer and expiry of a JWT (RFC 7519), by the keys that the issuer publishes. */
async function createJwtCheck(issuer: Issuer, configuration: Readonly<Record<string, unknown>>): Promise<TokenCheck> {
  const { createRemoteJWKSet, jwtVerify, errors } = await import('jose')
  const keys = createRemoteJWKSet(new URL(String(configuration.jwks_uri)))
  const wanted = { issuer: issuer.url, ...(issuer.audience === undefined ? {} : { audience: issuer.audience }) }
  return async token => {
    try {
      const { payload } = await jwtVerify(token, keys, { ...wanted, requiredClaims: ['exp'] })
      return words(payload.scope)
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw error
      return null
    }
  }
}

function createIntrospection(issuer: Issuer, configuration: Readonly<Record<string, unknown>>): TokenCheck {
  const { introspection_endpoint: endpoint } = configuration
  if (typeof endpoint !== 'string' || issuer.clientId === undefined) return async () => null
  const pair = [issuer.clientId, issuer.clientSecret ?? ''].map(encodeURIComponent).join(':')
  const headers = { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
  return async token => {
    const found = await fetchJson(endpoint, { method: 'POST', headers, body: new URLSearchParams({ token }) })
    return found.active === true ? words(found.scope) : null
  }
}

const isJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)

/**
 * Checks access tokens with their issuer, which is first asked when the first token comes. Throws where the issuer
 * cannot be asked: that says nothing about the token.
 */
export function createTokenCheck(issuer: Issuer): TokenCheck {
  let checks: Promise<{ readonly jwt: TokenCheck; readonly opaque: TokenCheck }> | null = null
  const load = async () => {
    const configuration = await discover(issuer)
    return { jwt: await createJwtCheck(issuer, configuration), opaque: createIntrospection(issuer, configuration) }
  }
  return async token => {
    checks ??= load()
    const { jwt, opaque } = await checks.catch((error: unknown) => {
      checks = null
      throw error
    })
    return isJwt(token) ? jwt(token) : opaque(token)
  }
}
