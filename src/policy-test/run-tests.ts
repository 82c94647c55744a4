import type { RuleRef } from '../model/action.js'
import { emailKey } from '../model/email-address.js'
import type { Invitation } from '../model/invitation.js'
import type { Manifest, Protection, Rule } from '../model/manifest.js'
import type { Plan } from '../model/plan.js'
import { type Place, placeText } from '../model/problem.js'
import type { RemovalRecords } from '../model/removal-record.js'
import {
  type Explainer,
  type InvitationExplanation,
  startExplain,
  type UninvitedExplanation,
  type UserExplanation,
} from '../reconcile/explainer.js'
import { reconcile } from '../reconcile/reconcile.js'
import { invitationAddress, userAddress } from '../reconcile/resource-address.js'

/** What becomes of an invitation; `untouched`: this version does not know its status. */
export const INVITATION_OUTCOMES = ['accept', 'deny', 'nothing', 'untouched', 'contradiction'] as const
export type InvitationOutcome = (typeof INVITATION_OUTCOMES)[number]

export const USER_OUTCOMES = ['remove', 'nothing'] as const
export type UserOutcome = (typeof USER_OUTCOMES)[number]

export const COUNTED = ['accept', 'deny', 'remove'] as const

/** The decisive rule that a test names: its place, and the name used in the test. */
export interface By {
  readonly text: string
  readonly at: Place
}

/** `subject`: an id, an address, `plan: accept` and its like, or `refused`. */
export type Expectation = { readonly subject: string } & (
  | { readonly kind: 'invitation'; readonly id: number; readonly outcome: InvitationOutcome; readonly by: By | null }
  | { readonly kind: 'user'; readonly email: string; readonly outcome: UserOutcome }
  | { readonly kind: 'count'; readonly action: (typeof COUNTED)[number]; readonly count: number }
  | { readonly kind: 'refused'; readonly refused: boolean }
)

/** A test, ready to run. */
export interface TestCase {
  readonly name: string
  /** Where its mapping begins. */
  readonly at: Place
  /** The day that its file sets; null if none. */
  readonly today: Date | null
  readonly invitations: readonly Invitation[]
  readonly records: RemovalRecords
  readonly expectations: readonly Expectation[]
}

export interface TestFailure {
  /** As in the expectation. */
  readonly subject: string
  readonly expected: string
  readonly got: string
  readonly explanation: string
}

export interface TestResult {
  readonly test: TestCase
  readonly failures: readonly TestFailure[]
}

/** Renders explanations as text. */
export interface ExplanationTexts {
  invitation(explained: InvitationExplanation): string
  user(explained: UserExplanation): string
  uninvited(explained: UninvitedExplanation): string
}

export type Coverage = 'decided' | 'overruled' | 'unmatched'

export interface TestsRun {
  readonly results: readonly TestResult[]
  /** The coverage of every rule, in the order of the manifest. */
  readonly coverage: ReadonlyMap<Rule, Coverage>
}

/** What tests are run against. */
export interface TestBasis {
  readonly manifest: Manifest
  /** The time for tests whose file sets no day. */
  readonly now: Date
  /** Protections from outside the manifest. */
  readonly protect: readonly Protection[]
}

/** Runs tests against a manifest. Pure. */
export function runTests(tests: readonly TestCase[], basis: TestBasis, words: ExplanationTexts): TestsRun {
  const { manifest } = basis
  const coverage = new Map<Rule, Coverage>(manifest.rules.map(rule => [rule, 'unmatched']))
  const rules = new Map(manifest.rules.map(rule => [placeText(rule.at), rule]))
  const results = tests.map(test => {
    const world = worldOf(test, basis)
    for (const invitation of test.invitations) {
      for (const { rule: ref, standing } of world.explainer.invitation(invitation).rules) {
        const rule = rules.get(placeText(ref))
        if (!rule || standing === 'expired' || standing === 'coming') continue
        if (standing === 'wins') coverage.set(rule, 'decided')
        else if (coverage.get(rule) === 'unmatched') coverage.set(rule, 'overruled')
      }
    }
    return { test, failures: test.expectations.flatMap(expected => check(expected, world, words)) }
  })
  return { results, coverage }
}

/** What a test is about, planned and explained. */
export interface TestWorld {
  readonly test: TestCase
  readonly plan: Plan
  readonly explainer: Explainer
}

