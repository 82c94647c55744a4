import { type Answer, failure } from './answer.js'
import { createTokenCheck, type Issuer } from './token-check.js'

/** What a fixed credential may do unless it says otherwise. */
const ALL_SCOPES = ['org:manage', 'cloud:read']

/** A fixed credential of the sandbox. */
export interface Credential {
  readonly secret: string
  /** `['org:manage', 'cloud:read']` by default; without the one that an operation needs it is answered 403. */
  readonly scopes?: readonly string[]
}

export interface Authenticator {
  /** Null where the header's credential has the scope; else the answer. */
  check(header: string | undefined, scope: string): Promise<Answer | null>
  /** From now on that credential is answered 401, as if it had expired. */
  revoke(secret: string): void
  /** Adds an access token. */
  allow(token: Credential): void
}

const unauthenticated = (detail: string): Answer =>
  failure(401, 'unauthenticated', detail, { 'www-authenticate': 'Bearer realm="bimdata", error="invalid_token"' })

const forbidden = (scope: string): Answer => failure(403, 'forbidden', `The credential has not the scope ${scope}.`)

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
  /** Taken as `ApiKey KEY`, `Bearer KEY` and bare. */
  readonly apiKeys: readonly Credential[]
  /** Taken as `Bearer TOKEN`. */
  readonly accessTokens: readonly Credential[]
  readonly issuer: Issuer | null
}

/** Looks a request's `Authorization` up. Every way in has scopes. */
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
