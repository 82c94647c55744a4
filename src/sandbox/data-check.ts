import type { ValidateFunction } from 'ajv'
import { cloudValidator, completeClouds, type WrittenCloud } from './cloud-data.js'
import { addressKey, type SandboxData, type WireInvitation } from './types.js'

type Path = readonly (string | number)[]

/** How a place inside the data is named to people: `file:line:column`, or a path into the object. */
export type PlaceOf = (path: Path) => string

const SHOWN = 20

const KEYS: readonly string[] = ['invitations', 'users', 'clouds']

/** What nothing is decided by, and what an invitation written by hand may leave out. */
const DEFAULTS = { client_id: 1, redirect_uri: 'https://platform.bimdata.io/' } as const

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One line with what ajv found first, and the path it found it at. */
function firstError(validate: ValidateFunction): { readonly path: Path; readonly text: string } {
  const error = validate.errors?.[0]
  const keys = (error?.instancePath ?? '').split('/').slice(1)
  return { path: keys, text: `${keys.length > 0 ? `${keys.join('.')} ` : ''}${error?.message ?? 'is not valid'}` }
}

function listAt(value: Record<string, unknown>, key: string, placeOf: PlaceOf, problems: string[]): readonly unknown[] {
  const list = value[key]
  if (list === undefined || list === null) return []
  if (Array.isArray(list)) return list
  problems.push(`${placeOf([key])}: ${key} must be a list`)
  return []
}

function withDefaults(item: unknown): unknown {
  if (!isRecord(item) || (item.client_id !== undefined && item.redirect_uri !== undefined)) return item
  const { client_id = DEFAULTS.client_id, redirect_uri = DEFAULTS.redirect_uri } = item
  return { ...item, client_id, redirect_uri }
}

function checkInvitations(items: readonly unknown[], validate: ValidateFunction, placeOf: PlaceOf, problems: string[]) {
  const ids = new Set<unknown>()
  items.forEach((item, index) => {
    const place: Path = ['invitations', index]
    if (!validate(item)) {
      const { path, text } = firstError(validate)
      problems.push(`${placeOf([...place, ...path])}: the invitation ${text}`)
    } else if (isRecord(item) && ids.size === ids.add(item.id).size) {
      problems.push(`${placeOf([...place, 'id'])}: the id ${String(item.id)} appears twice`)
    }
  })
}

function checkUsers(items: readonly unknown[], placeOf: PlaceOf, problems: string[]) {
  items.forEach((item, index) => {
    if (typeof item !== 'string' || !item.includes('@')) {
      problems.push(`${placeOf(['users', index])}: a user must be an e-mail address`)
    }
  })
}

function checkClouds(items: readonly unknown[], placeOf: PlaceOf, problems: string[]): readonly WrittenCloud[] {
  const validate = cloudValidator()
  const clouds: WrittenCloud[] = []
  items.forEach((item, index) => {
    const place: Path = ['clouds', index]
    if (!validate(item)) {
      const { path, text } = firstError(validate)
      problems.push(`${placeOf([...place, ...path])}: the cloud ${text}`)
      return
    }
    if (clouds.some(({ id }) => id === item.id)) {
      problems.push(`${placeOf([...place, 'id'])}: the id ${item.id} appears twice`)
    }
    const emails = new Set<string>()
    item.members?.forEach(({ email }, member) => {
      if (emails.size !== emails.add(addressKey(email)).size) return
      problems.push(`${placeOf([...place, 'members', member, 'email'])}: ${email} is a member twice`)
    })
    clouds.push(item)
  })
  return clouds
}

function refuse(problems: readonly string[]): never {
  const rest = problems.length - SHOWN
  const more = rest > 0 ? [`and ${rest} more`] : []
  throw new Error([...problems.slice(0, SHOWN), ...more].join('\n'))
}

/**
 * Takes a value for the sandbox's data if it is `invitations: [Invitation]`, `users: [e-mail]` and `clouds: [cloud]`,
 * each of them optional; an invitation's `client_id` and `redirect_uri` are too. Otherwise throws an error with a line for each problem, its place first.
 */
export function checkData(value: unknown, validate: ValidateFunction, placeOf: PlaceOf): SandboxData {
  if (!isRecord(value)) refuse([`${placeOf([])}: the data must be a mapping with invitations, users and clouds`])
  const problems = Object.keys(value)
    .filter(key => !KEYS.includes(key))
    .map(key => `${placeOf([key])}: ${key} is not known here; the data has invitations, users and clouds`)
  const invitations = listAt(value, 'invitations', placeOf, problems).map(withDefaults)
  const users = listAt(value, 'users', placeOf, problems)
  checkInvitations(invitations, validate, placeOf, problems)
  checkUsers(users, placeOf, problems)
  const clouds = checkClouds(listAt(value, 'clouds', placeOf, problems), placeOf, problems)
  if (problems.length > 0) refuse(problems)
  return {
    invitations: invitations as readonly WireInvitation[],
    users: users as readonly string[],
    ...(value.clouds === undefined ? {} : { clouds: completeClouds(clouds) }),
  }
}
