import type { Batches } from '../../src/execute/api.js'
import type { Invitation } from '../../src/model/invitation.js'

/** Every invitation of one attempt at the list. */
export async function collect(batches: Batches): Promise<Invitation[]> {
  const found: Invitation[] = []
  for await (const batch of batches) found.push(...batch)
  return found
}
