import type { Secret } from '../http/secret.js'
import { isObject, memberOf, tryParseJson } from '../model/json.js'

/** When a token expires, in RFC 3339, if it is a JWT that says so. Nothing in it is verified or relied on. */
export function jwtExpiry(token: Secret): string | null {
  const exp = claimsOf(token)?.exp
  const ends = new Date(typeof exp === 'number' ? exp * 1000 : Number.NaN)
  return Number.isNaN(ends.getTime()) ? null : ends.toISOString()
}

/** The scopes of a token, or of a header value that holds it, if it is a JWT that lists them. */
export function jwtScopes(token: Secret): readonly string[] | null {
  const scope = claimsOf(token)?.scope
  const words = typeof scope === 'string' ? scope.split(/\s+/) : scope
  return Array.isArray(words) ? words.filter(word => typeof word === 'string' && word !== '') : null
}

/** The holder's roles of a client, if the token is a JWT that lists them. Keycloak resolves composite roles. */
export function jwtClientRoles(token: Secret, client: string): readonly string[] | null {
  const roles = memberOf(memberOf(claimsOf(token)?.resource_access, client), 'roles')
  return Array.isArray(roles) ? roles.filter(role => typeof role === 'string') : null
}

function claimsOf(token: Secret): Readonly<Record<string, unknown>> | null {
  const claims = tryParseJson(Buffer.from(token.reveal().split('.')[1] ?? '', 'base64url').toString('utf8'))
  return isObject(claims) ? claims : null
}
