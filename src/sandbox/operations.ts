import { type Answer, done, failure, json } from './answer.js'
import { performOnClouds } from './cloud-operations.js'
import type { StaleFault } from './faults.js'
import type { UnknownUser } from './options.js'
import type { Store } from './store.js'
import type { Input, WireInvitation } from './types.js'

const missing = (id: number): Answer => failure(404, 'not_found', `There is no invitation ${id}.`)

const refused = (invitation: WireInvitation, why: string): Answer =>
  failure(400, 'bad_status', `Invitation ${invitation.id} has the status ${JSON.stringify(invitation.status)}. ${why}`)

/** Invitations of 2020 have W: accepted, waiting for the first login. */
const isAccepted = (invitation: WireInvitation): boolean => invitation.status === 'A' || invitation.status === 'W'

function decide(store: Store, invitation: WireInvitation, operation: 'accept' | 'deny'): Answer {
  store.put({ ...invitation, status: operation === 'accept' ? 'A' : 'D' })
  if (operation === 'accept' && store.hasUser(invitation.email)) store.join(invitation)
  store.tookEffect({ operation, target: invitation.id })
  return done
}

function accept(store: Store, invitation: WireInvitation): Answer {
  if (isAccepted(invitation)) return done
  if (invitation.status === 'P' || invitation.status === 'D') return decide(store, invitation, 'accept')
  return refused(invitation, 'Nothing is known of accepting from there.')
}

function deny(store: Store, invitation: WireInvitation): Answer {
  if (invitation.status === 'D') return done
  if (invitation.status === 'P') return decide(store, invitation, 'deny')
  if (isAccepted(invitation)) return refused(invitation, 'What was accepted cannot be denied.')
  return refused(invitation, 'Nothing is known of denying from there.')
}

/** What versions of the API answer to the removal of somebody they do not know: nothing documents it any more. */
const UNKNOWN_USER: Readonly<Record<UnknownUser, Answer>> = {
  204: done,
  400: failure(400, 'bad_request', 'There is no such user.'),
  404: failure(404, 'not_found', 'There is no such user.'),
}

function remove(store: Store, email: string, unknownUser: UnknownUser): Answer {
  if (!store.removeUser(email)) return UNKNOWN_USER[unknownUser]
  store.tookEffect({ operation: 'remove', target: email })
  return done
}

interface Circumstances {
  readonly stale: StaleFault | null
  readonly unknownUser: UnknownUser
}

const isOnInvitation = (input: Input): input is Extract<Input, { operation: 'get' | 'accept' | 'deny' }> =>
  input.operation === 'get' || input.operation === 'accept' || input.operation === 'deny'

/**
 * Carries out a request that is allowed. What accept and deny do with an invitation:
 *
 * | status | accept | deny |
 * | --- | --- | --- |
 * | P | 204, becomes A | 204, becomes D |
 * | D | 204, becomes A | 204, stays |
 * | A, W | 204, stays | 400, stays: no way back is documented |
 * | other | 400, stays | 400, stays |
 *
 * An accepted user joins the cloud of that name, if the data has it; one who does not exist joins on their first connection, and
 * nobody connects here. A removed user's invitations keep their status; their clouds go where they were alone.
 */
export function perform(store: Store, input: Input, { stale, unknownUser }: Circumstances): Answer {
  if (input.operation === 'list') return json(store.list(input.status, stale))
  if (input.operation === 'remove') return remove(store, input.email, unknownUser)
  if (!isOnInvitation(input)) return performOnClouds(store.clouds.read(stale), input)
  const { operation, id } = input
  const invitation = operation === 'get' ? store.read(id, stale) : store.find(id)
  if (invitation === undefined) return missing(id)
  if (operation === 'get') return json([Buffer.from(JSON.stringify(invitation))])
  return operation === 'accept' ? accept(store, invitation) : deny(store, invitation)
}
