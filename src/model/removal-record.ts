/** One removal as the state file remembers it (schemas/state.schema.json). */
export interface RemovalRecord {
  /** `absent`: the API did not know the user at the first try. */
  readonly outcome: 'removed' | 'absent'
  /** RFC 3339, UTC. */
  readonly at: string
  readonly reason: string | null
  /** Ids of the user's invitations that were accepted when they were removed: a later one means they returned. */
  readonly accepted_invitations: readonly number[]
  /** Empty where it is not known. */
  readonly plan_digest: string
}

/** By `emailKey` of the removed address. A Map, so that no address can reach a prototype. */
export type RemovalRecords = ReadonlyMap<string, RemovalRecord>
