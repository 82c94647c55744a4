import { ApiError } from '../model/api-error.js'
import type { Invitation } from '../model/invitation.js'
import { validateInvitation } from './invitation-validator.gen.js'
import type { WireInvitation } from './wire-invitation.js'

/**
 * The invitation in the model's terms; one that breaks the contract is an `ApiError` that names it and the field.
 * `which`: its index in a list, or what it is called.
 */
export function checkedInvitation(value: unknown, which: number | string): Invitation {
  if (validateInvitation(value)) return fromWire(value)
  const what = typeof which === 'number' ? `the invitation at index ${which}` : which
  const [first] = validateInvitation.errors ?? []
  const field = first?.instancePath.slice(1) ?? ''
  const fault = field === '' ? (first?.message ?? 'is wrong') : `has a bad "${field}": ${first?.message}`
  throw new ApiError(`The API's answer breaks the contract: ${what} ${fault}`, {
    kind: 'invalid-answer',
    advice: 'Nothing is decided on it. Check that --api-url is the address of a BIMData API.',
  })
}

function fromWire(wire: WireInvitation): Invitation {
  return {
    id: wire.id,
    email: wire.email,
    status: wire.status,
    cloudName: wire.cloud_name,
    cloudRole: wire.cloud_role,
    projectName: wire.project_name ?? null,
    projectRole: wire.project_role ?? null,
    clientId: clientId(wire.client_id),
    sender: wire.sender_provider_sub ?? null,
  }
}

/** The versions of 2020 and 2021 sent it as a string. */
function clientId(value: number | string | null | undefined): number | null {
  return value === undefined || value === null ? null : Number(value)
}
