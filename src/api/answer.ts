import { readBody, webPage } from '../http/body.js'
import { foreignText } from '../http/foreign-text.js'
import { retryAfterMs } from '../http/retry-after.js'
import type { HttpResponse } from '../http/transport.js'
import { ApiError } from '../model/api-error.js'

/** What is read of a body that only says why, or that nobody needs. */
const MAX_IGNORED_BYTES = 64 * 1024

/** Throws unless the answer is a success whose body is said to be JSON. `what` was asked for. */
export async function expectJson(answer: HttpResponse, what: string): Promise<void> {
  await expectSuccess(answer, what)
  const type = mediaType(answer)
  if (type === '' || type === 'application/json' || type.endsWith('+json')) return
  answer.discard()
  if (type === 'text/html') throw webPage()
  throw new ApiError(`The API answered with ${type} instead of JSON`, {
    kind: 'invalid-answer',
    advice: 'Check that --api-url is the address of a BIMData API.',
  })
}

/**
 * Throws unless the answer is a success; its body is read away, so that the connection can be used again.
 * A web page is no success: a sign-in page answers 200 to anything, and the call never reached the API. A 204 has no
 * body, whatever type a framework says it has.
 */
export async function expectDone(answer: HttpResponse, what: string): Promise<void> {
  await expectSuccess(answer, what)
  if (answer.status !== 204 && mediaType(answer) === 'text/html') {
    answer.discard()
    throw webPage()
  }
  await drained(answer)
}

const mediaType = ({ headers }: HttpResponse): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

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
  const { message, advice } = meaning(status, what)
  const detail = detailOf(await drained(answer))
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
        message: `The API found the request wrong for: ${what}`,
        advice: 'The API may have changed its mind on it since.',
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

/** The beginning of the body; a body that breaks or never ends is cut, for it changes nothing. */
async function drained(answer: HttpResponse): Promise<string> {
  try {
    return (await readBody(answer.body, MAX_IGNORED_BYTES)).toString('utf8')
  } catch {
    answer.discard()
    return ''
  }
}

/** The sentence in a JSON error body, in one line; nothing where there is none. */
function detailOf(body: string): string {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return ''
  }
  if (typeof value !== 'object' || value === null || !('detail' in value)) return ''
  const { detail } = value
  return typeof detail === 'string' ? foreignText(detail) : ''
}
