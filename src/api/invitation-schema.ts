import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** What every version of the API has sent; without one of these an invitation cannot be decided on. */
const NEEDED = ['id', 'email', 'status', 'cloud_name', 'cloud_role']

type Properties = Readonly<Record<string, object>>

/**
 * The JSON Schema by which answers are checked: the contract's Invitation, read generously where older or newer
 * versions of the API differ (fewer required fields, `client_id` as a decimal string or null, no lengths), and
 * strictly where a wrong value would be acted on (an id that JavaScript cannot hold exactly).
 */
export function invitationSchema(): object {
  const url = new URL('../../schemas/bimdata-sso.openapi.yaml', import.meta.url)
  const contract: { components: { schemas: { Invitation: { properties: Properties } } } } = parse(
    readFileSync(url, 'utf8'),
  )
  const properties = Object.fromEntries(
    Object.entries(contract.components.schemas.Invitation.properties).map(([name, schema]) => [name, bare(schema)]),
  )
  return {
    type: 'object',
    required: NEEDED,
    properties: {
      ...properties,
      id: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      client_id: { type: ['integer', 'string', 'null'], pattern: '^[0-9]{1,15}$' },
      redirect_uri: true,
    },
  }
}

/** The type alone: lengths, values and annotations are the API's business. */
const bare = (schema: object): object | true => ('type' in schema ? { type: schema.type } : true)
