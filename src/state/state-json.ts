import type { RemovalRecord } from '../model/removal-record.js'

/** A removal as read. `accepted_invitations` is required: without it, each of them would count as a return. */
export interface RemovalJson extends Pick<RemovalRecord, 'outcome' | 'at' | 'accepted_invitations'> {
  readonly reason?: string | null
  readonly plan_digest?: string
}

/** The document of schemas/state.schema.json. */
export interface StateJson {
  readonly version: 1
  readonly serial: number
  readonly lineage: string
  readonly api_url: string
  readonly removals: Readonly<Record<string, RemovalJson>>
}
