import type { ErrorCode } from './error-codes.js'

/**
 * How one request ended badly. What matters to the caller is whether the request may have taken effect:
 *
 * | kind | may it have taken effect? |
 * | --- | --- |
 * | not-sent | no: no connection was made (DNS, refused, TLS, an address that is not allowed) |
 * | credentials | no: there is no usable credential |
 * | http | by status: 4xx no (408 perhaps), 5xx perhaps |
 * | network | perhaps: the connection broke after it was made |
 * | timeout | perhaps |
 * | invalid-answer | perhaps: the answer was not what the contract says (3xx included) |
 * | too-large | perhaps: the answer went past a size limit |
 */
export type ApiErrorKind = 'not-sent' | 'credentials' | 'http' | 'network' | 'timeout' | 'invalid-answer' | 'too-large'

export interface ApiErrorFacts {
  readonly kind: ApiErrorKind
  /** HTTP status, where there was an answer. */
  readonly status?: number
  /** Milliseconds to wait, from `Retry-After` in either form. */
  readonly retryAfterMs?: number
  /** What to check, in whole sentences. */
  readonly advice?: string
  /** A repeat cannot help: a certificate that is not trusted, an address that is not allowed. */
  readonly permanent?: boolean
  readonly cause?: unknown
}

/** A request that failed. The message is one line for people and never holds a secret. */
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
