import { countActions, type OverruledRef } from '../model/action.js'
import type { Invitation } from '../model/invitation.js'
import type { Manifest, Protection, Removal, Rule } from '../model/manifest.js'
import type { Plan, Warning } from '../model/plan.js'
import type { RemovalRecords } from '../model/removal-record.js'
import { byCodeUnit } from '../model/text.js'
import { planDigest } from './digest.js'
import { type ApprovalDemand, approvalDemandsOf, checkGuards, requiredApprovals } from './guards.js'
import { IdSet } from './id-set.js'
import { duplicateId } from './live-problems.js'
import { effectRef, PlanBuilder } from './plan-builder.js'
import { policyOf } from './policy.js'
import { decideUser, trackUsers } from './users.js'
import * as warn from './warnings.js'

export interface ReconcileOptions {
  /** Plan no removals; denials that a removal implies stay. */
  readonly noRemovals?: boolean
  /** In place of `guards.maxRemovals`. */
  readonly maxRemovals?: number
  /** Demanded from outside the manifest; the stricter of the two applies. */
  readonly approvals?: readonly ApprovalDemand[]
  /** Addresses in the form of `parseTarget`; empty means the whole plan. */
  readonly targets?: readonly string[]
  /** Set outside the manifest. */
  readonly protect?: readonly Protection[]
  /** List what needs no change in `Plan.unchanged`; this costs memory for each invitation. */
  readonly keepUnchanged?: boolean
}

export interface ReconcileInput {
  readonly manifest: Manifest
  /** What the state remembers. */
  readonly records: RemovalRecords
  readonly now: Date
  /** Canonical: no trailing slash. It goes into the plan and its digest. */
  readonly apiUrl: string
  readonly options?: ReconcileOptions
}

/** Takes live invitations one at a time, in any order, and keeps only what the plan needs. */
export interface Reconciler {
  observe(invitation: Invitation): void
  finish(): Plan
}

/** The whole engine in one call: rules and live state in, plan out. Pure. */
export function reconcile(input: ReconcileInput, observed: Iterable<Invitation>): Plan {
  const reconciler = startReconcile(input)
  for (const invitation of observed) reconciler.observe(invitation)
  return reconciler.finish()
}

export function startReconcile(input: ReconcileInput): Reconciler {
  const { manifest, records, now, apiUrl, options = {} } = input
  const policy = policyOf(manifest, now, options.protect)
  const { removals, comingRemovals } = policy
  const users = trackUsers([...removals.keys(), ...comingRemovals.keys()], records)
  const targets = new Set(options.targets)
  const builder = new PlanBuilder({ ...options, targets })
  const seen = new IdSet()
  const duplicates = new Set<number>()
  const used = new Set<Rule>()
  let invitations = 0

  function observe(invitation: Invitation): void {
    invitations++
    if (seen.has(invitation.id)) {
      duplicates.add(invitation.id)
      return
    }
    seen.add(invitation.id)
    const decided = policy.decide(invitation)
    for (const rule of decided.rules) used.add(rule)
    if (invitation.status === 'accepted') users.observeAccepted(decided.subject.key, invitation)
    builder.invitation(decided)
  }

  function planUser(removal: Removal): void {
    const view = users.view(removal.email, removal.key)
    const record = records.get(removal.key)
    const decision = decideUser(removal, view, record, policy.protectionOf(removal.key))
    if (comingRemovals.has(removal.key)) builder.coming(removal, view, decision)
    else builder.user(removal, view, decision, record)
  }

  /** Which of two answers is true cannot be known, so nothing is planned: the plan holds only its errors. */
  function unreliable(): PlanBuilder {
    const nothing = new PlanBuilder({ targets })
    for (const id of duplicates) nothing.problems.push(duplicateId(apiUrl, id))
    return nothing
  }

  function planned(): PlanBuilder {
    if (duplicates.size > 0) return unreliable()
    const listed = [...removals.values(), ...comingRemovals.values()]
    for (const removal of listed.sort((a, b) => byCodeUnit(a.key, b.key))) planUser(removal)
    return builder
  }

  function finish(): Plan {
    const result = planned()
    const guards = { ...manifest.guards, maxRemovals: options.maxRemovals ?? manifest.guards.maxRemovals }
    return assemble(result, {
      apiUrl,
      timestamp: now.toISOString(),
      warnings: [...policy.expired.map(warn.expiredRule), ...result.sortedWarnings(), ...result.missed(targets)],
      manifest: { ...manifest, guards },
      complete: targets.size === 0 && !options.noRemovals,
      invitations,
      unusedRules: duplicates.size > 0 ? [] : policy.inForce.filter(rule => !used.has(rule)).map(effectRef),
      demands: approvalDemandsOf(manifest.guards, options.approvals),
    })
  }

  return { observe, finish }
}

interface Rest {
  readonly apiUrl: string
  readonly timestamp: string
  readonly warnings: readonly Warning[]
  readonly manifest: Pick<Manifest, 'guards' | 'state'>
  readonly complete: boolean
  readonly demands: readonly ApprovalDemand[]
  readonly invitations: number
  readonly unusedRules: readonly OverruledRef[]
}

function assemble(builder: PlanBuilder, { manifest, complete, invitations, demands, ...rest }: Rest): Plan {
  const actions = builder.actions()
  const refused = [...builder.refused, ...checkGuards(actions, manifest.guards)]
  return {
    ...rest,
    actions,
    unchanged: builder.sortedUnchanged(),
    refused,
    problems: builder.problems.sort((a, b) => byCodeUnit(a.summary, b.summary)),
    complete: complete && builder.problems.length === 0,
    summary: {
      ...countActions(actions),
      keycloak: null,
      unchanged: builder.alreadyRight,
      unmatched: builder.unmatched,
      invitations,
      warnings: rest.warnings.length,
      refused: refused.length,
    },
    leftOut: builder.leftOut,
    state: manifest.state,
    approvals: { required: requiredApprovals(actions, demands), approvers: null },
    keycloak: null,
    stateRead: null,
    provenance: null,
    digest: planDigest(rest.apiUrl, actions),
  }
}
