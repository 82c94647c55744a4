import { Ajv, type ValidateFunction } from 'ajv'
import schema from '../../schemas/state.schema.json' with { type: 'json' }
import type { RemovalRecord } from '../model/state.js'

/** The document of schemas/state.schema.json. */
export interface StateJson {
  readonly version: 1
  readonly serial: number
  readonly lineage: string
  readonly api_url: string
  readonly removals: Readonly<Record<string, RemovalRecord>>
}

export const validateState: ValidateFunction<StateJson> = new Ajv({ allowUnionTypes: true }).compile<StateJson>(schema)
