import { type Answer, failure, json } from './answer.js'
import { addressKey, type CloudData, type CloudMember, type Input, type MemberFilters } from './types.js'

const CREATED = { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' } as const
const CAPACITY = 10 * 2 ** 30

/** A cloud as it travels, with what the official client cannot do without. */
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

const wireMember = (member: CloudMember) => ({
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

const FILTERS: Readonly<Record<keyof MemberFilters, (email: string, text: string) => boolean>> = {
  email: (email, text) => email === text,
  email__contains: (email, text) => email.includes(text),
  email__startswith: (email, text) => email.startsWith(text),
  email__endswith: (email, text) => email.endsWith(text),
}

function passes(email: string, filters: MemberFilters): boolean {
  const names = Object.keys(FILTERS) as (keyof MemberFilters)[]
  return names.every(name => {
    const text = filters[name]
    return text === undefined || FILTERS[name](addressKey(email), addressKey(text))
  })
}

const answer = (value: unknown): Answer => json([Buffer.from(JSON.stringify(value))])

/** Answers a read of clouds, from these. */
export function performOnClouds(
  clouds: readonly CloudData[],
  input: Extract<Input, { operation: 'clouds' | 'members' | 'size' | 'projects' }>,
): Answer {
  const seen = clouds.filter(({ hidden }) => hidden !== true)
  if (input.operation === 'clouds') return answer(seen.map(wireCloud))
  const cloud = seen.find(({ id }) => id === input.id)
  if (cloud === undefined) return failure(404, 'not_found', `There is no cloud ${input.id}.`)
  if (cloud.denied === true) return failure(403, 'forbidden', 'Only administrators can see this.')
  switch (input.operation) {
    case 'members':
      return answer(cloud.members.filter(({ email }) => passes(email, input.filters)).map(wireMember))
    case 'size':
      return answer(wireSize(cloud))
    case 'projects':
      return answer(wireProjects(cloud))
    default:
      return input satisfies never
  }
}
