import { type Invitation, invitationOf } from '../model/invitation.js'
import type { Manifest, Rule } from '../model/manifest.js'
import { type Decision, decide } from './decide.js'
import { isComing, isExpired, isInForce } from './in-force.js'
import { indexRules, subjectOf } from './match.js'
import { matchOf, type Standings, standingsOf } from './standing.js'

export interface AddressRules extends Standings {
  /** Of a pending invitation that only rules by the address alone match. */
  readonly decision: Decision
}

/**
 * The rules that name an address, exactly or by wildcards, as they would stand for an invitation of it: those that look at
 * nothing else decide; behind them those that ask for more, and then those that are expired.
 */
export function rulesOfAddress(email: string, manifest: Manifest, now: Date): AddressRules {
  const subject = subjectOf(pendingOf(email))
  const matching = (rules: readonly NamingRule[]) => indexRules(rules.map(byEmailAlone))(subject)
  const named = manifest.rules.filter(namesAddress)
  const inForce = named.filter(rule => isInForce(rule, now))
  const deciding = matching(inForce.filter(rule => !asksForMore(rule)))
  const depending = matching(inForce.filter(asksForMore))
  const coming = matching(named.filter(rule => isComing(rule, now)))
  const expired = matching(named.filter(rule => isExpired(rule, now)))
  const { rules, because } = standingsOf(deciding, null)
  return {
    rules: [
      ...rules,
      ...depending.map(rule => matchOf(rule, 'depends')),
      ...coming.map(rule => matchOf(rule, 'coming')),
      ...expired.map(rule => matchOf(rule, 'expired')),
    ],
    because,
    decision: decide(subject, null, { matches: () => deciding, manifest }),
  }
}

type NamingRule = Rule & { readonly selector: { readonly email: string } }

const namesAddress = (rule: Rule): rule is NamingRule => rule.selector.email !== undefined

const asksForMore = ({ selector }: Rule): boolean => Object.keys(selector).some(key => key !== 'email')

/** As if the rule asked for nothing else. */
const byEmailAlone = (rule: NamingRule): Rule => ({ ...rule, selector: { email: rule.selector.email } })

/** Stands for any invitation of the address: rules that look at more are not asked about it. */
const pendingOf = (email: string): Invitation =>
  invitationOf({ id: 0, email, status: 'P', cloud_name: '', cloud_role: 0 })
