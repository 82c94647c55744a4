import { Secret } from '../http/secret.js'
import type { CredentialName, CredentialSource } from './credential-source.js'

export interface Token {
  /** The whole header value. */
  readonly header: Secret
  /** Milliseconds since the epoch, by this machine's clock; null if the provider does not say. */
  readonly expiresAt: number | null
  readonly obtainedAt: number
}

/** Ten years. Anything longer is effectively unlimited, and could exceed the range of dates. */
const LONGEST_LIFE_S = 10 * 365 * 24 * 3600

/** @param expiresIn seconds, as in a token response */
export function bearerToken(accessToken: string, expiresIn: number | undefined, now: number): Token {
  // The bare token is secret too: it can appear in a message without `Bearer`.
  const token = new Secret(accessToken)
  return {
    header: new Secret(`Bearer ${token.reveal()}`),
    expiresAt: expiresIn === undefined ? null : now + Math.min(expiresIn, LONGEST_LIFE_S) * 1000,
    obtainedAt: now,
  }
}

/** How early a token is renewed: half a minute before it expires, or a fifth of a short lifetime. */
const MARGIN_MS = 30_000

export function isFresh({ expiresAt, obtainedAt }: Token, now: number): boolean {
  if (expiresAt === null) return true
  return now < expiresAt - Math.min(MARGIN_MS, (expiresAt - obtainedAt) / 5)
}

export interface RenewingToken extends Pick<CredentialSource, 'authorization' | 'renew'> {
  current(): Token | null
}

/**
 * A token in memory, fetched on first use, before it expires and after a 401. Concurrent callers share one fetch.
 * `fetchToken` receives the token that failed or is about to expire, null at first.
 */
export function renewingToken(
  fetchToken: (stale: Token | null) => Promise<Token>,
  initial: Token | null = null,
): RenewingToken {
  let token = initial
  let underWay: Promise<Token> | null = null
  const refresh = (): Promise<Token> => {
    underWay ??= fetchToken(token)
      .then(fetched => {
        token = fetched
        return fetched
      })
      .finally(() => {
        underWay = null
      })
    return underWay
  }
  return {
    current: () => token,
    async authorization() {
      return token !== null && isFresh(token, Date.now()) ? token.header : (await refresh()).header
    },
    async renew(failed) {
      // Another caller may have renewed it since the failed request was sent.
      if (token !== null && !token.header.equals(failed)) return true
      // A provider may return the same token while it is valid; only the repeat shows whether it works now.
      await refresh()
      return true
    },
  }
}

/** The credential source for a renewing token. */
export const renewedSource = (
  name: CredentialName,
  { current, authorization, renew }: RenewingToken,
  from: string,
  shadowed: readonly string[],
): CredentialSource => ({
  name,
  describe() {
    const ends = current()?.expiresAt ?? null
    return { source: name, from, shadowed, expiresAt: ends === null ? null : new Date(ends).toISOString() }
  },
  authorization,
  renew,
})
