import { foreignText } from '../http/foreign-text.js'
import { plainCause } from '../http/network-error.js'
import { ApiError } from '../model/api-error.js'

/**
 * What went wrong at the identity provider, as an `ApiError`: `credentials` where it will go wrong again, `not-sent`
 * where trying again may help. It is never another kind, for the API itself has not been asked anything yet.
 */
export function oauthError(error: unknown, doing: string): ApiError {
  const known = causes(error).find(each => each instanceof ApiError)
  if (known instanceof ApiError) return fromApiError(known, doing)
  const refusal = causes(error).find(isRefusal)
  if (refusal !== undefined) {
    const detail = [refusal.error, refusal.error_description].filter(part => typeof part === 'string').join(': ')
    const kind =
      Number(refusal.status) >= 500 || refusal.error === 'temporarily_unavailable' ? 'not-sent' : 'credentials'
    return failed(`${doing}: the identity provider refused (${foreignText(detail)})`, kind, adviceFor(refusal.error))
  }
  const status = statusOf(error)
  if (status !== null) {
    const passing = status >= 500 || status === 429 || status === 408
    const advice = passing ? 'Try again later.' : 'Check BIMDATA_IAM_URL.'
    return failed(
      `${doing}: the identity provider answered HTTP ${status}`,
      passing ? 'not-sent' : 'credentials',
      advice,
    )
  }
  const said = foreignText(
    causes(error)
      .map(each => each.message)
      .join(': '),
  )
  return failed(`${doing}: ${said}`, 'credentials', 'Check BIMDATA_IAM_URL.', error)
}

const failed = (message: string, kind: 'credentials' | 'not-sent', advice: string, cause?: unknown): ApiError =>
  new ApiError(message, { kind, advice, ...(cause === undefined ? {} : { cause: plainCause(cause) }) })

function fromApiError(error: ApiError, doing: string): ApiError {
  const passing = !error.permanent && ['network', 'timeout', 'not-sent'].includes(error.kind)
  const message = `${doing}: ${error.message}`
  return failed(message, passing ? 'not-sent' : 'credentials', error.advice ?? 'Check BIMDATA_IAM_URL.')
}

function adviceFor(code: string): string {
  switch (code) {
    case 'invalid_client':
    case 'unauthorized_client':
      return 'Check BIMDATA_CLIENT_ID and BIMDATA_CLIENT_SECRET, and what the client may do at the provider.'
    case 'invalid_scope':
      return 'Check BIMDATA_SCOPE.'
    case 'invalid_grant':
      return 'The login has ended or was revoked. Run `guestlist login`.'
    case 'access_denied':
      return 'The sign-in was declined. Run `guestlist login` again to try once more.'
    default:
      return 'Check how the client is set up at the identity provider.'
  }
}

/** The error and what caused it, outermost first. */
function causes(error: unknown): Error[] {
  const chain: Error[] = []
  for (let each = error; each instanceof Error && chain.length < 8; each = each.cause) chain.push(each)
  return chain
}

interface Refusal extends Error {
  readonly error: string
  readonly error_description?: string
  readonly status?: number
}

const isRefusal = (error: Error): error is Refusal => 'error' in error && typeof error.error === 'string'

/** The library hangs the answer on its error as the cause. */
function statusOf(error: unknown): number | null {
  const last = causes(error).at(-1)
  return last?.cause instanceof Response ? last.cause.status : null
}
