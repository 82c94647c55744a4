import type { Action, InvitationAction, OverruledRef, RemovalAction, UserView } from '../model/action.js'
import { viewOf } from '../model/invitation.js'
import type { Removal, Rule } from '../model/manifest.js'
import type { Refusal, Unchanged, Warning } from '../model/plan.js'
import type { Problem } from '../model/problem.js'
import type { RemovalRecord } from '../model/removal-record.js'
import { byCodeUnit } from '../model/text.js'
import { type Decision, ruleRef } from './decide.js'
import { contradiction } from './live-problems.js'
import type { Decided } from './policy.js'
import { invitationAddress, userAddress } from './resource-address.js'
import type { UserDecision } from './users.js'
import * as warn from './warnings.js'

export const effectRef = (rule: Rule): OverruledRef => ({ ...ruleRef(rule), effect: rule.effect })

export interface BuilderOptions {
  /** Empty means the whole plan. */
  readonly targets: ReadonlySet<string>
  readonly noRemovals?: boolean
  readonly keepUnchanged?: boolean
}

/** Accumulates a plan: the only mutable object in planning, and it never leaves `startReconcile`. */
export class PlanBuilder {
  readonly denials: InvitationAction[] = []
  readonly accepts: InvitationAction[] = []
  readonly removals: RemovalAction[] = []
  private readonly unchanged: Unchanged[] = []
  readonly refused: Refusal[] = []
  readonly problems: Problem[] = []
  /** With their sort key: the invitation's id, or a number above every id for users. */
  private readonly warnings: { readonly order: number; readonly warning: Warning }[] = []
  readonly leftOut = { targets: 0, no_removals: 0, from: 0 }
  alreadyRight = 0
  unmatched = 0

  private readonly options: BuilderOptions

  constructor(options: BuilderOptions) {
    this.options = options
  }

  private targeted(address: string): boolean {
    const { targets } = this.options
    return targets.size === 0 || targets.has(address)
  }

  invitation(decided: Decided): void {
    const { decision } = decided
    switch (decision.kind) {
      case 'contradiction':
        this.problems.push(contradiction(decided.subject.invitation.id, decision.rule, decision.removal))
        return
      case 'act':
        this.act(decided, decision)
        return
      case 'keep':
        this.keep(decided, decision)
        return
      default:
        decision satisfies never
    }
  }

  private act({ subject, removal }: Decided, { effect, why, basis }: Extract<Decision, { kind: 'act' }>): void {
    const { invitation } = subject
    const address = invitationAddress(invitation.id)
    const before = viewOf(invitation)
    const { rule, overruled } = basis
    // A removal takes the user's denials with it, whether its own or a rule's: an invitation accepted later would bring the user back.
    const withUser = effect === 'deny' && removal !== null && this.targeted(userAddress(removal.key))
    if (!this.targeted(address) && !withUser) {
      this.leftOut.targets++
      this.remember({ address, before, why: 'not_targeted', rule, overruled })
      return
    }
    const impliedBy = basis.impliedBy ? userAddress(basis.impliedBy.key) : null
    const action = { action: effect, address, before, why, rule, overruled, impliedBy }
    if (effect === 'deny') this.denials.push(action)
    else {
      this.accepts.push(action)
      this.warn(invitation.id, warn.adminRights(action))
      this.warn(invitation.id, warn.unknownRole(action))
    }
  }

  private keep({ subject }: Decided, { why, basis }: Extract<Decision, { kind: 'keep' }>): void {
    const { invitation } = subject
    if (why === 'already_right') this.alreadyRight++
    if (why === 'unmatched') this.unmatched++
    if (why === 'accepted_but_denied' && basis) this.warn(invitation.id, warn.acceptedButDenied(invitation, basis))
    if (why === 'unknown_status') this.warn(invitation.id, warn.unknownStatus(invitation))
    if (!this.options.keepUnchanged) return
    this.remember({
      address: invitationAddress(invitation.id),
      before: viewOf(invitation),
      why,
      rule: basis?.rule ?? null,
      overruled: basis?.overruled ?? [],
    })
  }

  user(removal: Removal, view: UserView, decision: UserDecision, record: RemovalRecord | undefined): void {
    const address = userAddress(removal.key)
    const unchanged = (why: Unchanged['why']) => this.rememberUser(removal, view, why)
    if (decision.kind === 'keep') {
      this.alreadyRight++
      if (record && this.targeted(address)) this.warnOfUser(warn.removedBefore(removal, record))
      unchanged('already_right')
    } else if (this.options.noRemovals) {
      this.leftOut.no_removals++
      unchanged('no_removals')
    } else if (!this.targeted(address)) {
      this.leftOut.targets++
      unchanged('not_targeted')
    } else if (decision.kind === 'refuse') {
      this.refused.push(decision.refusal)
      unchanged('protected')
    } else {
      this.removals.push(decision.action)
      if (decision.returned) this.warnOfUser(warn.returned(decision.action))
      this.warnOfUser(warn.cloudsLost(decision.action))
    }
  }

  /** A removal that is not yet due: it is reported, not planned. */
  coming(removal: Removal, view: UserView, decision: UserDecision): void {
    if (decision.kind !== 'keep') {
      this.leftOut.from++
      this.warnOfUser(warn.removalComing(removal))
    }
    this.rememberUser(removal, view, decision.kind === 'keep' ? 'already_right' : 'not_yet')
  }

  private rememberUser(removal: Removal, before: UserView, why: Unchanged['why']): void {
    this.remember({ address: userAddress(removal.key), before, why, rule: ruleRef(removal), overruled: [] })
  }

  private remember(unchanged: Unchanged): void {
    if (this.options.keepUnchanged) this.unchanged.push(unchanged)
  }

  private warn(order: number, warning: Warning | null): void {
    if (warning) this.warnings.push({ order, warning })
  }

  private warnOfUser(warning: Warning | null): void {
    this.warn(Number.POSITIVE_INFINITY, warning)
  }

  /** In the order of invitations, however they were read; those about users last, in the order of users. */
  sortedWarnings(): readonly Warning[] {
    return this.warnings.sort((a, b) => (a.order === b.order ? 0 : a.order - b.order)).map(({ warning }) => warning)
  }

  missed(targets: ReadonlySet<string>): readonly Warning[] {
    const planned = new Set<string>(
      [...this.actions(), ...this.refused.flatMap(r => (r.kind === 'protected' ? [r] : []))].map(
        ({ address }) => address,
      ),
    )
    return [...targets]
      .filter(target => !planned.has(target))
      .sort(byCodeUnit)
      .map(warn.targetWithoutChange)
  }

  sortedUnchanged(): readonly Unchanged[] {
    return this.unchanged.sort(byAddress)
  }

  actions(): readonly Action[] {
    const byId = (a: InvitationAction, b: InvitationAction) => a.before.id - b.before.id
    return [...this.denials.sort(byId), ...this.accepts.sort(byId), ...this.removals]
  }
}

/** Invitations by id, then users by address. */
function byAddress(a: Unchanged, b: Unchanged): number {
  const [left, right] = [a.before, b.before]
  if ('id' in left && 'id' in right) return left.id - right.id
  return Number('id' in right) - Number('id' in left) || byCodeUnit(a.address, b.address)
}
