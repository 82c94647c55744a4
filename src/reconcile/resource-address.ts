import { addressFault, emailKey } from '../model/email-address.js'

/** A plan's address of an invitation. */
export const invitationAddress = (id: number): string => `bimdata_invitation.${id}`

/** A plan's address of a user. `key`: the e-mail address in the form of `emailKey`. */
export const userAddress = (key: string): string => `bimdata_user.${key}`

/** A plan's address of a user in Keycloak. `key`: the e-mail address in the form of `emailKey`. */
export const leftoverAddress = (key: string): string => `keycloak_user.${key}`

const INVITATION = /^bimdata_invitation\.(0|[1-9]\d*)$/
const USER = /^bimdata_user\.(\S+)$/u

/** An address as plans show it, in canonical form; null if it is not one, or names no possible user. */
export function parseTarget(text: string): string | null {
  if (INVITATION.test(text)) return text
  const email = USER.exec(text)?.[1]
  return email === undefined || addressFault(email, 'address') !== null ? null : userAddress(emailKey(email))
}