export function worldOf(test: TestCase, { manifest, now, protect }: TestBasis): TestWorld {
  const clock = test.today ?? now
  const { records, invitations } = test
  const input = { manifest, records, now: clock, apiUrl: 'https://api.bimdata.io' }
  const plan = reconcile({ ...input, options: { keepUnchanged: true, protect } }, invitations)
  return { test, plan, explainer: startExplain({ manifest, records, now: clock, protect }) }
}

/** What the plan does with one of the test's invitations, and by which rule. */
export function outcomeOf(
  invitation: Invitation,
  { plan, explainer }: TestWorld,
): { readonly outcome: InvitationOutcome; readonly rule: RuleRef | null } {
  const address = invitationAddress(invitation.id)
  const action = plan.actions.find(one => one.address === address)
  if (action) return { outcome: action.action === 'accept' ? 'accept' : 'deny', rule: action.rule }
  const { decision } = explainer.invitation(invitation)
  if (decision.kind === 'contradiction') return { outcome: 'contradiction', rule: null }
  const kept = plan.unchanged.find(one => one.address === address)
  return { outcome: kept?.why === 'unknown_status' ? 'untouched' : 'nothing', rule: kept?.rule ?? null }
}

export function userOutcomeOf(email: string, { plan }: TestWorld): UserOutcome {
  const address = userAddress(emailKey(email))
  return plan.actions.some(action => action.address === address) ? 'remove' : 'nothing'
}

function check(expected: Expectation, world: TestWorld, words: ExplanationTexts): readonly TestFailure[] {
  const { subject } = expected
  const failure = (wanted: string, got: string, explanation: string) =>
    wanted === got ? [] : [{ subject, expected: wanted, got, explanation: explanation.trimEnd() }]
  const { plan, test, explainer } = world
  switch (expected.kind) {
    case 'invitation': {
      const invitation = test.invitations.find(({ id }) => id === expected.id)
      if (!invitation) return []
      const { wanted, got } = compareOne(expected, outcomeOf(invitation, world))
      return failure(wanted, got, words.invitation(explainer.invitation(invitation)))
    }
    case 'user':
      return failure(expected.outcome, userOutcomeOf(expected.email, world), userText(expected.email, world, words))
    case 'count':
      return failure(String(expected.count), String(plan.summary[expected.action]), actionsText(plan))
    case 'refused':
      return failure(refusedText(expected.refused), refusedText(plan.refused.length > 0), refusalText(plan))
    default:
      return expected satisfies never
  }
}

/** If a test names the rule, the comparison includes what decided. */
function compareOne(
  { outcome, by }: Extract<Expectation, { kind: 'invitation' }>,
  got: { readonly outcome: InvitationOutcome; readonly rule: RuleRef | null },
): { readonly wanted: string; readonly got: string } {
  if (by === null) return { wanted: outcome, got: got.outcome }
  const isIt = got.rule !== null && placeText(got.rule) === placeText(by.at)
  return { wanted: `${outcome} by ${by.text}`, got: `${got.outcome} by ${isIt ? by.text : nameOf(got.rule, by)}` }
}

const nameOf = (rule: RuleRef | null, by: By): string => {
  if (rule === null) return 'no rule'
  const place = `${rule.file}:${rule.line}`
  return rule.name === null || rule.name === by.text ? place : `${rule.name} (${place})`
}

function userText(email: string, { test, explainer }: TestWorld, words: ExplanationTexts): string {
  const theirs = test.invitations.filter(invitation => emailKey(invitation.email) === emailKey(email))
  const user = explainer.user(email, theirs)
  if (user) return words.user(user)
  const uninvited = explainer.uninvited(email)
  return uninvited ? words.uninvited(uninvited) : `${email} is not under users.remove.`
}

const actionsText = ({ actions }: Plan): string =>
  actions.length === 0
    ? 'The plan has no changes.'
    : actions.map(({ action, address, rule }) => `${action} ${address}: ${rule.file}:${rule.line}`).join('\n')

const refusedText = (refused: boolean): string => (refused ? 'a refused plan' : 'a plan that is not refused')

const refusalText = ({ refused }: Plan): string =>
  refused.length === 0
    ? 'No guard and no protection refuses the plan.'
    : refused.map(({ message }) => message).join('\n')
