import type { InvitationAction, RemovalAction } from '../model/action.js'
import type { Invitation } from '../model/invitation.js'
import type { Removal, Rule } from '../model/manifest.js'
import type { Warning } from '../model/plan.js'
import type { RemovalRecord } from '../model/removal-record.js'
import { type Basis, ruleRef } from './decide.js'
import { invitationAddress, userAddress } from './resource-address.js'

/*
 * What a person should know before approving. Messages contain strings from the API: renderers escape them.
 */

export const expiredRule = (rule: Rule): Warning => ({
  code: 'expired_rule',
  message: `This ${rule.effect} rule ended with ${rule.until} and no longer matches. Remove it, or change its date.`,
  address: null,
  rule: ruleRef(rule),
})

export const removalComing = (removal: Removal): Warning => ({
  code: 'removal_coming',
  message: `${removal.email} is to be removed from ${removal.from} on (UTC). Until then nothing is done.`,
  address: userAddress(removal.key),
  rule: ruleRef(removal),
})

export const acceptedButDenied = ({ id, email }: Invitation, { rule }: Basis): Warning => ({
  code: 'accepted_but_denied',
  message: `The invitation of ${email} is accepted already, and an acceptance cannot be undone. To revoke the access, list the user under users.remove.`,
  address: invitationAddress(id),
  rule,
})

export const unknownStatus = ({ id, email, raw_status }: Invitation): Warning => ({
  code: 'unknown_status',
  message: `The invitation of ${email} has the status ${JSON.stringify(raw_status)}, which this version does not know. It is left alone.`,
  address: invitationAddress(id),
  rule: null,
})

/** Null if the invitation grants none. */
export function adminRights({ address, before, rule }: InvitationAction): Warning | null {
  const { cloud_role, project_role, cloud_name, project_name, email } = before
  const grants = [
    ...(cloud_role === 'admin' ? [`the cloud "${cloud_name}"`] : []),
    ...(project_role === 'admin' ? [`the project "${project_name ?? ''}"`] : []),
  ]
  if (grants.length === 0) return null
  return { code: 'admin_rights', message: `${email} becomes an admin of ${grants.join(' and of ')}.`, address, rule }
}

/** Null if this version knows the roles: an unknown number may grant anything. */
export function unknownRole({ address, before, rule }: InvitationAction): Warning | null {
  const { cloud_role, project_role, email } = before
  const unknown = [
    ...(typeof cloud_role === 'number' ? [`${cloud_role} in the cloud`] : []),
    ...(typeof project_role === 'number' ? [`${project_role} in the project`] : []),
  ]
  if (unknown.length === 0) return null
  const message = `${email} gets a role that this version does not know (${unknown.join(', ')}). Check what it grants before approving.`
  return { code: 'unknown_role', message, address, rule }
}

/**
 * Null if the entry may be the one that the record came from. An entry with another reason, or with a date after the
 * removal, was written since: its author expects a removal.
 */
export function removedBefore(removal: Removal, record: RemovalRecord): Warning | null {
  const later = removal.from ? Date.parse(`${removal.from}T00:00:00Z`) > Date.parse(record.at) : false
  if (!later && removal.reason === record.reason) return null
  return {
    code: 'removed_before',
    message: `${removal.email} was removed on ${record.at.slice(0, 10)}${record.reason === null ? '' : ` (${record.reason})`} and has not come back by an invitation, so nothing is done. To remove them again: guestlist state rm ${removal.key}`,
    address: userAddress(removal.key),
    rule: ruleRef(removal),
  }
}

export function cloudsLost({ address, before, rule }: RemovalAction): Warning {
  const known = before.clouds.map(name => `"${name}"`).join(', ')
  const candidates = known ? ` Clouds of their accepted invitations: ${known}.` : ''
  return {
    code: 'clouds_lost',
    message: `Removing ${before.email} deletes the account and every cloud in which they are alone, with its data. It cannot be undone.${candidates}`,
    address,
    rule,
  }
}

export const returned = ({ address, before, rule }: RemovalAction): Warning => ({
  code: 'returned',
  message: `${before.email} was removed before and has returned: an invitation was accepted since. They are removed again.`,
  address,
  rule,
})

export const targetWithoutChange = (target: string): Warning => ({
  code: 'target_without_change',
  message: `Nothing is planned for the target ${target}.`,
  address: target,
  rule: null,
})
