import type { StartVisit } from '../../execute/api.js'
import type { Invitation } from '../../model/invitation.js'

/** Every invitation of a list that may have to be read more than once, by id. */
export async function readAll(
  list: (start: StartVisit) => Promise<void>,
  wanted: (invitation: Invitation) => boolean = () => true,
): Promise<readonly Invitation[]> {
  let found: Invitation[] = []
  await list(() => {
    found = []
    return invitation => {
      if (wanted(invitation)) found.push(invitation)
    }
  })
  return found.sort((a, b) => a.id - b.id)
}
