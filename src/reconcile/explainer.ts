import type { RuleRef, UserView } from '../model/action.js'
import { emailKey } from '../model/email-address.js'
import { type Invitation, type InvitationView, viewOf } from '../model/invitation.js'
import type { Manifest, Protection, Removal } from '../model/manifest.js'
import type { RemovalRecord, RemovalRecords } from '../model/removal-record.js'
import { type Decision, ruleRef } from './decide.js'
import { indexRules } from './match.js'
import { policyOf } from './policy.js'
import { protectionSource } from './protect.js'
import { invitationAddress, userAddress } from './resource-address.js'
import { matchOf, outcomesOf, type RuleOutcomes } from './rule-outcome.js'
import { type AddressRules, rulesOfAddress } from './uninvited.js'
import { decideUser, trackUsers, type UserDecision } from './users.js'

export interface InvitationExplanation extends RuleOutcomes {
  readonly address: string
  readonly invitation: InvitationView
  /** The address's entry under `users.remove`, and what protects it. */
  readonly removal: RuleRef | null
  readonly protection: ProtectionRef | null
  readonly decision: Decision
}

export interface ProtectionRef {
  readonly pattern: string
  /** `file:line:column`, `--protect` or `GUESTLIST_PROTECT`. */
  readonly by: string
}

export interface UserExplanation {
  readonly address: string
  readonly user: UserView
  readonly removal: RuleRef
  readonly protection: ProtectionRef | null
  readonly record: RemovalRecord | null
  /** `coming`: nothing is done before `from`. */
  readonly decision: UserDecision | { readonly kind: 'coming'; readonly from: string | null }
}

/** What is known about an address without an invitation. */
export interface UninvitedExplanation extends AddressRules {
  /** In the form of `emailKey`. */
  readonly email: string
  readonly protection: ProtectionRef | null
  readonly record: RemovalRecord | null
}

export interface ExplainInput {
  readonly manifest: Manifest
  readonly records: RemovalRecords
  readonly now: Date
  /** Set outside the manifest. */
  readonly protect: readonly Protection[]
}

export interface Explainer {
  invitation(invitation: Invitation): InvitationExplanation
  /** Null if `users.remove` does not list the address. `invitations`: all live ones of that address. */
  user(email: string, invitations: readonly Invitation[]): UserExplanation | null
  /** For an address without an invitation that is not under `users.remove`; null if nothing is known about it. */
  uninvited(email: string): UninvitedExplanation | null
}

/** Explains what a plan would do with single invitations and users, and why. */
export function startExplain({ manifest, records, now, protect }: ExplainInput): Explainer {
  const policy = policyOf(manifest, now, protect)
  const { removals, comingRemovals, protectionOf } = policy
  const [expired, coming] = [indexRules(policy.expired), indexRules(policy.coming)]

  function invitation(live: Invitation): InvitationExplanation {
    const { subject, removal, protection, rules, decision } = policy.decide(live)
    const effective = protection || decision.kind === 'contradiction' ? null : removal
    const outcomes = outcomesOf(rules, effective)
    return {
      address: invitationAddress(live.id),
      invitation: viewOf(live),
      rules: [
        ...outcomes.rules,
        ...coming(subject).map(rule => matchOf(rule, 'coming')),
        ...expired(subject).map(rule => matchOf(rule, 'expired')),
      ],
      because: outcomes.because,
      removal: removal ? ruleRef(removal) : null,
      protection: protectionRef(protection),
      decision,
    }
  }

  function user(email: string, invitations: readonly Invitation[]): UserExplanation | null {
    const key = emailKey(email)
    const removal = removals.get(key) ?? comingRemovals.get(key)
    if (!removal) return null
    const protection = protectionOf(removal.key)
    const record = records.get(removal.key)
    const view = viewOfUser(removal, invitations, records)
    return {
      address: userAddress(removal.key),
      user: view,
      removal: ruleRef(removal),
      protection: protectionRef(protection),
      record: record ?? null,
      decision: comingRemovals.has(key)
        ? { kind: 'coming', from: removal.from }
        : decideUser(removal, view, record, protection),
    }
  }

  function uninvited(email: string): UninvitedExplanation | null {
    const key = emailKey(email)
    const known = rulesOfAddress(key, manifest, policy)
    const protection = protectionRef(protectionOf(key))
    const record = records.get(key) ?? null
    return known.rules.length === 0 && !protection && !record ? null : { email: key, ...known, protection, record }
  }

  return { invitation, user, uninvited }
}

const protectionRef = (protection: Protection | null): ProtectionRef | null =>
  protection && { pattern: protection.pattern, by: protectionSource(protection) }

function viewOfUser(removal: Removal, invitations: readonly Invitation[], records: RemovalRecords): UserView {
  const users = trackUsers([removal.key], records)
  for (const invitation of invitations) {
    if (invitation.status === 'accepted') users.observeAccepted(emailKey(invitation.email), invitation)
  }
  return users.view(removal.email, removal.key)
}
