import type { Clouds } from '../model/clouds.js'
import type { RemovalRecord } from '../model/removal-record.js'

export interface SnapshotInvitation {
  readonly id: number
  readonly email: string
  readonly status: string
  readonly cloud_name: string
  readonly cloud_role: number
  readonly project_name: string | null
  readonly project_role: number | null
  readonly client_id: number | null
  readonly sender_provider_sub: string | null
}

/** The document of schemas/snapshot.schema.json. */
export interface SnapshotJson {
  readonly version: 1 | 2
  readonly api_url: string
  readonly taken_at: string
  readonly removals: Readonly<Record<string, RemovalRecord>>
  readonly invitations: readonly SnapshotInvitation[]
  /** Since version 2. */
  readonly clouds?: Clouds | null
}
