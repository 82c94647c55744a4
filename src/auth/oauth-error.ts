import { plainCause } from '../http/network-error.js'
import { sanitizeServerText } from '../http/secret.js'
import { ApiError } from '../model/api-error.js'

/** The names of a client's settings, for advice. */
export interface SettingNames {
  readonly id: string
  readonly secret: string
  readonly scope: string
  /** Where the provider's address is set. */
  readonly address: string
}

/** @param prefix prefix of the client's variables; the provider's address is the same for all clients */
export const settingNames = (prefix: string): SettingNames => ({
  id: `${prefix}_CLIENT_ID`,
  secret: `${prefix}_CLIENT_SECRET`,
  scope: 'BIMDATA_SCOPE',
  address: 'BIMDATA_IAM_URL',
})

/**
 * An error of the identity provider as an `ApiError`: `credentials` if it is permanent, `not-sent` if trying again may
 * help. No other kind is used, because the API itself has not been called yet.
 */
export function oauthError(error: unknown, doing: string, names: SettingNames): ApiError {
  const known = causes(error).find(each => each instanceof ApiError)
  if (known instanceof ApiError) return fromApiError(known, doing, names)
  const refusal = causes(error).find(isRefusal)
  if (refusal !== undefined) {
    const detail = [refusal.error, refusal.error_description].filter(part => typeof part === 'string').join(': ')
    const kind =
      Number(refusal.status) >= 500 || refusal.error === 'temporarily_unavailable' ? 'not-sent' : 'credentials'
    return failed(
      `${doing}: the identity provider refused (${sanitizeServerText(detail)})`,
      kind,
      adviceFor(refusal, names),
    )
  }
  const status = statusOf(error)
  if (status !== null) {
    const passing = status >= 500 || status === 429 || status === 408
    const advice = passing ? 'Try again later.' : `Check ${names.address}.`
    return failed(
      `${doing}: the identity provider answered HTTP ${status}`,
      passing ? 'not-sent' : 'credentials',
      advice,
    )
  }
  const reasons = sanitizeServerText(
    causes(error)
      .map(each => each.message)
      .join(': '),
  )
  return failed(`${doing}: ${reasons}`, 'credentials', `Check ${names.address}.`, error)
}

const failed = (message: string, kind: 'credentials' | 'not-sent', advice: string, cause?: unknown): ApiError =>
  new ApiError(message, { kind, advice, ...(cause === undefined ? {} : { cause: plainCause(cause) }) })

function fromApiError(error: ApiError, doing: string, names: SettingNames): ApiError {
  const passing = !error.permanent && ['network', 'timeout', 'not-sent'].includes(error.kind)
  const message = `${doing}: ${error.message}`
  return failed(message, passing ? 'not-sent' : 'credentials', error.advice ?? `Check ${names.address}.`)
}

/**
 * Advice by error code and description. The code alone is ambiguous: Keycloak uses `unauthorized_client` for a wrong secret and
 * for a client that may not sign in this way, and `invalid_client` for one that is disabled or does not exist.
 */
function adviceFor({ error, error_description = '' }: OAuthRefusal, { id, secret, scope }: SettingNames): string {
  const says = (words: RegExp): boolean => words.test(error_description)
  switch (error) {
    case 'invalid_client':
      return `There is no such client, or it is disabled, or the secret is not its own: check ${id} and ${secret}, and enable the client at the provider.`
    case 'unauthorized_client':
      if (says(/service account/i))
        return `Enable "Service accounts roles" for this client in Keycloak, or set ${id} and ${secret} to a client that has it.`
      if (says(/device/i))
        return 'Enable "OAuth 2.0 Device Authorization Grant" for this client in Keycloak, or log in without --device.'
      if (says(/credentials|secret/i)) return `The secret is not the one of this client: check ${secret}.`
      return `This client may not sign in this way: check ${id}, and what the client may do at the provider.`
    case 'invalid_scope':
      return `The provider does not know a requested scope, or does not grant it to this client: set ${scope} to scopes that it grants.`
    case 'invalid_grant':
      return `The login has ended or was revoked. Run \`guestlist login\`. Where ${secret} is set: check it and ${id}.`
    case 'access_denied':
      return 'The sign-in was declined. Run `guestlist login` again to try once more.'
    default:
      return 'Check how the client is set up at the identity provider.'
  }
}

/** The error and its causes, outermost first. */
function causes(error: unknown): Error[] {
  const chain: Error[] = []
  for (let each = error; each instanceof Error && chain.length < 8; each = each.cause) chain.push(each)
  return chain
}

interface OAuthRefusal extends Error {
  readonly error: string
  readonly error_description?: string
  readonly status?: number
}

const isRefusal = (error: Error): error is OAuthRefusal => 'error' in error && typeof error.error === 'string'

/** The library attaches the answer to its error as the cause. */
function statusOf(error: unknown): number | null {
  const last = causes(error).at(-1)
  return last?.cause instanceof Response ? last.cause.status : null
}
