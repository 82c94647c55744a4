import type { Invitation } from '../model/invitation.js'
import type { Manifest, Protection, Removal, Rule } from '../model/manifest.js'
import { DAY_MS } from '../model/text.js'
import { type Decision, decide } from './decide.js'
import { indexRules, type RuleIndex, type Subject, subjectOf } from './match.js'
import { indexProtections, type ProtectionIndex } from './protect.js'

/** The decision on one invitation, and what it was based on. */
export interface Decided {
  readonly subject: Subject
  /** The address's entry under `users.remove`, and what protects it. */
  readonly removal: Removal | null
  readonly protection: Protection | null
  /** The rules in force that match, strongest first. */
  readonly rules: readonly Rule[]
  readonly decision: Decision
}

/** A manifest at one moment, ready to decide: plans and explanations are both derived from it. */
export interface Policy {
  readonly inForce: readonly Rule[]
  /** Those whose first day is still to come. */
  readonly coming: readonly Rule[]
  readonly expired: readonly Rule[]
  /** Those in force that match. */
  readonly matches: RuleIndex
  readonly protectionOf: ProtectionIndex
  /** Those already due, by `emailKey` of the address. */
  readonly removals: ReadonlyMap<string, Removal>
  /** Those not yet due. */
  readonly comingRemovals: ReadonlyMap<string, Removal>
  decide(invitation: Invitation): Decided
}

/** @param protect protections set outside the manifest */
export function policyOf(manifest: Manifest, now: Date, protect: readonly Protection[] = []): Policy {
  const inForce = manifest.rules.filter(rule => isInForce(rule, now))
  const matches = indexRules(inForce)
  const protectionOf = indexProtections([...manifest.protect, ...protect])
  const removalsWhere = (coming: boolean) =>
    new Map(manifest.removals.flatMap(one => (isComing(one, now) === coming ? [[one.key, one] as const] : [])))
  const removals = removalsWhere(false)
  return {
    inForce,
    coming: manifest.rules.filter(rule => isComing(rule, now)),
    expired: manifest.rules.filter(rule => isExpired(rule, now)),
    matches,
    protectionOf,
    removals,
    comingRemovals: removalsWhere(true),
    decide(invitation) {
      const subject = subjectOf(invitation)
      const removal = removals.get(subject.key) ?? null
      const protection = removal && protectionOf(removal.key)
      const rules = matches(subject)
      const decision = decide(invitation, rules, protection ? null : removal, manifest)
      return { subject, removal, protection, rules, decision }
    },
  }
}

const beginningOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** Whether a rule's last day, in UTC, is over. */
export const isExpired = ({ until }: Pick<Rule, 'until'>, now: Date): boolean =>
  until !== null && now.getTime() >= beginningOf(until) + DAY_MS

/** Whether the first day of a rule or a removal, in UTC, has not begun. */
export const isComing = ({ from }: Pick<Rule | Removal, 'from'>, now: Date): boolean =>
  from !== null && now.getTime() < beginningOf(from)

/** Whether a rule applies now: from the beginning of its first day to the end of its last. */
export const isInForce = (rule: Pick<Rule, 'from' | 'until'>, now: Date): boolean =>
  !isExpired(rule, now) && !isComing(rule, now)
