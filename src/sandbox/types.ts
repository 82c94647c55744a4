/** The operations, by the names that faults, calls and effects use. */
export const OPERATIONS = ['list', 'get', 'accept', 'deny', 'remove', 'clouds', 'members', 'size', 'projects'] as const

export type Operation = (typeof OPERATIONS)[number]

/** How addresses are compared: without regard to case, to white space around, and to how accents are composed. */
export const addressKey = (email: string): string => email.trim().normalize('NFC').toLowerCase()

/** An invitation as it travels: `Invitation` of schemas/bimdata-sso.openapi.yaml. */
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

/** `CloudMember` of the contract. */
export interface MemberData {
  /** Null for somebody who was invited and is not there yet. */
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
  /** The list leaves it out, and its own addresses are answered 404. */
  readonly hidden?: boolean
  /** The list has it, and its own addresses are answered 403. */
  readonly denied?: boolean
}

/** What an identity provider holds, and what a data file is. */
export interface SandboxData {
  readonly invitations: readonly InvitationData[]
  /** E-mail addresses. */
  readonly users: readonly string[]
  /** None where it is left out; then it is not written either. */
  readonly clouds?: readonly CloudData[]
}

/** Of the list of a cloud's members, by the contract's names. */
export type MemberFilters = Readonly<
  Partial<Record<'email' | 'email__contains' | 'email__startswith' | 'email__endswith', string>>
>

/** A request that the contract allows. */
export type Input =
  | { readonly operation: 'list'; readonly status: string | null }
  | { readonly operation: 'get' | 'accept' | 'deny'; readonly id: number }
  | { readonly operation: 'remove'; readonly email: string }
  | { readonly operation: 'clouds' }
  | { readonly operation: 'members'; readonly id: number; readonly filters: MemberFilters }
  | { readonly operation: 'size' | 'projects'; readonly id: number }

/** A request that arrived, faulted ones included, in the order of arrival. */
export interface Call {
  /** Null where no operation has that path and method. */
  readonly operation: Operation | null
  readonly method: string
  /** The target of the request line, query included. */
  readonly path: string
  /** Of the invitation, or of the cloud. */
  readonly id?: number
  readonly email?: string
  /** The status that was sent; null while there is none, and for good where the connection was cut or left hanging. */
  readonly status: number | null
  /** Milliseconds since 1970, at arrival. */
  readonly at: number
}

/** A change that took effect: an invitation's status, or a user who went. */
export interface RecordedEffect {
  readonly operation: 'accept' | 'deny' | 'remove'
  /** The invitation's id, or the address as the request spelled it. */
  readonly target: number | string
}
