import type { Invitation } from '../model/invitation.js'
import type { Manifest, Protection, Removal } from '../model/manifest.js'
import type { Plan, Warning } from '../model/plan.js'
import type { RemovalRecords } from '../model/state.js'
import { byCodeUnit } from '../model/text.js'
import { decide } from './decide.js'
import { planDigest } from './digest.js'
import { Draft } from './draft.js'
import { type ApprovalDemand, checkGuards, requiredApprovals } from './guards.js'
import { IdSet } from './id-set.js'
import { isComing, isExpired, isInForce } from './in-force.js'
import { indexRules, subjectOf } from './match.js'
import { duplicateId } from './problems.js'
import { indexProtections } from './protect.js'
import { decideUser, trackUsers } from './users.js'
import * as warn from './warnings.js'

export interface ReconcileOptions {
  /** Plan no removals; denials that a removal implies stay. */
  readonly noRemovals?: boolean
  /** In place of `guards.maxRemovals`. */
  readonly maxRemovals?: number
  /** Held outside the manifest; the stricter of it and the manifest's holds. */
  readonly approvals?: readonly ApprovalDemand[]
  /** Addresses in the form of `parseTarget`; none narrows nothing. */
  readonly targets?: readonly string[]
  /** Held outside the manifest. */
  readonly protect?: readonly Protection[]
  /** Keep what needs nothing in `Plan.unchanged`; it costs memory by the invitation. */
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

/** Takes the live invitations one by one, in any order, and keeps only what the plan needs. */
export interface Reconciler {
  observe(invitation: Invitation): void
  finish(): Plan
}

/** The whole engine at once: rules and live state in, plan out. Pure. */
export function reconcile(input: ReconcileInput, observed: Iterable<Invitation>): Plan {
  const reconciler = startReconcile(input)
  for (const invitation of observed) reconciler.observe(invitation)
  return reconciler.finish()
}

export function startReconcile(input: ReconcileInput): Reconciler {
  const { manifest, records, now, apiUrl, options = {} } = input
  const expired = manifest.rules.filter(rule => isExpired(rule, now))
  const rules = manifest.rules.filter(rule => isInForce(rule, now))
  const coming = manifest.removals.filter(removal => isComing(removal, now))
  const matches = indexRules(rules)
  const protectionOf = indexProtections([...manifest.protect, ...(options.protect ?? [])])
  const due = manifest.removals.filter(removal => !isComing(removal, now))
  const removals = new Map(due.map(removal => [removal.key, removal]))
  const users = trackUsers(removals.keys(), records)
  const targets = new Set(options.targets)
  const targeted = (address: string) => targets.size === 0 || targets.has(address)
  const draft = new Draft(targeted, options.keepUnchanged ?? false)
  const seen = new IdSet()
  const duplicates = new Set<number>()

  function observe(invitation: Invitation): void {
    draft.invitations++
    if (seen.has(invitation.id)) {
      duplicates.add(invitation.id)
      return
    }
    seen.add(invitation.id)
    const subject = subjectOf(invitation)
    const removal = removals.get(subject.key) ?? null
    if (removal && invitation.status === 'accepted') users.observeAccepted(subject.key, invitation)
    const effective = removal && !protectionOf(removal.key) ? removal : null
    draft.decided(subject, decide(subject, effective, { matches, manifest }))
  }

  function planUser(removal: Removal): void {
    const view = users.view(removal.email, removal.key)
    const decision = decideUser(removal, view, records.get(removal.key), protectionOf(removal.key))
    draft.userDecided(removal, view, decision, options.noRemovals ?? false)
  }

  /** Which of two answers is true cannot be known, and so nothing is: the plan is its errors. */
  function unreliable(): Draft {
    const nothing = new Draft(targeted, false)
    nothing.invitations = draft.invitations
    for (const id of duplicates) nothing.problems.push(duplicateId(apiUrl, id))
    return nothing
  }

  function planned(): Draft {
    if (duplicates.size > 0) return unreliable()
    for (const removal of [...removals.values()].sort((a, b) => byCodeUnit(a.key, b.key))) planUser(removal)
    return draft
  }

  function finish(): Plan {
    const result = planned()
    const guards = { ...manifest.guards, maxRemovals: options.maxRemovals ?? manifest.guards.maxRemovals }
    const complete = targets.size === 0 && !options.noRemovals
    const warnings = [
      ...expired.map(warn.expiredRule),
      ...coming.map(warn.removalComing),
      ...result.sortedWarnings(),
      ...result.missed(targets),
    ]
    return assemble(result, {
      apiUrl,
      timestamp: now.toISOString(),
      warnings,
      manifest: { ...manifest, guards },
      complete,
      demands: [{ count: manifest.guards.approvals.removals ?? 0, for: 'removals' }, ...(options.approvals ?? [])],
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
}

function assemble(draft: Draft, { apiUrl, timestamp, warnings, manifest, complete, demands }: Rest): Plan {
  const actions = draft.actions()
  const refused = [...draft.refused, ...checkGuards(actions, manifest.guards)]
  return {
    apiUrl,
    timestamp,
    actions,
    unchanged: draft.sortedUnchanged(),
    warnings,
    refused,
    problems: draft.problems.sort((a, b) => byCodeUnit(a.summary, b.summary)),
    complete: complete && draft.problems.length === 0,
    summary: {
      accept: draft.accepts.length,
      deny: draft.denials.length,
      remove: draft.removals.length,
      unchanged: draft.alreadyRight,
      unmatched: draft.unmatched,
      invitations: draft.invitations,
      warnings: warnings.length,
      refused: refused.length,
    },
    state: manifest.state,
    approvals: { required: requiredApprovals(actions, demands), approvers: null },
    digest: planDigest(apiUrl, actions),
  }
}
