import type { Action } from '../../model/action.js'
import type { Place } from '../../model/problem.js'
import { type Decision, ruleRef } from '../../reconcile/decide.js'
import type { InvitationExplanation, UninvitedExplanation, UserExplanation } from '../../reconcile/explain.js'
import { userAddress } from '../../reconcile/resource-address.js'
import type { RuleOutcomes } from '../../reconcile/rule-outcome.js'

/** What `explain` found of its subject. */
export interface Explained {
  readonly invitations: readonly InvitationExplanation[]
  /** The user under `users.remove`. */
  readonly user: UserExplanation | null
  /** Of an address with neither. */
  readonly uninvited: UninvitedExplanation | null
}

/** The JSON of `explain`, whose members have the names that a plan's have. */
export const explainDocument = ({ invitations, user, uninvited }: Explained, written: Written) => ({
  format_version: '1.0',
  invitations: invitations.map(one => withDecision(one, written)),
  user: user && { ...user, decision: userDecision(user.decision) },
  uninvited: uninvited && withDecision(uninvited, written),
})

/** The lines of the rule at a place, as the manifest has them. */
type Written = (place: Place) => readonly string[]

const withDecision = <T extends RuleOutcomes & { readonly decision: Decision }>(explained: T, written: Written) => ({
  ...explained,
  rules: explained.rules.map(match => ({ ...match, text: written(match.rule).join('\n') })),
  decision: decisionJson(explained.decision),
})

function decisionJson(decision: Decision) {
  if (decision.kind === 'contradiction') {
    return { kind: decision.kind, rule: ruleRef(decision.rule), removal: ruleRef(decision.removal) }
  }
  const { basis, ...rest } = decision
  if (basis === null) return { ...rest, ground: null }
  const { rule, overruled, impliedBy } = basis
  return { ...rest, ground: { rule, overruled, implied_by: impliedBy && userAddress(impliedBy.key) } }
}

const userDecision = (decision: UserExplanation['decision']) =>
  decision.kind === 'remove' ? { ...decision, action: actionJson(decision.action) } : decision

const actionJson = ({ impliedBy, ...action }: Action) => ({ ...action, implied_by: impliedBy })
