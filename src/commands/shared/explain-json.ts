import type { Action } from '../../model/plan.js'
import { userAddress } from '../../reconcile/address.js'
import { type Decision, ruleRef } from '../../reconcile/decide.js'
import type { InvitationExplanation, UninvitedExplanation, UserExplanation } from '../../reconcile/explain.js'

/** What `explain` found of its subject. */
export interface Explained {
  readonly invitations: readonly InvitationExplanation[]
  /** The user under `users.remove`. */
  readonly user: UserExplanation | null
  /** Of an address with neither. */
  readonly uninvited: UninvitedExplanation | null
}

/** The JSON of `explain`, whose members have the names that a plan's have. */
export const explainDocument = ({ invitations, user, uninvited }: Explained) => ({
  format_version: '1.0',
  invitations: invitations.map(withDecision),
  user: user && { ...user, decision: userDecision(user.decision) },
  uninvited: uninvited && withDecision(uninvited),
})

const withDecision = <T extends { readonly decision: Decision }>(explained: T) => ({
  ...explained,
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
