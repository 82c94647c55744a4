import type { ReadList } from '../../execute/api.js'
import type { Invitation } from '../../model/invitation.js'

/** Every wanted invitation of the list, by id. */
export async function readAll(
  list: ReadList,
  wanted: (invitation: Invitation) => boolean = () => true,
  status?: string,
): Promise<readonly Invitation[]> {
  const found = await list(async batches => {
    const kept: Invitation[] = []
    for await (const batch of batches) for (const invitation of batch) if (wanted(invitation)) kept.push(invitation)
    return kept
  }, status)
  return found.sort((a, b) => a.id - b.id)
}
