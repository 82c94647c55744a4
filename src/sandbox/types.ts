/** The names of the operations in faults, calls and effects. */
export const OPERATIONS = ['list', 'get', 'accept', 'deny', 'remove', 'clouds', 'members', 'size', 'projects'] as const

export type Operation = (typeof OPERATIONS)[number]

/** Addresses are compared without regard to case, surrounding white space, or how accents are composed. */
export const addressKey = (email: string): string => email.trim().normalize('NFC').toLowerCase()

/** An invitation as the API sends it: `Invitation` in schemas/bimdata-sso.openapi.yaml. */
export interface InvitationData {
  readonly id: number
  readonly client_id: number | string
  readonly redirect_uri: string
  readonly cloud_name: string
  readonly cloud_role: number
  readonly project_name?: string | null
  readonly project_role?: number | null
  readonly email: string
  readonly status: string
  readonly sender_provider_sub?: string | null
  readonly [extra: string]: unknown
}

/** The contract's `CloudMember`. */
export interface MemberData {
  /** Null for somebody who was invited but has not joined yet. */
  readonly id: number | null
  readonly email: string
  /** 100 admin, 50 user. */
  readonly cloud_role: number
  readonly [extra: string]: unknown
}

/** A cloud as a data file describes it. */
export interface CloudData {
  readonly id: number
  readonly name: string
  readonly members: readonly MemberData[]
  readonly projects?: readonly { readonly id: number; readonly name: string }[]
  /** Bytes in use. */
  readonly size?: number
  /** Absent from the list; requests for the cloud itself get a 404. */
  readonly hidden?: boolean
  /** Present in the list, but requests for the cloud itself get a 403. */
  readonly denied?: boolean
}

/** The data of an identity provider, and the contents of a data file. */
export interface SandboxData {
  readonly invitations: readonly InvitationData[]
  /** E-mail addresses. */
  readonly users: readonly string[]
  /** None by default; if absent, also not written. */
  readonly clouds?: readonly CloudData[]
}

/** Filters for the list of a cloud's members, with the contract's names. */
export type MemberFilters = Readonly<
  Partial<Record<'email' | 'email__contains' | 'email__startswith' | 'email__endswith', string>>
>

/** A request that satisfies the contract. */
export type Input =
  | { readonly operation: 'list'; readonly status: string | null }
  | { readonly operation: 'get' | 'accept' | 'deny'; readonly id: number }
  | { readonly operation: 'remove'; readonly email: string }
  | { readonly operation: 'clouds' }
  | { readonly operation: 'members'; readonly id: number; readonly filters: MemberFilters }
  | { readonly operation: 'size' | 'projects'; readonly id: number }

/** A request that arrived, including those that faults disrupted. */
export interface Call {
  /** Null if no operation has that path and method. */
  readonly operation: Operation | null
  readonly method: string
  /** The target of the request line, including the query. */
  readonly path: string
  /** The id of the invitation or the cloud. */
  readonly id?: number
  readonly email?: string
  /** The status sent; null until then, and forever if the connection was cut or left hanging. */
  readonly status: number | null
  /** Milliseconds since 1970, at arrival. */
  readonly at: number
}

/** A change that took effect: of an invitation's status, or the removal of a user. */
export interface RecordedEffect {
  readonly operation: 'accept' | 'deny' | 'remove'
  /** The invitation's id, or the address as the request spelled it. */
  readonly target: number | string
}
