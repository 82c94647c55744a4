import { createRuleset, invitationAt } from '../lint/ruleset.js'
import type { Invitation } from '../model/invitation.js'
import type { Manifest } from '../model/manifest.js'

/** For each rule that applies an invitation that it matches, and one that most manifests leave alone. */
export function typicalInvitations(manifest: Manifest, now: Date): readonly Invitation[] {
  const { rules, space } = createRuleset(manifest, [], now)
  const taken = new Set(rules.flatMap(({ selector }) => selector.id ?? []))
  let free = 1
  const nextId = (): number => {
    while (taken.has(free)) free++
    return free++
  }
  const points = rules.flatMap(({ box, selector }) => {
    const point = space.common([box])
    return point ? [{ point, id: selector.id }] : []
  })
  const nobody = space.common([])
  return [...points, ...(nobody ? [{ point: nobody, id: undefined }] : [])].map(({ point, id }) => ({
    ...invitationAt(point),
    id: id ?? nextId(),
  }))
}
