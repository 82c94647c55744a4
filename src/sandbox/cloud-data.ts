import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { addressKey, type CloudData, type CloudMember } from './types.js'

const USER_ROLE = 50

/** A cloud as people write it; a key that is not known here is a slip, for it would change nothing. */
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

type WrittenMember = Partial<CloudMember> & { readonly email: string }
export type WrittenCloud = Omit<CloudData, 'members'> & { readonly members?: readonly WrittenMember[] }

export const cloudValidator = (): ValidateFunction<WrittenCloud> =>
  new Ajv2020({ allowUnionTypes: true }).compile<WrittenCloud>(CLOUD)

/** Somebody without id is somebody who is there, with an id of their own; null is who was only invited. */
export function completeClouds(clouds: readonly WrittenCloud[]): readonly CloudData[] {
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
