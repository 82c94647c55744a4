/**
 * An invitation as the engine sees it; the API's own shape is in schemas/bimdata-sso.openapi.yaml.
 * Strings are as the API sent them and are not to be trusted: renderers escape them.
 */
export interface Invitation {
  readonly id: number
  readonly email: string
  /** The API's raw value: "P", "A", "D", the older "W", or something this version does not know. */
  readonly status: string
  readonly cloudName: string
  /** The API's number: 100 admin, 50 user. */
  readonly cloudRole: number
  readonly projectName: string | null
  /** The API's number: 100 admin, 50 user, 25 guest. */
  readonly projectRole: number | null
  readonly clientId: number | null
  /** `sender_provider_sub`: the sender's OIDC subject at the original provider. */
  readonly sender: string | null
}

export type Status = 'pending' | 'accepted' | 'denied' | 'unknown'

/**
 * | raw | meaning |
 * | --- | --- |
 * | P | pending |
 * | A, W | accepted (W is older: accepted, waiting for the first login) |
 * | D | denied |
 * | anything else | unknown: never touched |
 */
export function statusOf(raw: string): Status {
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

export type Role = 'admin' | 'user' | 'guest'

export const ROLE_NUMBERS = { admin: 100, user: 50, guest: 25 } as const satisfies Record<Role, number>

/** The role's word; a number that this version does not know is returned as it is. */
export function roleName(role: number): Role | number {
  if (role === ROLE_NUMBERS.admin) return 'admin'
  if (role === ROLE_NUMBERS.user) return 'user'
  if (role === ROLE_NUMBERS.guest) return 'guest'
  return role
}

/** An invitation in the plan document: the API's field names, status and roles as words where they are known. */
export interface InvitationView {
  readonly id: number
  readonly email: string
  readonly status: string
  readonly cloud_name: string
  readonly cloud_role: Role | number
  readonly project_name: string | null
  readonly project_role: Role | number | null
  readonly client_id: number | null
  readonly sender_provider_sub: string | null
}

export function viewOf(invitation: Invitation): InvitationView {
  const status = statusOf(invitation.status)
  return {
    id: invitation.id,
    email: invitation.email,
    status: status === 'unknown' ? invitation.status : status,
    cloud_name: invitation.cloudName,
    cloud_role: roleName(invitation.cloudRole),
    project_name: invitation.projectName,
    project_role: invitation.projectRole === null ? null : roleName(invitation.projectRole),
    client_id: invitation.clientId,
    sender_provider_sub: invitation.sender,
  }
}
