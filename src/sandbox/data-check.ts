import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { addressKey, type CloudData, type InvitationData, type MemberData, type SandboxData } from './types.js'

const USER_ROLE = 50

/** A cloud as people write it; an unknown key is a mistake, since it would have no effect. */
const CLOUD = {
  type: 'object',
  required: ['id', 'name'],
  additionalProperties: false,
  properties: {
    id: { type: 'integer' },
    name: { type: 'string' },
    members: {
      type: 'array',
      items: {
        type: 'object',
        required: ['email'],
        properties: {
          id: { type: ['integer', 'null'] },
          email: { type: 'string', pattern: '^[^@]+@.+$' },
          cloud_role: { type: 'integer' },
        },
      },
    },
    projects: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'name'],
        properties: { id: { type: 'integer' }, name: { type: 'string' } },
      },
    },
    size: { type: 'integer', minimum: 0 },
    hidden: { type: 'boolean' },
    denied: { type: 'boolean' },
  },
} as const

type WrittenMember = Partial<MemberData> & { readonly email: string }
type WrittenCloud = Omit<CloudData, 'members'> & { readonly members?: readonly WrittenMember[] }

const cloudValidator = (): ValidateFunction<WrittenCloud> =>
  new Ajv2020({ allowUnionTypes: true }).compile<WrittenCloud>(CLOUD)

/** A member without an id has joined and gets a new one; a null id means only invited. */
function completeClouds(clouds: readonly WrittenCloud[]): readonly CloudData[] {
  const members = clouds.flatMap(cloud => cloud.members ?? [])
  const ids = new Map(members.flatMap(({ id, email }) => (typeof id === 'number' ? [[addressKey(email), id]] : [])))
  let last = Math.max(0, ...ids.values())
  const idOf = (email: string): number => {
    const key = addressKey(email)
    const id = ids.get(key) ?? ++last
    ids.set(key, id)
    return id
  }
  return clouds.map(cloud => ({
    ...cloud,
    members: (cloud.members ?? []).map(({ id, email, ...rest }) => ({
      cloud_role: USER_ROLE,
      ...rest,
      id: id === undefined ? idOf(email) : id,
      email,
    })),
  }))
}

type DataPath = readonly (string | number)[]

/** Names a place in the data for people: `file:line:column`, or a path into the object. */
export type PlaceOf = (path: DataPath) => string

const SHOWN = 20

const KEYS: readonly string[] = ['invitations', 'users', 'clouds']

/** Fields that no decision depends on, so that an invitation written by hand may leave them out. */
const DEFAULTS = { client_id: 1, redirect_uri: 'https://platform.bimdata.io/' } as const

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The first error that ajv found, as one line, and its path. */
function firstError(validate: ValidateFunction): { readonly path: DataPath; readonly text: string } {
  const error = validate.errors?.[0]
  const keys = (error?.instancePath ?? '').split('/').slice(1)
  return { path: keys, text: `${keys.length > 0 ? `${keys.join('.')} ` : ''}${error?.message ?? 'is not valid'}` }
}

function withDefaults(item: unknown): unknown {
  if (!isRecord(item) || (item.client_id !== undefined && item.redirect_uri !== undefined)) return item
  const { client_id = DEFAULTS.client_id, redirect_uri = DEFAULTS.redirect_uri } = item
  return { ...item, client_id, redirect_uri }
}

/** Returns the valid items of a list and reports problems with `tell`; `also` finds those that `validate` cannot. */
function checkItems<T extends { readonly id: number }>(
  items: readonly unknown[],
  [list, what]: readonly [string, string],
  validate: ValidateFunction<T>,
  tell: (path: DataPath, problem: string) => void,
  also: (item: T, place: DataPath) => void = () => {},
): readonly T[] {
  const ids = new Set<number>()
  return items.filter((item, index): item is T => {
    const place: DataPath = [list, index]
    if (!validate(item)) {
      const { path, text } = firstError(validate)
      tell([...place, ...path], `the ${what} ${text}`)
      return false
    }
    if (ids.size === ids.add(item.id).size) tell([...place, 'id'], `the id ${item.id} appears twice`)
    also(item, place)
    return true
  })
}

function refuse(problems: readonly string[]): never {
  const rest = problems.length - SHOWN
  const more = rest > 0 ? [`and ${rest} more`] : []
  throw new Error([...problems.slice(0, SHOWN), ...more].join('\n'))
}

/**
 * Checks that a value is valid sandbox data: `invitations: [Invitation]`, `users: [e-mail]` and `clouds: [cloud]`, each
 * optional, as are an invitation's `client_id` and `redirect_uri`. Otherwise throws an error with one line per problem,
 * starting with its place.
 */
export function checkData(value: unknown, validate: ValidateFunction<InvitationData>, placeOf: PlaceOf): SandboxData {
  const problems: string[] = []
  const tell = (path: DataPath, problem: string) => problems.push(`${placeOf(path)}: ${problem}`)
  if (!isRecord(value)) {
    tell([], 'the data must be a mapping with invitations, users and clouds')
    return refuse(problems)
  }
  for (const key of Object.keys(value).filter(key => !KEYS.includes(key)))
    tell([key], `${key} is not known here; the data has invitations, users and clouds`)
  const listOf = (key: string): readonly unknown[] => {
    const list = value[key] ?? []
    if (Array.isArray(list)) return list
    tell([key], `${key} must be a list`)
    return []
  }
  const invitations = checkItems(listOf('invitations').map(withDefaults), ['invitations', 'invitation'], validate, tell)
  const users = listOf('users').filter((user, index): user is string => {
    const isAddress = typeof user === 'string' && user.includes('@')
    if (!isAddress) tell(['users', index], 'a user must be an e-mail address')
    return isAddress
  })
  const clouds = checkItems(
    listOf('clouds'),
    ['clouds', 'cloud'],
    cloudValidator(),
    tell,
    ({ members = [] }, place) => {
      const emails = new Set<string>()
      for (const [i, { email }] of members.entries())
        if (emails.size === emails.add(addressKey(email)).size)
          tell([...place, 'members', i, 'email'], `${email} is a member twice`)
    },
  )
  if (problems.length > 0) refuse(problems)
  return { invitations, users, ...(value.clouds === undefined ? {} : { clouds: completeClouds(clouds) }) }
}
