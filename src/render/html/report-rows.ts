import { type Action, isInvitationAction, type RuleRef, STATUS_AFTER } from '../../model/action.js'
import { type InvitationView, statusText } from '../../model/invitation.js'
import type { Plan, Refusal, Unchanged } from '../../model/plan.js'
import { placeText } from '../../model/problem.js'
import { shown } from '../escape/html.js'
import { DENIED_BEFORE, gravestFirst, lossSentences, WHY, wasDeniedBefore } from '../text/words.js'

/** What became of an invitation or user, gravest first. */
export const DECISIONS = {
  remove: 'Remove',
  refuse: 'Refused',
  deny: 'Deny',
  accept: 'Accept',
  left: 'Left alone',
  none: 'No rule',
  right: 'Already right',
} as const

export type RowDecision = keyof typeof DECISIONS

/** A row of the report's table, as short as possible: there may be 100,000. Read by report-page.js. */
export type ReportRow = readonly [
  decision: RowDecision,
  email: string,
  /** Null for a user. */
  id: number | null,
  before: string,
  /** Empty if unchanged. */
  after: string,
  clouds: readonly string[],
  cloudRole: string,
  project: string,
  projectRole: string,
  /** Empty if there is no rule. */
  rule: string,
  reason: string,
]

/** Every action and refusal, and unchanged items if the plan has them. Strings have been through `shown`. */
export function reportRows(plan: Plan): readonly ReportRow[] {
  const refused = new Set(plan.refused.flatMap(refusal => (refusal.kind === 'protected' ? [refusal.address] : [])))
  return [
    ...gravestFirst(plan.actions).map(actionRow),
    ...plan.refused.flatMap(refusal => (refusal.kind === 'protected' ? [refusedRow(refusal)] : [])),
    ...plan.unchanged.filter(({ address, why }) => why !== 'protected' || !refused.has(address)).map(unchangedRow),
  ]
}

function actionRow(action: Action): ReportRow {
  const reason = [action.rule.name ?? '', action.rule.reason ?? '', ...notes(action)]
  const rule = shown(placeText(action.rule))
  const why = shown(reason.filter(part => part !== '').join('; '))
  if (isInvitationAction(action))
    return invitationRow(action.action, action.before, STATUS_AFTER[action.action], rule, why)
  if (action.action === 'delete')
    return ['remove', shown(action.before.email), null, 'user', 'removed', ['Keycloak'], '', '', '', rule, why]
  const { email, clouds } = action.before
  return ['remove', shown(email), null, 'user', 'removed', clouds.map(shown), '', '', '', rule, why]
}

/** What the rule and its reason do not tell. */
function notes(action: Action): readonly string[] {
  const { why, overruled, impliedBy, address, before } = action
  const respelled = action.action === 'remove' && !address.endsWith(`.${before.email}`)
  return [
    ...(wasDeniedBefore(action) ? [DENIED_BEFORE] : []),
    ...(respelled ? [`sent as ${before.email}`] : []),
    ...(action.action === 'remove' ? lossSentences(action.loss) : []),
    ...(why.endsWith('_by_rule') ? [] : [WHY[why]]),
    ...(impliedBy === null ? [] : [`implied by ${impliedBy}`]),
    ...overruled.map(other => `overrules ${placeText(other)} (${other.effect})`),
  ]
}

const refusedRow = ({ email, rule, pattern, protected_by }: Extract<Refusal, { kind: 'protected' }>): ReportRow => [
  'refuse',
  shown(email),
  null,
  'user',
  '',
  [],
  '',
  '',
  '',
  shown(placeText(rule)),
  shown(`protected by "${pattern}" (${protected_by})`),
]

const DECISION_OF = {
  already_right: 'right',
  unmatched: 'none',
  no_rule: 'none',
  accepted_but_denied: 'left',
  unknown_status: 'left',
  not_targeted: 'left',
  no_removals: 'left',
  not_yet: 'left',
  protected: 'left',
} as const satisfies Record<Unchanged['why'], RowDecision>

function unchangedRow({ before, why, rule }: Unchanged): ReportRow {
  const decision = DECISION_OF[why]
  const reason = shown([rule?.reason ?? '', WHY[why]].filter(part => part !== '').join('; '))
  if ('id' in before) return invitationRow(decision, before, '', placeOf(rule), reason)
  const { email, clouds, recorded } = before
  const status = recorded === null ? 'user' : `user, ${recorded}`
  return [decision, shown(email), null, status, '', clouds.map(shown), '', '', '', placeOf(rule), reason]
}

const placeOf = (rule: RuleRef | null): string => (rule === null ? '' : shown(placeText(rule)))

function invitationRow(
  decision: RowDecision,
  view: InvitationView,
  after: string,
  rule: string,
  why: string,
): ReportRow {
  const role = (value: string | number | null) => (value === null ? '' : shown(String(value)))
  return [
    decision,
    shown(view.email),
    view.id,
    shown(statusText(view)),
    after,
    [shown(view.cloud_name)],
    role(view.cloud_role),
    shown(view.project_name ?? ''),
    role(view.project_role),
    rule,
    why,
  ]
}
