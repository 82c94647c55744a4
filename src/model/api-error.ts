import type { ErrorCode } from './codes.gen.js'

/**
 * How a request failed. What matters to the caller is whether it may have taken effect:
 *
 * | kind | may it have taken effect? |
 * | --- | --- |
 * | not-sent | no: no connection was made (DNS, refused, TLS, an address that is not allowed) |
 * | credentials | no: there is no usable credential |
 * | http | depends on the status: 4xx no (408 perhaps), 5xx perhaps |
 * | network | perhaps: the connection broke after it was established |
 * | timeout | perhaps |
 * | invalid-answer | perhaps: the response violated the contract (3xx included) |
 * | too-large | perhaps: the response exceeded a size limit |
 */
export type ApiErrorKind = 'not-sent' | 'credentials' | 'http' | 'network' | 'timeout' | 'invalid-answer' | 'too-large'

export interface ApiErrorFacts {
  readonly kind: ApiErrorKind
  /** HTTP status, if there was a response. */
  readonly status?: number
  /** Milliseconds to wait, from `Retry-After` in either form. */
  readonly retryAfterMs?: number
  /** What to check, in complete sentences. */
  readonly advice?: string
  /** Retrying cannot help: an untrusted certificate, an address that is not allowed. */
  readonly permanent?: boolean
  readonly cause?: unknown
}

/** A request that failed. The message is one line for people and never contains a secret. */
export class ApiError extends Error {
  readonly kind: ApiErrorKind
  readonly code: ErrorCode
  readonly status: number | null
  readonly retryAfterMs: number | null
  readonly advice: string | null
  readonly permanent: boolean

  constructor(message: string, facts: ApiErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'ApiError'
    this.kind = facts.kind
    this.code = `api-${facts.kind}`
    this.status = facts.status ?? null
    this.retryAfterMs = facts.retryAfterMs ?? null
    this.advice = facts.advice ?? null
    this.permanent = facts.permanent ?? false
  }
}

export const credentialsError = (message: string, advice: string): ApiError =>
  new ApiError(message, { kind: 'credentials', advice })

export const invalidAnswer = (message: string, advice: string): ApiError =>
  new ApiError(message, { kind: 'invalid-answer', advice })
