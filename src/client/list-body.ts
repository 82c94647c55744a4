import { ApiError } from '../model/api-error.js'
import type { Invitation } from '../model/invitation.js'
import { MAX_TEXT_BYTES, parseJson, readBody } from './body.js'
import { checkedInvitation } from './wire.js'

export interface BodyLimits {
  readonly maxBytes: number
  readonly maxDepth: number
}

/**
 * Gives every invitation of a list's body to `visit`, in the body's order. Throws an `ApiError` at the first thing
 * that is not as the contract says; what was visited before then counts for nothing.
 */
export async function readInvitations(
  body: AsyncIterable<Uint8Array>,
  limits: BodyLimits,
  visit: (invitation: Invitation) => void,
): Promise<void> {
  const list = parseJson(await readBody(body, Math.min(limits.maxBytes, MAX_TEXT_BYTES)), limits.maxDepth)
  if (!Array.isArray(list)) throw notAList(list)
  for (const [index, item] of list.entries()) visit(checkedInvitation(item, `the invitation at index ${index}`))
}

function notAList(value: unknown): ApiError {
  const what = value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
  return new ApiError(`The API sent ${what} where a list of invitations was expected`, {
    kind: 'invalid-answer',
    advice: 'Check that --api-url is the address of a BIMData API.',
  })
}
