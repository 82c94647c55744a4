import type { ActionReason, OverruledRef, RuleRef } from '../model/action.js'
import type { Invitation, Status } from '../model/invitation.js'
import type { Effect, Manifest, Removal, Rule } from '../model/manifest.js'
import type { Unchanged } from '../model/plan.js'

/** What to do with one invitation, and why. */
export type Decision =
  | { readonly kind: 'act'; readonly effect: Effect; readonly why: ActionReason; readonly basis: Basis }
  | { readonly kind: 'keep'; readonly why: Unchanged['why']; readonly basis: Basis | null }
  /** An `id` rule accepts an invitation of a user who is to be removed. */
  | { readonly kind: 'contradiction'; readonly rule: Rule; readonly removal: Removal }

/** What a decision rests on: the winning rule and those it overruled. */
export interface Basis {
  readonly rule: RuleRef
  readonly overruled: readonly OverruledRef[]
  readonly impliedBy: Removal | null
}

export const ruleRef = (rule: Rule | Removal): RuleRef => ({
  ...rule.at,
  name: 'name' in rule ? rule.name : null,
  owner: 'owner' in rule ? rule.owner : null,
  reason: rule.reason,
})

/**
 * | status | decided accept | decided deny | no rule |
 * | --- | --- | --- | --- |
 * | pending | accept | deny | by `unmatched`; else left alone and counted |
 * | denied | accept | nothing | nothing |
 * | accepted | nothing | nothing, with a warning | nothing |
 * | unknown | never touched, with a warning | same | same |
 *
 * A removal (`removal`; null where the user stays or is protected) denies every invitation of the user, whatever the
 * rules say. If one were accepted, the user would come back, and the plans would never converge. Only an `id` rule that
 * accepts one is taken to be deliberate, and is therefore a contradiction.
 *
 * @param rules those that match, strongest first
 */
export function decide(
  { status }: Pick<Invitation, 'status'>,
  rules: readonly Rule[],
  removal: Removal | null,
  manifest: Pick<Manifest, 'unmatched' | 'unmatchedAt'>,
): Decision {
  if (status === 'unknown') return { kind: 'keep', why: 'unknown_status', basis: basisOf(rules) }
  if (removal) return decideForRemoved(status, rules, removal)
  const winner = rules[0]
  const basis = basisOf(rules)
  if (winner && basis) {
    const why = winner.effect === 'accept' ? 'accept_by_rule' : 'deny_by_rule'
    return decideByEffect(status, winner.effect, why, basis)
  }
  if (status !== 'pending') return { kind: 'keep', why: 'no_rule', basis: null }
  if (manifest.unmatched === 'ignore' || !manifest.unmatchedAt) return { kind: 'keep', why: 'unmatched', basis: null }
  const why = manifest.unmatched === 'accept' ? 'accept_by_unmatched' : 'deny_by_unmatched'
  const rule = { ...manifest.unmatchedAt, name: null, owner: null, reason: null }
  return decideByEffect(status, manifest.unmatched, why, { rule, overruled: [], impliedBy: null })
}

function decideByEffect(status: Exclude<Status, 'unknown'>, effect: Effect, why: ActionReason, basis: Basis): Decision {
  if (effect === 'accept') {
    return status === 'accepted' ? { kind: 'keep', why: 'already_right', basis } : { kind: 'act', effect, why, basis }
  }
  switch (status) {
    case 'pending':
      return { kind: 'act', effect, why, basis }
    case 'denied':
      return { kind: 'keep', why: 'already_right', basis }
    case 'accepted':
      return { kind: 'keep', why: 'accepted_but_denied', basis }
    default:
      return status satisfies never
  }
}

function decideForRemoved(status: Exclude<Status, 'unknown'>, rules: readonly Rule[], removal: Removal): Decision {
  const winner = rules[0]
  const basis = { rule: ruleRef(removal), overruled: overruledBy('deny', rules), impliedBy: removal }
  if (status === 'accepted') return { kind: 'keep', why: 'already_right', basis }
  if (winner?.strength === 'id' && winner.effect === 'accept') return { kind: 'contradiction', rule: winner, removal }
  const own = winner?.effect === 'deny' ? basisOf(rules) : null
  return own
    ? decideByEffect(status, 'deny', 'deny_by_rule', own)
    : decideByEffect(status, 'deny', 'deny_by_removal', basis)
}

function basisOf(rules: readonly Rule[]): Basis | null {
  const winner = rules[0]
  return winner ? { rule: ruleRef(winner), overruled: overruledBy(winner.effect, rules), impliedBy: null } : null
}

function overruledBy(effect: Effect, rules: readonly Rule[]): readonly OverruledRef[] {
  return rules.filter(rule => rule.effect !== effect).map(rule => ({ ...ruleRef(rule), effect: rule.effect }))
}
