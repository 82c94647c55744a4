import { addressFault, emailKey } from '../model/email-address.js'

const INVITATION = /^bimdata_invitation\.(0|[1-9]\d*)$/
const USER = /^bimdata_user\.(\S+)$/u

/** An address as a plan shows it, in its canonical form; null where it is none, or one that no user can have. */
export function parseTarget(text: string): string | null {
  if (INVITATION.test(text)) return text
  const email = USER.exec(text)?.[1]
  return email === undefined || addressFault(email, 'address') !== null ? null : `bimdata_user.${emailKey(email)}`
}
