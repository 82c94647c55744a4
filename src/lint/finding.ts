import type { Role } from '../model/invitation.js'
import type { Place } from '../model/problem.js'

export type Level = 'info' | 'warning'

/** A concrete invitation, by the keys of a selector. */
export interface Witness {
  readonly id?: number
  readonly email: string
  readonly cloud: string
  readonly cloudRole: Role
  readonly project?: string
  readonly projectRole?: Role
  readonly client?: number
  readonly sender?: string
}

/** What a lint rule found at one place. */
export interface Remark {
  readonly at: Place
  /** One line, without a full stop. */
  readonly summary: string
  /** Why, and what to do, in whole sentences. */
  readonly detail: string
  /** The place of the rule, removal or protection that it is about besides. */
  readonly other?: Place | null
  readonly witness?: Witness | null
}

export interface Finding extends Required<Omit<Remark, 'at'>>, Place {
  readonly code: string
  readonly level: Level
}
