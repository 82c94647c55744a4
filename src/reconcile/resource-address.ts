import { addressFault, emailKey } from '../model/email-address.js'
/** How a plan names an invitation. */
export const invitationAddress = (id: number): string => `bimdata_invitation.${id}`

/** How a plan names a user. `key`: the address in the form of `emailKey`. */
export const userAddress = (key: string): string => `bimdata_user.${key}`

/** How a plan names a user of Keycloak. `key`: the address in the form of `emailKey`. */
export const leftoverAddress = (key: string): string => `keycloak_user.${key}`

const INVITATION = /^bimdata_invitation\.(0|[1-9]\d*)$/
const USER = /^bimdata_user\.(\S+)$/u

/** An address as a plan shows it, in its canonical form; null where it is none, or one that no user can have. */
export function parseTarget(text: string): string | null {
  if (INVITATION.test(text)) return text
  const email = USER.exec(text)?.[1]
  return email === undefined || addressFault(email, 'address') !== null ? null : userAddress(emailKey(email))
}
