import { type LeftoverDrift, leftoverDrift, leftoverDriftText } from '../../keycloak/leftovers.js'
import { findLossDrift, hasLoss, type LossDrift, lossDriftText } from '../../loss/loss-checks.js'
import { changesText } from '../../model/json.js'
import type { Plan } from '../../model/plan.js'
import { type Drift, findDrift, trackPlan } from '../../reconcile/track.js'
import type { World } from './read-world.js'

export type Drifted = readonly (Drift | LossDrift | LeftoverDrift)[]

/** Finds everything that has changed since the plan was made. */
export async function driftOf(plan: Plan, { list, records, clouds: readClouds, keycloak }: World): Promise<Drifted> {
  const tracker = await list(() => trackPlan(plan))
  const drifted = findDrift(plan, tracker.finish(records))
  const clouds = hasLoss(plan) ? await readClouds() : null
  const lost = clouds === null ? [] : findLossDrift(plan, clouds)
  const left = keycloak === null ? [] : await leftoverDrift(plan, keycloak)
  return [...drifted, ...lost, ...left]
}

/** One line per changed item, saying what changed. */
export function driftText(drifted: Drifted): string {
  return drifted.map(drift => `  ${drift.address}: ${driftedHow(drift)}`).join('\n')
}

const isLeftoverDrift = (drift: Drifted[number]): drift is LeftoverDrift =>
  drift.planned !== null && 'username' in drift.planned

const isLossDrift = (drift: Drift | LossDrift): drift is LossDrift => drift.live !== null && 'seen' in drift.live

function driftedHow(drift: Drifted[number]): string {
  if (isLeftoverDrift(drift)) return leftoverDriftText(drift)
  if (isLossDrift(drift)) return lossDriftText(drift)
  const { planned, live } = drift
  if (live === null) return 'is no longer listed'
  if (planned !== null) return changesText(planned, live)
  return `is new: a pending invitation of ${live.email}, who is to be removed, and would come back with it`
}
