import { Ajv } from 'ajv'
import type { components } from './api.gen.js'
import { invitationSchema } from './invitation-schema.js'

type Contract = components['schemas']['Invitation']

/** What `invitationSchema` lets through. */
export type WireInvitation = Pick<Contract, 'id' | 'email' | 'status' | 'cloud_name' | 'cloud_role'> & {
  readonly client_id?: number | string | null
  readonly project_name?: string | null
  readonly project_role?: number | null
  readonly sender_provider_sub?: string | null
}

/** A bundle puts ajv's standalone code in this module's place, so that it needs neither ajv nor the contract. */
export const validateInvitation = new Ajv({ allowUnionTypes: true }).compile<WireInvitation>(invitationSchema())
