/** How a plan names an invitation. */
export const invitationAddress = (id: number): string => `bimdata_invitation.${id}`

/** How a plan names a user. `key`: the address in the form of `emailKey`. */
/** Of a user of Keycloak, by `emailKey`. */
export const leftoverAddress = (key: string): string => `keycloak_user.${key}`

export const userAddress = (key: string): string => `bimdata_user.${key}`
