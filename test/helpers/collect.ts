import type { Batches } from '../../src/execute/api.js'
import type { Invitation } from '../../src/model/invitation.js'

/** All invitations from one attempt at reading the list. */
export async function collect(batches: Batches): Promise<Invitation[]> {
  const found: Invitation[] = []
  for await (const batch of batches) found.push(...batch)
  return found
}
