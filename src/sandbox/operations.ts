import type { StaleFault } from './faults.js'
import { type Answer, done, failure, json, jsonParts } from './http-answer.js'
import type { UnknownUser } from './options.js'
import type { SandboxStore } from './store.js'
import {
  addressKey,
  type CloudData,
  type Input,
  type InvitationData,
  type MemberData,
  type MemberFilters,
} from './types.js'

const CREATED = { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' } as const
const CAPACITY = 10 * 2 ** 30

/** A cloud as the API sends it, with everything that the official client requires. */
const wireCloud = ({ id, name }: CloudData) => ({
  id,
  name,
  features: [],
  marketplace_apps: [],
  organization: null,
  creator: null,
  creator_app: null,
  is_default: false,
  ...CREATED,
})

const wireMember = (member: MemberData) => ({
  firstname: null,
  lastname: null,
  provider: 'acme',
  sub: null,
  profile_picture: null,
  in_all_projects: false,
  ...CREATED,
  ...member,
})

const wireSize = ({ size = 0 }: CloudData) => ({
  managed_by: 'BIMDATA_PLATFORM',
  role: 100,
  total_size: size,
  total_size_available: CAPACITY,
  remaining_total_size: Math.max(0, CAPACITY - size),
  remaining_total_size_percent: Math.max(0, Math.round((100 * (CAPACITY - size)) / CAPACITY)),
})

const wireProjects = (cloud: CloudData) =>
  (cloud.projects ?? []).map(project => ({ ...project, cloud: wireCloud(cloud), status: 'A', ...CREATED }))

const FILTERS: readonly (readonly [keyof MemberFilters, (email: string, text: string) => boolean])[] = [
  ['email', (email, text) => email === text],
  ['email__contains', (email, text) => email.includes(text)],
  ['email__startswith', (email, text) => email.startsWith(text)],
  ['email__endswith', (email, text) => email.endsWith(text)],
]

const passes = (email: string, filters: MemberFilters): boolean =>
  FILTERS.every(([name, holds]) => {
    const text = filters[name]
    return text === undefined || holds(addressKey(email), addressKey(text))
  })

/** Answers a read of the given clouds. */
function performOnClouds(
  clouds: readonly CloudData[],
  input: Extract<Input, { operation: 'clouds' | 'members' | 'size' | 'projects' }>,
): Answer {
  const seen = clouds.filter(({ hidden }) => hidden !== true)
  if (input.operation === 'clouds') return json(seen.map(wireCloud))
  const cloud = seen.find(({ id }) => id === input.id)
  if (cloud === undefined) return failure(404, 'not_found', `There is no cloud ${input.id}.`)
  if (cloud.denied === true) return failure(403, 'forbidden', 'Only administrators can see this.')
  switch (input.operation) {
    case 'members':
      return json(cloud.members.filter(({ email }) => passes(email, input.filters)).map(wireMember))
    case 'size':
      return json(wireSize(cloud))
    case 'projects':
      return json(wireProjects(cloud))
    default:
      return input satisfies never
  }
}

const refused = (invitation: InvitationData, why: string): Answer =>
  failure(400, 'bad_status', `Invitation ${invitation.id} has the status ${JSON.stringify(invitation.status)}. ${why}`)

/** Invitations of 2020 have W: accepted, waiting for the first login. */
const isAccepted = (invitation: InvitationData): boolean => invitation.status === 'A' || invitation.status === 'W'

function decide(store: SandboxStore, invitation: InvitationData, operation: 'accept' | 'deny'): Answer {
  store.put({ ...invitation, status: operation === 'accept' ? 'A' : 'D' })
  if (operation === 'accept' && store.hasUser(invitation.email)) store.join(invitation)
  store.effects.push({ operation, target: invitation.id })
  return done
}

function accept(store: SandboxStore, invitation: InvitationData): Answer {
  if (isAccepted(invitation)) return done
  if (invitation.status === 'P' || invitation.status === 'D') return decide(store, invitation, 'accept')
  return refused(invitation, 'Nothing is known of accepting from there.')
}

function deny(store: SandboxStore, invitation: InvitationData): Answer {
  if (invitation.status === 'D') return done
  if (invitation.status === 'P') return decide(store, invitation, 'deny')
  if (isAccepted(invitation)) return refused(invitation, 'What was accepted cannot be denied.')
  return refused(invitation, 'Nothing is known of denying from there.')
}

/** How versions of the API answer the removal of an unknown user; this is no longer documented. */
const UNKNOWN_USER: Readonly<Record<UnknownUser, Answer>> = {
  204: done,
  400: failure(400, 'bad_request', 'There is no such user.'),
  404: failure(404, 'not_found', 'There is no such user.'),
}

function remove(store: SandboxStore, email: string, unknownUser: UnknownUser): Answer {
  if (!store.removeUser(email)) return UNKNOWN_USER[unknownUser]
  store.effects.push({ operation: 'remove', target: email })
  return done
}

/**
 * Carries out an authorized request. The effect of accept and deny on an invitation:
 *
 * | status | accept | deny |
 * | --- | --- | --- |
 * | P | 204, becomes A | 204, becomes D |
 * | D | 204, becomes A | 204, stays |
 * | A, W | 204, stays | 400, stays: no way to undo it is documented |
 * | other | 400, stays | 400, stays |
 *
 * An accepted user joins the cloud with that name, if it is in the data; one who does not exist yet joins on their
 * first connection (`addUser`). A removed user's invitations keep their status; clouds in which they were alone are
 * deleted.
 */
export function perform(store: SandboxStore, input: Input, stale: StaleFault | null, unknownUser: UnknownUser): Answer {
  switch (input.operation) {
    case 'list':
      return jsonParts(store.list(input.status, stale))
    case 'remove':
      return remove(store, input.email, unknownUser)
    case 'get':
      return onInvitation(input.id, store.read(input.id, stale), json)
    case 'accept':
      return onInvitation(input.id, store.find(input.id), invitation => accept(store, invitation))
    case 'deny':
      return onInvitation(input.id, store.find(input.id), invitation => deny(store, invitation))
    default:
      return performOnClouds(store.clouds.read(stale), input)
  }
}

const onInvitation = (
  id: number,
  found: InvitationData | undefined,
  then: (found: InvitationData) => Answer,
): Answer => (found === undefined ? failure(404, 'not_found', `There is no invitation ${id}.`) : then(found))
