import { emailKey } from '../model/text.js'

const INVITATION = /^bimdata_invitation\.(0|[1-9]\d*)$/
const USER = /^bimdata_user\.(\S(?:.*\S)?)$/u

/** An address as a plan shows it, in its canonical form; null where it is none. */
export function parseTarget(text: string): string | null {
  if (INVITATION.test(text)) return text
  const email = USER.exec(text)?.[1]
  return email?.includes('@') ? `bimdata_user.${emailKey(email)}` : null
}
