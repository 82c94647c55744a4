import { type Invitation, type InvitationView, viewOf } from '../model/invitation.js'
import type { Effect, Manifest, Protection, Removal, Rule, Strength } from '../model/manifest.js'
import type { RuleRef, UserView } from '../model/plan.js'
import type { RemovalRecord, RemovalRecords } from '../model/state.js'
import { emailKey } from '../model/text.js'
import { invitationAddress, userAddress } from './address.js'
import { type Decision, decide, ruleRef } from './decide.js'
import { indexRules, type RuleIndex, type Subject, subjectOf } from './match.js'
import { indexProtections, protectionSource } from './protect.js'
import { isExpired } from './reconcile.js'
import { decideUser, trackUsers, type UserDecision } from './users.js'

/** A rule that matches, and what it counted for. */
export interface RuleMatch {
  readonly rule: RuleRef
  readonly effect: Effect
  readonly strength: Strength
  /** The last day on which it applies; null for ever. */
  readonly until: string | null
  /** `wins`, says the same as the winner, was `overruled`, or would have matched but is past its `until`. */
  readonly standing: 'wins' | 'agrees' | 'overruled' | 'expired'
}

export interface InvitationExplanation {
  readonly address: string
  readonly invitation: InvitationView
  /** The strongest first; those that are expired last. */
  readonly rules: readonly RuleMatch[]
  /** Why the first is the first; null where none matches. */
  readonly because: string | null
  /** The entry under `users.remove` of the address, and what protects it. */
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
  readonly decision: UserDecision
}

export interface ExplainInput {
  readonly manifest: Manifest
  readonly records: RemovalRecords
  readonly now: Date
  /** Held outside the manifest. */
  readonly protect: readonly Protection[]
}

export interface Explainer {
  invitation(invitation: Invitation): InvitationExplanation
  /** Null where `users.remove` does not list the address. `invitations`: all of that address, as they are live. */
  user(email: string, invitations: readonly Invitation[]): UserExplanation | null
}

/** Says of single invitations and users what a plan would do with them, and why. */
export function startExplain({ manifest, records, now, protect }: ExplainInput): Explainer {
  const inForce = indexRules(manifest.rules.filter(rule => !isExpired(rule, now)))
  const expired = indexRules(manifest.rules.filter(rule => isExpired(rule, now)))
  const protectionOf = indexProtections([...manifest.protect, ...protect])
  const removals = new Map(manifest.removals.map(removal => [removal.key, removal]))

  function invitation(live: Invitation): InvitationExplanation {
    const subject = subjectOf(live)
    const removal = removals.get(subject.key) ?? null
    const protection = removal ? protectionOf(removal.key) : null
    return {
      address: invitationAddress(live.id),
      invitation: viewOf(live),
      ...matchesOf(subject, inForce, expired),
      removal: removal ? ruleRef(removal) : null,
      protection: protectionRef(protection),
      decision: decide(subject, protection ? null : removal, { matches: inForce, manifest }),
    }
  }

  function user(email: string, invitations: readonly Invitation[]): UserExplanation | null {
    const removal = removals.get(emailKey(email))
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
      decision: decideUser(removal, view, record, protection),
    }
  }

  return { invitation, user }
}

function matchesOf(
  subject: Subject,
  inForce: RuleIndex,
  expired: RuleIndex,
): Pick<InvitationExplanation, 'rules' | 'because'> {
  const rules = inForce(subject)
  const [winner] = rules
  const standing = (rule: Rule) => (rule === winner ? 'wins' : rule.effect === winner?.effect ? 'agrees' : 'overruled')
  return {
    rules: [
      ...rules.map(rule => matchOf(rule, standing(rule))),
      ...expired(subject).map(rule => matchOf(rule, 'expired')),
    ],
    because: winner ? becauseOf(winner, rules) : null,
  }
}

const matchOf = (rule: Rule, standing: RuleMatch['standing']): RuleMatch => ({
  rule: ruleRef(rule),
  effect: rule.effect,
  strength: rule.strength,
  until: rule.until,
  standing,
})

/** Names the first word of the order that told the winner from the strongest rule that it overrules. */
function becauseOf(winner: Rule, rules: readonly Rule[]): string {
  const beaten = rules.find(({ effect }) => effect !== winner.effect)
  if (!beaten) return rules.length === 1 ? 'it is the only rule that matches' : 'all rules that match say the same'
  if (winner.strength === beaten.strength) return 'among equals deny beats accept'
  return winner.strength === 'id'
    ? 'a rule with an id beats all others'
    : 'a rule with an exact e-mail beats one without'
}

const protectionRef = (protection: Protection | null): ProtectionRef | null =>
  protection && { pattern: protection.pattern, by: protectionSource(protection) }

function viewOfUser(removal: Removal, invitations: readonly Invitation[], records: RemovalRecords): UserView {
  const users = trackUsers([removal.key], records)
  for (const invitation of invitations) {
    if (viewOf(invitation).status === 'accepted') users.observeAccepted(emailKey(invitation.email), invitation)
  }
  return users.view(removal.email, removal.key)
}
