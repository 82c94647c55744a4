import { ApiError } from '../../src/model/api-error.js'
import type { Random } from './random.js'

/** The client gives up after so long. */
const TIMEOUT_MS = 60_000

/** When the request is carried out, as seen from the call; never, where it is null. */
export interface Course {
  readonly effectMs: number | null
  readonly answerMs: number
  /** Null: the client is told what really happened. */
  readonly error: ApiError | null
  /** A read answers as before the last so many changes. */
  readonly stale: number
  /** Success is answered, and nothing was done. */
  readonly lie: boolean
}

const KINDS = {
  none: 0,
  throttled: 3,
  failedBefore: 3,
  failedAfter: 3,
  notSent: 1,
  cutBefore: 2,
  cutAfter: 3,
  timeoutBefore: 1,
  timeoutAfter: 2,
  timeoutLate: 2,
  garbledBefore: 1,
  garbledAfter: 1,
  refused: 1,
  proxyPageBefore: 1,
  proxyPageAfter: 1,
} as const satisfies Readonly<Record<string, number>>

/** How hostile the network and the API are, as probabilities by call. */
export interface Weather {
  readonly fault: number
  /** Nobody answers. */
  readonly outage: number
  readonly unauthorized: number
  readonly forbidden: number
  readonly stale: number
  readonly lie: number
}

export const CALM: Weather = { fault: 0, outage: 0, unauthorized: 0, forbidden: 0, stale: 0, lie: 0 }

const network = (message: string) => new ApiError(message, { kind: 'network' })
const timeout = () => new ApiError('no answer in time', { kind: 'timeout' })
/** What stands in between says 404 for itself. */
const proxyPage = () => new ApiError('a web page (HTTP 404)', { kind: 'invalid-answer', status: 404 })
const notSent = () => new ApiError('no connection', { kind: 'not-sent' })
const garbled = () => new ApiError('a web page instead of an answer', { kind: 'invalid-answer', status: 200 })

function http(status: number, random: Random): ApiError {
  const says = status === 429 ? 0.7 : status === 503 ? 0.3 : 0
  const wait = random.chance(says) ? { retryAfterMs: random.pick([0, 200, 1000, 7000, 200_000]) } : {}
  return new ApiError(`HTTP ${status}`, { kind: 'http', status, ...wait })
}

/** Draws how one call goes. */
export function drawCourse(weather: Weather, random: Random): Course {
  const arrival = random.between(1, 40)
  const answerMs = arrival + random.between(1, 40)
  const course = (effectMs: number | null, error: ApiError | null, ms = answerMs): Course => ({
    effectMs,
    answerMs: ms,
    error,
    stale: random.chance(weather.stale) ? random.between(1, 3) : 0,
    lie: error === null && random.chance(weather.lie),
  })
  if (random.chance(weather.unauthorized)) return course(null, http(401, random))
  if (random.chance(weather.forbidden)) return course(null, http(403, random))
  if (random.chance(weather.outage)) return course(null, notSent())
  const kind = random.chance(weather.fault) ? random.weighted(KINDS) : 'none'
  switch (kind) {
    case 'none':
      return course(arrival, null)
    case 'throttled':
      return course(null, http(429, random))
    case 'failedBefore':
      return course(null, http(random.pick([500, 502, 503, 504, 408]), random))
    case 'failedAfter':
      return course(arrival, http(random.pick([500, 502, 503, 504]), random))
    case 'notSent':
      return course(null, notSent())
    case 'cutBefore':
      return course(null, network('the connection broke'))
    case 'cutAfter':
      return course(arrival, network('the connection broke'))
    case 'timeoutBefore':
      return course(null, timeout(), TIMEOUT_MS)
    case 'timeoutAfter':
      return course(arrival, timeout(), TIMEOUT_MS)
    case 'timeoutLate':
      return course(TIMEOUT_MS + random.between(1, 90_000), timeout(), TIMEOUT_MS)
    case 'garbledBefore':
      return course(null, garbled())
    case 'garbledAfter':
      return course(arrival, garbled())
    case 'refused':
      return course(null, http(400, random))
    case 'proxyPageBefore':
      return course(null, proxyPage())
    case 'proxyPageAfter':
      return course(arrival, proxyPage())
    default:
      return kind satisfies never
  }
}
