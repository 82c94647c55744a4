import { parseJson, readBody } from '../http/body.js'
import type { HttpResponse } from '../http/transport.js'
import { invalidAnswer } from '../model/api-error.js'
import type { CloudMember, CloudRef, Listed } from '../model/clouds.js'
import { isObject } from '../model/json.js'
import { isPartial } from './answer.js'
import type { BodyLimits } from './list-body.js'

/**
 * A list whose rows are independent: a row that cannot be understood is left out, and the list is then not whole. Nor is
 * it whole if the answer says that there is more.
 *
 * @throws ApiError if the answer is not a list
 */
export async function readListed<T>(
  answer: HttpResponse,
  what: string,
  read: (row: unknown) => T | null,
  { maxBytes, maxDepth }: BodyLimits,
): Promise<Listed<T>> {
  const rows = parseJson(await readBody(answer.body, maxBytes), maxDepth)
  if (!Array.isArray(rows)) {
    throw invalidAnswer(
      `The API's answer breaks the contract: ${what} is not a list`,
      'Nothing is concluded from it. Check that --api-url is the address of a BIMData API.',
    )
  }
  const items = rows.map(read).filter(item => item !== null)
  return { items, whole: items.length === rows.length && !isPartial(answer) }
}

export function readCloud(row: unknown): CloudRef | null {
  if (!isObject(row)) return null
  const { id, name } = row
  return isId(id) && typeof name === 'string' ? { id, name } : null
}

/** Without an e-mail address, people cannot be told apart. */
export function readMember(row: unknown): CloudMember | null {
  if (!isObject(row)) return null
  const { id = null, email, cloud_role: role } = row
  if (typeof email !== 'string' || (id !== null && !isId(id))) return null
  return { id, email, role: typeof role === 'number' ? role : null }
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value)
