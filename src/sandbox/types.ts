/** The five operations, by the names that faults, calls and effects use. */
export type Operation = 'list' | 'get' | 'accept' | 'deny' | 'remove'

export const OPERATIONS: readonly Operation[] = ['list', 'get', 'accept', 'deny', 'remove']

/** An invitation as it travels: `Invitation` of schemas/bimdata-sso.openapi.yaml. */
export interface WireInvitation {
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

/** What an identity provider holds, and what a data file is. */
export interface SandboxData {
  readonly invitations: readonly WireInvitation[]
  /** E-mail addresses. */
  readonly users: readonly string[]
}

/** A request that the contract allows. */
export type Input =
  | { readonly operation: 'list'; readonly status: string | null }
  | { readonly operation: 'get' | 'accept' | 'deny'; readonly id: number }
  | { readonly operation: 'remove'; readonly email: string }

/** A request that arrived, faulted ones included, in the order of arrival. */
export interface Call {
  /** Null where no operation has that path and method. */
  readonly operation: Operation | null
  readonly method: string
  /** The target of the request line, query included. */
  readonly path: string
  readonly id?: number
  readonly email?: string
  /** The status that was sent; null while there is none, and for good where the connection was cut or left hanging. */
  readonly status: number | null
  /** Milliseconds since 1970, at arrival. */
  readonly at: number
}

/** A change that took effect: an invitation's status, or a user who went. */
export interface Effect {
  readonly operation: 'accept' | 'deny' | 'remove'
  /** The invitation's id, or the address as the request spelled it. */
  readonly target: number | string
}
