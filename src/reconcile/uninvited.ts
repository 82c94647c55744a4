import { type Invitation, invitationOf } from '../model/invitation.js'
import type { Manifest, Rule } from '../model/manifest.js'
import { type Decision, decide } from './decide.js'
import { indexRules, subjectOf } from './match.js'
import type { Policy } from './policy.js'
import { matchOf, outcomesOf, type RuleOutcomes } from './rule-outcome.js'

export interface AddressRules extends RuleOutcomes {
  /** The decision on a pending invitation that is matched only by rules on the address alone. */
  readonly decision: Decision
}

/**
 * The rules that name an address, exactly or by a wildcard, as they would apply to an invitation of it. Those with no
 * other criterion decide; then come those with more criteria, those still to come, and the expired ones.
 */
export function rulesOfAddress(
  email: string,
  manifest: Pick<Manifest, 'unmatched' | 'unmatchedAt'>,
  { inForce, coming, expired }: Pick<Policy, 'inForce' | 'coming' | 'expired'>,
): AddressRules {
  const invitation = pendingOf(email)
  const matching = (rules: readonly Rule[]) =>
    indexRules(rules.filter(namesAddress).map(byEmailAlone))(subjectOf(invitation))
  const deciding = matching(inForce.filter(rule => !asksForMore(rule)))
  const { rules, because } = outcomesOf(deciding, null)
  return {
    rules: [
      ...rules,
      ...matching(inForce.filter(asksForMore)).map(rule => matchOf(rule, 'depends')),
      ...matching(coming).map(rule => matchOf(rule, 'coming')),
      ...matching(expired).map(rule => matchOf(rule, 'expired')),
    ],
    because,
    decision: decide(invitation, deciding, null, manifest),
  }
}

type NamingRule = Rule & { readonly selector: { readonly email: string } }

const namesAddress = (rule: Rule): rule is NamingRule => rule.selector.email !== undefined

const asksForMore = ({ selector }: Rule): boolean => Object.keys(selector).some(key => key !== 'email')

/** The rule without its other criteria. */
const byEmailAlone = (rule: NamingRule): Rule => ({ ...rule, selector: { email: rule.selector.email } })

/** Stands for any invitation of the address: rules with more criteria are never matched against it. */
const pendingOf = (email: string): Invitation =>
  invitationOf({ id: 0, email, status: 'P', cloud_name: '', cloud_role: 0 })
