import { type Action, isAccountRemoval } from '../model/action.js'
import type { Guards } from '../model/manifest.js'
import { GUARD_CODES, type GuardName, type Refusal } from '../model/plan.js'
import { plural } from '../model/text.js'

/** What clouds are lost is known only after planning: see the folder loss. */
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

/** So many approvals are asked for, of plans that remove somebody or of every plan that changes something. */
export interface ApprovalDemand {
  readonly count: number
  readonly for: 'removals' | 'all'
}

/** How many approvals a plan needs: the strictest of the demands that it falls under, 0 where it falls under none. */
export function requiredApprovals(actions: readonly Action[], demands: readonly ApprovalDemand[]): number {
  const removes = actions.some(isAccountRemoval)
  const met = demands.filter(demand => (demand.for === 'all' ? actions.length > 0 : removes))
  return Math.max(0, ...met.map(({ count }) => count))
}

/** A person counts once, whether they go at the API, in Keycloak or both. */
const people = (actions: readonly Action[]): number =>
  new Set(
    actions.flatMap(each =>
      each.action === 'remove' ? [each.address] : each.action === 'delete' ? [each.impliedBy] : [],
    ),
  ).size

/** What the manifest and what is outside it ask for. */
export const approvalDemandsOf = (
  { approvals }: Pick<Guards, 'approvals'>,
  outside: readonly ApprovalDemand[] = [],
): readonly ApprovalDemand[] => [{ count: approvals.removals ?? 0, for: 'removals' }, ...outside]

const GUARD_NAMES = ['maxAccepts', 'maxDenials', 'maxRemovals'] as const satisfies readonly CountedGuard[]

/** The guards that a plan goes over. Counted before anything is sent; one is enough for nothing to be done. */
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
