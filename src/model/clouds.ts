/**
 * Clouds as far as they could be read. Strings are as the API sent them and untrusted: renderers escape them.
 */

export interface CloudRef {
  readonly id: number
  readonly name: string
}

/**
 * Why something could not be read: the status of the API's refusal, `failed` (no response, or an unusable one), or
 * `partial` (an incomplete response, or one with parts that cannot be understood).
 */
export type Unread = '401' | '403' | '404' | 'failed' | 'partial'

export interface CloudMember {
  /** Null for somebody who was invited but has not joined yet. */
  readonly id: number | null
  readonly email: string
  /** The API's number: 100 admin, 50 user. */
  readonly role: number | null
}

/** A cloud in the list. The members of a `partial` response are kept, although they are not all. */
export interface ObservedCloud extends CloudRef {
  readonly unread: Unread | null
  readonly members: readonly CloudMember[]
}

/** All clouds that could be seen: a lower bound, since those that the credential may not see are not listed. */
export interface Clouds {
  /** Why the list is incomplete or missing; null if it was read. */
  readonly unread: Unread | null
  readonly clouds: readonly ObservedCloud[]
}

export interface UnknownCloud {
  /** Null for the list of clouds itself, as is the name. */
  readonly id: number | null
  readonly name: string | null
  readonly why: Unread
}

/** What a removal deletes besides the account, as far as is known. */
export interface Loss {
  /** Sorted by id. A cloud that several removals of one plan empty together is listed with the last of them. */
  readonly clouds: readonly CloudRef[]
  /** How many clouds were listed. */
  readonly seen: number
  readonly unknown: readonly UnknownCloud[]
  /** Whether the list and the members of each of its clouds were read. */
  readonly complete: boolean
}

/** A list from one response, and whether it is complete. */
export interface Listed<T> {
  readonly items: readonly T[]
  readonly whole: boolean
}
