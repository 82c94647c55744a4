import type { Secret } from '../http/secret.js'

export type CredentialName = 'access token' | 'API key' | 'client credentials' | 'login'

/** What may be shown of a credential: its origin, never its value. */
export interface CredentialDescription {
  readonly source: CredentialName
  /** The variable or file, or the login's provider. */
  readonly from: string
  /** Other credentials that are set but not used, in order of precedence. */
  readonly shadowed: readonly string[]
  /** RFC 3339; null if unknown. */
  readonly expiresAt: string | null
}

/** Provides the value of the `Authorization` header. */
export interface CredentialSource {
  readonly name: CredentialName
  describe(): CredentialDescription
  /** The whole header value. Throws an `ApiError`: `credentials`, or a network error if a token must be fetched. */
  authorization(): Promise<Secret>
  /**
   * Called after a 401 on `failed`. True if a new token was fetched and the request is worth one repeat. Concurrent
   * callers share one renewal.
   */
  renew(failed: Secret): Promise<boolean>
}
