import type { Secret } from '../http/secret.js'

export type CredentialName = 'access token' | 'API key' | 'client credentials' | 'login'

/** What may be shown of a credential: where it comes from, never what it is. */
export interface CredentialDescription {
  readonly source: CredentialName
  /** The variable or file, or the login's provider. */
  readonly from: string
  /** What else is set and not used, in order of precedence. */
  readonly shadowed: readonly string[]
  /** RFC 3339, where it is known when the credential ends. */
  readonly expiresAt: string | null
}

/** Something that yields the value of the `Authorization` header. */
export interface CredentialSource {
  readonly name: CredentialName
  describe(): CredentialDescription
  /** The whole header value. Throws an `ApiError` `credentials`, or of the network where a token must be fetched. */
  authorization(): Promise<Secret>
  /**
   * After a 401 on `failed`: true where a token was fetched anew, and the request is worth one repeat. Callers that wait
   * at the same time cause one renewal.
   */
  renew(failed: Secret): Promise<boolean>
}
