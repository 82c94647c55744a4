import { type Action, isAccountRemoval } from '../model/action.js'
import type { Guards } from '../model/manifest.js'
import { GUARD_CODES, type GuardName, type Refusal } from '../model/plan.js'
import { plural } from '../model/text.js'

/** The clouds lost are known only after planning: see `loss/`. */
type CountedGuard = Exclude<GuardName, 'maxCloudsLost'>

const COUNTED = {
  maxAccepts: { action: 'accept', noun: 'accept', override: 'guards.maxAccepts in the manifest' },
  maxDenials: { action: 'deny', noun: 'denial', override: 'guards.maxDenials in the manifest' },
  maxRemovals: {
    action: 'remove',
    noun: 'removal',
    override: '--max-removals, or guards.maxRemovals in the manifest',
  },
} as const satisfies Record<CountedGuard, { action: Action['action']; noun: string; override: string }>

/** Demands approvals, of plans that remove somebody or of every plan that changes something. */
export interface ApprovalDemand {
  readonly count: number
  readonly for: 'removals' | 'all'
}

/** How many approvals a plan needs: the largest of the demands that apply to it, or 0. */
export function requiredApprovals(actions: readonly Action[], demands: readonly ApprovalDemand[]): number {
  const removes = actions.some(isAccountRemoval)
  const met = demands.filter(demand => (demand.for === 'all' ? actions.length > 0 : removes))
  return Math.max(0, ...met.map(({ count }) => count))
}

/** A person counts once, whether removed at the API, in Keycloak or both. */
const people = (actions: readonly Action[]): number =>
  new Set(
    actions.flatMap(each =>
      each.action === 'remove' ? [each.address] : each.action === 'delete' ? [each.impliedBy] : [],
    ),
  ).size

/** The demands of the manifest, and those from outside it. */
export const approvalDemandsOf = (
  { approvals }: Pick<Guards, 'approvals'>,
  outside: readonly ApprovalDemand[] = [],
): readonly ApprovalDemand[] => [{ count: approvals.removals ?? 0, for: 'removals' }, ...outside]

const GUARD_NAMES = ['maxAccepts', 'maxDenials', 'maxRemovals'] as const satisfies readonly CountedGuard[]

/** The guards that a plan exceeds. Checked before anything is sent; a single one stops the whole plan. */
export function checkGuards(actions: readonly Action[], guards: Pick<Guards, CountedGuard>): readonly Refusal[] {
  return GUARD_NAMES.flatMap(guard => {
    const limit = guards[guard]
    const { action, noun, override } = COUNTED[guard]
    const planned = action === 'remove' ? people(actions) : actions.filter(each => each.action === action).length
    if (limit === null || planned <= limit) return []
    const message = `Guard ${guard}: ${plural(planned, noun)} planned, at most ${limit} allowed in one apply. If that is intended, raise the limit to ${planned} by ${override}.`
    return [{ kind: 'guard' as const, code: GUARD_CODES[guard], guard, planned, limit, message }]
  })
}
