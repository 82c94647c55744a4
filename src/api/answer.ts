import { readBody } from '../http/body.js'
import { retryAfterMs } from '../http/retry.js'
import { sanitizeServerText } from '../http/secret.js'
import type { HttpResponse } from '../http/transport.js'
import { ApiError, invalidAnswer } from '../model/api-error.js'
import { type Invitation, invitationOf } from '../model/invitation.js'
import { memberOf, tryParseJson } from '../model/json.js'
import { validateInvitation } from './invitation-validator.gen.js'

/** How much to read of a body that only explains an error or is not needed. */
const MAX_IGNORED_BYTES = 64 * 1024

/**
 * Whether an answer can be the API's own. Something in between may answer too, such as a proxy or a sign-in page.
 *
 * | status | considered the API's own |
 * | --- | --- |
 * | 401, 403, 408, 429, 5xx | always: whoever sent it, nothing is concluded about the effect of the request |
 * | any other | if the body is JSON or empty |
 */
const BELIEVED = new Set([401, 403, 408, 429])

/** Throws unless the answer is a success declared as JSON. `what`: what was requested. */
export async function expectJson(answer: HttpResponse, what: string): Promise<void> {
  await expectSuccess(answer, what)
  const type = mediaType(answer)
  if (type === '' || isJson(type)) return
  answer.discard()
  throw foreign(answer)
}

/** Like `expectJson`, for a complete list: anything missing would be treated as if it did not exist. */
export async function expectList(answer: HttpResponse, what: string): Promise<void> {
  await expectJson(answer, what)
  if (!isPartial(answer)) return
  answer.discard()
  throw new ApiError(`The API sent only a part of: ${what} (HTTP ${answer.status})`, {
    kind: 'invalid-answer',
    status: answer.status,
    advice: 'This version reads only complete lists. Check for a proxy in between, and for a newer guestlist.',
  })
}

/** Whether the answer declares itself incomplete. */
export const isPartial = ({ status, headers }: HttpResponse): boolean =>
  status === 206 || /\brel="?next\b/i.test(String(headers.link ?? ''))

/**
 * Throws unless the answer is a success. The body is consumed, so that the connection can be reused.
 * A 204 has no body, whatever content type a framework declares.
 * @return the HTTP status
 */
export async function expectDone(answer: HttpResponse, what: string): Promise<number> {
  await expectSuccess(answer, what)
  const body = await drained(answer)
  if (!isOwn(answer, body)) throw foreign(answer)
  return answer.status
}

function isOwn(answer: HttpResponse, body: string | null): boolean {
  const type = mediaType(answer)
  if (isJson(type)) return true
  return body !== null && (body.trim() === '' || (type === '' && tryParseJson(body) !== undefined))
}

const isJson = (type: string): boolean => type === 'application/json' || type.endsWith('+json')

const mediaType = ({ headers }: HttpResponse): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** An answer by something other than the API: whether the request reached the API is unknown. */
function foreign(answer: HttpResponse): ApiError {
  const { status } = answer
  const type = mediaType(answer)
  const message =
    type === 'text/html'
      ? `A web page came back instead of the API's answer (HTTP ${status})`
      : `The API answered with ${type === '' ? 'content of no type' : sanitizeServerText(type)} instead of JSON (HTTP ${status})`
  return new ApiError(message, {
    kind: 'invalid-answer',
    status,
    advice: 'Check --api-url, and whether a proxy or a sign-in page is in between.',
  })
}

async function expectSuccess(answer: HttpResponse, what: string): Promise<void> {
  if (answer.status >= 200 && answer.status < 300) return
  if (answer.status >= 300 && answer.status < 400) throw redirected(answer)
  throw await statusError(answer, what)
}

function redirected(answer: HttpResponse): ApiError {
  answer.discard()
  const { location } = answer.headers
  const target =
    location !== undefined && URL.canParse(location, answer.url.href) ? ` to ${new URL(location, answer.url).host}` : ''
  return new ApiError(`The API redirects${target} (HTTP ${answer.status}); credentials are not sent there`, {
    kind: 'invalid-answer',
    status: answer.status,
    advice: 'Set --api-url to the address that really answers.',
  })
}

/** The `ApiError` for an answer that is not a success. */
export async function statusError(answer: HttpResponse, what: string): Promise<ApiError> {
  const { status } = answer
  const body = await drained(answer)
  if (status < 500 && !BELIEVED.has(status) && !isOwn(answer, body)) return foreign(answer)
  const { message, advice } = meaning(status, what)
  const detail = detailOf(body ?? '')
  const wait = retryAfterMs(answer.headers['retry-after'], Date.now())
  return new ApiError(`${message} (HTTP ${status})${detail === '' ? '' : `: ${detail}`}`, {
    kind: 'http',
    status,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    advice,
  })
}

function meaning(status: number, what: string): { message: string; advice: string } {
  switch (status) {
    case 400:
      return {
        message: `The API rejected the request as invalid: ${what}`,
        advice: 'What it refers to may have changed in the meantime.',
      }
    case 401:
      return {
        message: 'The API refused the credentials',
        advice: 'They are expired, missing or malformed. `guestlist auth status` says which are used.',
      }
    case 403:
      return {
        message: 'The API does not allow this with these credentials',
        advice: 'They need the scope org:manage in the organization that owns the identity provider.',
      }
    case 404:
      return {
        message: `${what} was not found`,
        advice: 'It does not exist, or these credentials may not see it.',
      }
    case 429:
      return { message: 'The API asks to slow down', advice: 'Lower --parallelism or --rate-limit.' }
    default:
      return status >= 500
        ? { message: 'The API failed', advice: 'The fault is on its side. Try again later.' }
        : { message: 'The API refused the request', advice: 'Check --api-url.' }
  }
}

/** The body; null if it breaks off or exceeds the limit. */
async function drained(answer: HttpResponse): Promise<string | null> {
  try {
    return (await readBody(answer.body, MAX_IGNORED_BYTES)).toString('utf8')
  } catch {
    answer.discard()
    return null
  }
}

/** The `detail` of a JSON error body, on one line; empty if there is none. */
function detailOf(body: string): string {
  const detail = memberOf(tryParseJson(body), 'detail')
  // Without its full stop, as it is appended to our own sentence.
  return typeof detail === 'string' ? sanitizeServerText(detail).replace(/[.\s]+$/, '') : ''
}

/**
 * Converts an invitation to the model. If it breaks the contract, it throws an `ApiError` that names it and the field.
 * `which`: its index in a list, or its name.
 */
export function checkedInvitation(value: unknown, which: number | string): Invitation {
  if (validateInvitation(value)) return invitationOf(value)
  const what = typeof which === 'number' ? `the invitation at index ${which}` : which
  const [first] = validateInvitation.errors ?? []
  const field = first?.instancePath.slice(1) ?? ''
  const fault = field === '' ? (first?.message ?? 'is wrong') : `has a bad "${field}": ${first?.message}`
  throw invalidAnswer(
    `The API's answer breaks the contract: ${what} ${fault}`,
    'Nothing is decided from it. Check that --api-url is the address of a BIMData API.',
  )
}
