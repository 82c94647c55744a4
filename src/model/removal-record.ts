/** One removal as the state file remembers it (schemas/state.schema.json). */
export interface RemovalRecord {
  /** `absent`: the API did not know the user at the first attempt. */
  readonly outcome: 'removed' | 'absent'
  /** RFC 3339, UTC. */
  readonly at: string
  readonly reason: string | null
  /** Ids of the user's accepted invitations at the time of the removal: another one means they have returned. */
  readonly accepted_invitations: readonly number[]
  /** Empty if unknown. */
  readonly plan_digest: string
}

/** By `emailKey` of the removed address. A Map, so that no address can reach a prototype. */
export type RemovalRecords = ReadonlyMap<string, RemovalRecord>
