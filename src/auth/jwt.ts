import type { Secret } from '../http/secret.js'

/** When a token ends, RFC 3339, if it is a JWT that says so; nothing in it is trusted or checked. */
export function jwtExpiry(token: Secret): string | null {
  const payload = token.reveal().split('.')[1]
  if (payload === undefined) return null
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    if (typeof claims !== 'object' || claims === null || !('exp' in claims) || typeof claims.exp !== 'number')
      return null
    return new Date(claims.exp * 1000).toISOString()
  } catch {
    return null
  }
}
