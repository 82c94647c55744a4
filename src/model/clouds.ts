/**
 * Clouds as they could be read. Strings are as the API sent them and are not to be trusted: renderers escape them.
 */

export interface CloudRef {
  readonly id: number
  readonly name: string
}

/**
 * Why something could not be read: the status of the API's refusal, `failed` (no answer, or one that is none), or `partial`
 * (an answer that is not all, or parts of which cannot be understood).
 */
export type Unread = '401' | '403' | '404' | 'failed' | 'partial'

export interface CloudMember {
  /** Null for somebody who was invited and is not there yet. */
  readonly id: number | null
  readonly email: string
  /** The API's number: 100 admin, 50 user. */
  readonly role: number | null
}

/** A cloud of the list. Members that came with an answer that is `partial` are kept, and are not all. */
export interface ObservedCloud extends CloudRef {
  readonly unread: Unread | null
  readonly members: readonly CloudMember[]
}

/** All that could be seen of the clouds; what the credential may not see is in no list, so this is a lower bound. */
export interface Clouds {
  /** Why the list is not all, or not there; null where it was read. */
  readonly unread: Unread | null
  readonly clouds: readonly ObservedCloud[]
}

export interface UnknownCloud {
  /** Null, as is the name, for the list of clouds itself. */
  readonly id: number | null
  readonly name: string | null
  readonly why: Unread
}

/** What a removal deletes besides the account, as far as that can be seen. */
export interface Loss {
  /** By id. A cloud that several removals of one plan empty is with the last of them. */
  readonly clouds: readonly CloudRef[]
  /** How many clouds the list had. */
  readonly seen: number
  readonly unknown: readonly UnknownCloud[]
  /** Whether the list and the members of each of its clouds were read. */
  readonly complete: boolean
}

/** A list as one answer gave it, and whether that is all of it. */
export interface Listed<T> {
  readonly items: readonly T[]
  readonly whole: boolean
}
