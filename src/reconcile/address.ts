/** How a plan names an invitation. */
export const invitationAddress = (id: number): string => `bimdata_invitation.${id}`

/** How a plan names a user. `key`: the address in the form of `emailKey`. */
export const userAddress = (key: string): string => `bimdata_user.${key}`
