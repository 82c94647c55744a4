import type { components } from './api.gen.js'

type ContractInvitation = components['schemas']['Invitation']

/** An invitation as `validateInvitation` lets it through. */
export type WireInvitation = Pick<ContractInvitation, 'id' | 'email' | 'status' | 'cloud_name' | 'cloud_role'> & {
  readonly client_id?: number | string | null
  readonly project_name?: string | null
  readonly project_role?: number | null
  readonly sender_provider_sub?: string | null
}
