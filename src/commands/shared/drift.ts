import type { Plan } from '../../model/plan.js'
import { canonicalJson } from '../../model/text.js'
import { type Drift, findDrift, trackPlan } from '../../reconcile/track.js'
import type { World } from './read-world.js'

export type Drifted = readonly Drift[]

/** What of a plan is no longer as it was planned from. */
export async function driftOf(plan: Plan, { list, records }: World): Promise<Drifted> {
  return list(async batches => {
    const tracker = trackPlan(plan)
    for await (const batch of batches) for (const invitation of batch) tracker.observe(invitation)
    return findDrift(plan, tracker.finish(records))
  })
}

/** One line for each changed item, and what changed in it. */
export function driftText(drifted: Drifted): string {
  return drifted.map(({ address, planned, live }) => `  ${address}: ${driftedHow(planned, live)}`).join('\n')
}

function driftedHow(planned: Drift['planned'], live: Drift['live']): string {
  if (live === null) return 'is no longer listed'
  if (planned !== null) return changed(planned, live)
  return `is new: a pending invitation of ${live.email}, who is to be removed, and would come back with it`
}

function changed(planned: object, live: object): string {
  const before = new Map<string, unknown>(Object.entries(planned))
  return Object.entries(live)
    .filter(([name, value]) => canonicalJson(before.get(name)) !== canonicalJson(value))
    .map(([name, value]) => `${name} was ${JSON.stringify(before.get(name))}, is ${JSON.stringify(value)}`)
    .join('; ')
}
