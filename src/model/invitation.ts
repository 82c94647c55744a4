/**
 * An invitation as the API sends it (schemas/bimdata-sso.openapi.yaml), reduced to the fields that guestlist uses.
 * Strings are untrusted: renderers escape them.
 */
export interface ApiInvitation {
  readonly id: number
  readonly email: string
  /** "P", "A", "D", the older "W", or something that this version does not know. */
  readonly status: string
  readonly cloud_name: string
  /** 100 admin, 50 user. */
  readonly cloud_role: number
  readonly project_name?: string | null
  /** 100 admin, 50 user, 25 guest. */
  readonly project_role?: number | null
  /** The API's versions of 2020 and 2021 sent a string. */
  readonly client_id?: number | string | null
  /** The sender's OIDC subject at the original provider. */
  readonly sender_provider_sub?: string | null
}

/** An invitation as the engine sees it: every field present, and the status classified once and for all. */
export interface Invitation {
  readonly id: number
  readonly email: string
  readonly status: Status
  /** What the API sent, to show and to save; no decision depends on it. */
  readonly raw_status: string
  readonly cloud_name: string
  readonly cloud_role: number
  readonly project_name: string | null
  readonly project_role: number | null
  readonly client_id: number | null
  readonly sender_provider_sub: string | null
}

export type Status = 'pending' | 'accepted' | 'denied' | 'unknown'

/**
 * | raw | meaning |
 * | --- | --- |
 * | P | pending |
 * | A, W | accepted (W is older: accepted, waiting for the first login) |
 * | D | denied |
 * | anything else, "pending" included | unknown: never touched |
 */
function statusOf(raw: string): Status {
  switch (raw) {
    case 'P':
      return 'pending'
    case 'A':
    case 'W':
      return 'accepted'
    case 'D':
      return 'denied'
    default:
      return 'unknown'
  }
}

export const invitationOf = (sent: ApiInvitation): Invitation => ({
  id: sent.id,
  email: sent.email,
  status: statusOf(sent.status),
  raw_status: sent.status,
  cloud_name: sent.cloud_name,
  cloud_role: sent.cloud_role,
  project_name: sent.project_name ?? null,
  project_role: sent.project_role ?? null,
  client_id: sent.client_id === undefined || sent.client_id === null ? null : Number(sent.client_id),
  sender_provider_sub: sent.sender_provider_sub ?? null,
})

export type Role = 'admin' | 'user' | 'guest'

export const ROLE_NUMBERS = { admin: 100, user: 50, guest: 25 } as const satisfies Record<Role, number>

/** The name of a role; a number that this version does not know is returned unchanged. */
export function roleName(role: number): Role | number {
  if (role === ROLE_NUMBERS.admin) return 'admin'
  if (role === ROLE_NUMBERS.user) return 'user'
  if (role === ROLE_NUMBERS.guest) return 'guest'
  return role
}

/** An invitation in the plan document: roles by name, if known. */
export interface InvitationView {
  readonly id: number
  readonly email: string
  readonly status: Status
  /** What the API sent, for an unknown status. */
  readonly raw_status?: string
  readonly cloud_name: string
  readonly cloud_role: Role | number
  readonly project_name: string | null
  readonly project_role: Role | number | null
  readonly client_id: number | null
  readonly sender_provider_sub: string | null
}

export const viewOf = ({ raw_status, ...invitation }: Invitation): InvitationView => ({
  id: invitation.id,
  email: invitation.email,
  status: invitation.status,
  ...(invitation.status === 'unknown' ? { raw_status } : {}),
  cloud_name: invitation.cloud_name,
  cloud_role: roleName(invitation.cloud_role),
  project_name: invitation.project_name,
  project_role: invitation.project_role === null ? null : roleName(invitation.project_role),
  client_id: invitation.client_id,
  sender_provider_sub: invitation.sender_provider_sub,
})

/** A status for people. An unknown one shows the API's word, quoted so that it is not taken for one of ours. */
export const statusText = ({ status, raw_status }: Pick<InvitationView, 'status' | 'raw_status'>): string =>
  status === 'unknown' ? `unknown (${JSON.stringify(raw_status ?? '')})` : status
