import type { Role } from './invitation.js'
import type { Place } from './problem.js'

export type Effect = 'accept' | 'deny'

/**
 * The precedence of a rule: a rule with `id` beats one with an exact e-mail, which beats any other.
 * Among equals, deny beats accept.
 */
export type Strength = 'id' | 'email' | 'pattern'

/** All members that are set must match. Strings may contain the wildcards `*` and `?`; a list means any item. */
export interface Selector {
  readonly id?: number
  /** In the form of `emailKey`. */
  readonly email?: string
  readonly cloud?: readonly string[]
  readonly project?: readonly string[]
  readonly cloudRole?: Role
  readonly projectRole?: Role
  readonly client?: number
  readonly sender?: string
}

/** A rule as the engine uses it. */
export interface Rule {
  readonly effect: Effect
  readonly selector: Selector
  readonly strength: Strength
  /** Where its mapping begins. */
  readonly at: Place
  readonly reason: string | null
  /** Unique in the manifest. */
  readonly name: string | null
  /** Who is responsible for it. */
  readonly owner: string | null
  /** The first day on which the rule applies, `YYYY-MM-DD`, UTC; null for no start. */
  readonly from: string | null
  /** The last day on which the rule applies, `YYYY-MM-DD`, UTC; null for no end. */
  readonly until: string | null
}

export interface Removal {
  /** As the manifest spells it, trimmed, and as sent to the API. */
  readonly email: string
  /** Its `emailKey`, for comparisons. */
  readonly key: string
  readonly at: Place
  readonly reason: string | null
  /** The first day, `YYYY-MM-DD`, UTC, on which the user is removed; null for now. */
  readonly from: string | null
}

/** A pattern of addresses that are never removed, and where it was set. */
export interface Protection {
  /** In the form of `emailKey`; wildcards allowed. */
  readonly pattern: string
  readonly source: Place | '--protect' | 'GUESTLIST_PROTECT'
}

export type UnmatchedPolicy = 'ignore' | Effect

/** What one apply may do; null means no limit. */
export interface Guards {
  readonly maxAccepts: number | null
  readonly maxDenials: number | null
  readonly maxRemovals: number | null
  /** Clouds deleted along with removed users; an unknown number exceeds any limit. */
  readonly maxCloudsLost: number | null
  /** How many people must approve a plan that removes somebody. */
  readonly approvals: { readonly removals: number | null }
}

export const DEFAULT_GUARDS: Guards = {
  maxAccepts: null,
  maxDenials: null,
  maxRemovals: 5,
  maxCloudsLost: null,
  approvals: { removals: null },
}

/** Where removals are remembered, as written; src/state resolves it against the environment. */
export interface StateConfig {
  readonly backend: 'local' | 'http' | 'postgres'
  /** For the postgres backend. */
  readonly name?: string
  /** For the local backend. */
  readonly path?: string
  /** For the http backend, with Terraform's names. */
  readonly address?: string
  readonly lockAddress?: string
  readonly unlockAddress?: string
  readonly updateMethod?: string
  readonly lockMethod?: string
  readonly unlockMethod?: string
}

/** The Keycloak realm in front of BIMData. */
export interface KeycloakConfig {
  /** http or https, without credentials. */
  readonly url: string
  readonly realm: string
  /** The alias of the identity provider in the realm. */
  readonly alias: string
  /** Where its mapping begins in the first file that has one. */
  readonly at: Place
}

/** All files of a manifest, merged and normalized. Lists keep the order in which they were written. */
export interface Manifest {
  readonly rules: readonly Rule[]
  readonly unmatched: UnmatchedPolicy
  /** Where `unmatched` was set; null for the default. */
  readonly unmatchedAt: Place | null
  readonly removals: readonly Removal[]
  readonly protect: readonly Protection[]
  readonly guards: Guards
  readonly state: StateConfig
  /** The file that sets `state.path`, which is relative to it; null or absent if none does. */
  readonly stateFile?: string | null
  readonly keycloak: KeycloakConfig | null
}
