import type { Clouds } from '../model/clouds.js'
import type { Invitation } from '../model/invitation.js'
import type { RemovalRecord } from '../model/removal-record.js'

/** With the API's raw status, and every field present. */
export type SnapshotInvitation = Omit<Invitation, 'status' | 'raw_status'> & { readonly status: string }

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
