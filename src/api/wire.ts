import { ApiError } from '../model/api-error.js'
import { type Invitation, invitationOf } from '../model/invitation.js'
import { validateInvitation } from './invitation-validator.gen.js'

/**
 * The invitation in the model's terms; one that breaks the contract is an `ApiError` that names it and the field.
 * `which`: its index in a list, or what it is called.
 */
export function checkedInvitation(value: unknown, which: number | string): Invitation {
  if (validateInvitation(value)) return invitationOf(value)
  const what = typeof which === 'number' ? `the invitation at index ${which}` : which
  const [first] = validateInvitation.errors ?? []
  const field = first?.instancePath.slice(1) ?? ''
  const fault = field === '' ? (first?.message ?? 'is wrong') : `has a bad "${field}": ${first?.message}`
  throw new ApiError(`The API's answer breaks the contract: ${what} ${fault}`, {
    kind: 'invalid-answer',
    advice: 'Nothing is decided from it. Check that --api-url is the address of a BIMData API.',
  })
}
