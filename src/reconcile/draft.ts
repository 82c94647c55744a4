import { viewOf } from '../model/invitation.js'
import type { Removal } from '../model/manifest.js'
import type { Action, InvitationAction, Refusal, RemovalAction, Unchanged, UserView, Warning } from '../model/plan.js'
import type { Problem } from '../model/problem.js'
import { byCodeUnit } from '../model/text.js'
import { invitationAddress, userAddress } from './address.js'
import { type Decision, ruleRef } from './decide.js'
import type { Subject } from './match.js'
import { contradiction } from './problems.js'
import type { decideUser } from './users.js'
import * as warn from './warnings.js'

/** A plan in the making: the one mutable thing in planning, and it never leaves `startReconcile`. */
export class Draft {
  readonly denials: InvitationAction[] = []
  readonly accepts: InvitationAction[] = []
  readonly removals: RemovalAction[] = []
  private readonly unchanged: Unchanged[] = []
  readonly refused: Refusal[] = []
  readonly problems: Problem[] = []
  /** With the invitation's id (or, for users, above every id), by which they are sorted. */
  private readonly warnings: { readonly order: number; readonly warning: Warning }[] = []
  invitations = 0
  alreadyRight = 0
  unmatched = 0

  private readonly targeted: (address: string) => boolean
  private readonly keepUnchanged: boolean

  constructor(targeted: (address: string) => boolean, keepUnchanged: boolean) {
    this.targeted = targeted
    this.keepUnchanged = keepUnchanged
  }

  decided(subject: Subject, decision: Decision): void {
    switch (decision.kind) {
      case 'contradiction':
        this.problems.push(contradiction(subject.invitation.id, decision.rule, decision.removal))
        return
      case 'act':
        this.act(subject, decision)
        return
      case 'keep':
        this.keep(subject, decision)
        return
      default:
        decision satisfies never
    }
  }

  private act({ invitation }: Subject, { effect, why, ground }: Extract<Decision, { kind: 'act' }>): void {
    const address = invitationAddress(invitation.id)
    const before = viewOf(invitation)
    const { rule, overruled } = ground
    const impliedBy = ground.impliedBy ? userAddress(ground.impliedBy.key) : null
    // With a removal goes what it implies: without the denial the user would come back.
    if (!this.targeted(address) && !(impliedBy !== null && this.targeted(impliedBy))) {
      this.remember({ address, before, why: 'not_targeted', rule, overruled })
      return
    }
    const action = { action: effect, address, before, why, rule, overruled, impliedBy }
    if (effect === 'deny') this.denials.push(action)
    else this.accepts.push(action)
    if (effect === 'accept') this.warn(invitation.id, warn.adminRights(action))
  }

  private keep({ invitation }: Subject, { why, ground }: Extract<Decision, { kind: 'keep' }>): void {
    if (why === 'already_right') this.alreadyRight++
    if (why === 'unmatched') this.unmatched++
    if (why === 'accepted_but_denied' && ground) this.warn(invitation.id, warn.acceptedButDenied(invitation, ground))
    if (why === 'unknown_status') this.warn(invitation.id, warn.unknownStatus(invitation))
    if (!this.keepUnchanged) return
    this.remember({
      address: invitationAddress(invitation.id),
      before: viewOf(invitation),
      why,
      rule: ground?.rule ?? null,
      overruled: ground?.overruled ?? [],
    })
  }

  userDecided(removal: Removal, view: UserView, decision: ReturnType<typeof decideUser>, noRemovals: boolean): void {
    const address = userAddress(removal.key)
    const { unchanged, rule } = { unchanged: { address, before: view, overruled: [] }, rule: ruleRef(removal) }
    if (decision.kind === 'keep') {
      this.alreadyRight++
      this.remember({ ...unchanged, why: 'already_right', rule })
    } else if (noRemovals || !this.targeted(address)) {
      this.remember({ ...unchanged, why: 'not_targeted', rule })
    } else if (decision.kind === 'refuse') {
      this.refused.push(decision.refusal)
      this.remember({ ...unchanged, why: 'protected', rule })
    } else {
      this.removals.push(decision.action)
      if (decision.returned) this.warn(Number.POSITIVE_INFINITY, warn.returned(decision.action))
      this.warn(Number.POSITIVE_INFINITY, warn.cloudsLost(decision.action))
    }
  }

  private remember(unchanged: Unchanged): void {
    if (this.keepUnchanged) this.unchanged.push(unchanged)
  }

  private warn(order: number, warning: Warning | null): void {
    if (warning) this.warnings.push({ order, warning })
  }

  /** By invitation, whatever order they were read in; those on users last, in the order of users. */
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
