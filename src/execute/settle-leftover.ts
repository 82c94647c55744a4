import type { LeftoverAction } from '../model/action.js'
import { ApiError } from '../model/api-error.js'
import { isSameJson } from '../model/json.js'
import type { Outcome, Result } from '../model/report.js'
import { attemptOnce } from './attempt.js'
import type { ExecutionContext } from './execution-context.js'

/**
 * Deletes one user in Keycloak whose removal at the API succeeded, now or in an earlier run.
 *
 * | under this id Keycloak has | result |
 * | --- | --- |
 * | the user as shown | deleted, then looked up again |
 * | nobody | confirmed: the API passed its deletion on, or somebody else deleted the user |
 * | anything else | failed, and left alone |
 * | unknown: the user cannot be read | failed, and left alone |
 */
export async function settleLeftover(action: LeftoverAction, run: ExecutionContext): Promise<Result> {
  const end = (outcome: Outcome, attempts: number, status: number | null): Result => ({
    action,
    outcome,
    attempts,
    status,
  })
  const { keycloak } = run
  if (keycloak === null) return end({ kind: 'failed', why: 'Keycloak is not connected' }, 0, null)
  const { id } = action.before
  try {
    const live = await keycloak.get(id)
    if (live === null) return end({ kind: 'confirmed' }, 0, null)
    if (!isSameJson(live, action.before))
      return end({ kind: 'failed', why: 'the user in Keycloak is no longer as shown' }, 0, null)
    const { status, error } = await attemptOnce({ action, call: 'delete', attempt: 1 }, () => keycloak.delete(id), {
      ...run,
      halt: () => undefined,
      reached: () => undefined,
    })
    const after = await keycloak.get(id)
    if (after === null) return end({ kind: error === null ? 'done' : 'confirmed' }, 1, status)
    return end({ kind: 'failed', why: error?.message ?? 'Keycloak still shows the user after the deletion' }, 1, status)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return end({ kind: 'failed', why: error.message }, 0, error.status)
  }
}
