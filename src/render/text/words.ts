import type { Action, ActionReason, Plan, RuleRef, Summary, Unchanged } from '../../model/plan.js'

/*
 * The words that every format shares.
 */

/** What an action makes of a status. */
export const AFTER = { accept: 'accepted', deny: 'denied' } as const

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** The stable line that people grep for. */
export const planSummary = ({ accept, deny, remove }: Summary): string =>
  `Plan: ${accept} to accept, ${deny} to deny, ${remove} to remove.`

/** The other stable line. */
export const NO_CHANGES = 'No changes. Invitations and users match the manifest.'

/** The one of the two that a plan ends with, where it has no errors. What is refused was asked for all the same. */
export const summaryLine = ({ actions, refused, summary }: Plan): string =>
  actions.length + refused.length === 0 ? NO_CHANGES : planSummary(summary)

export const errorsLine = ({ problems }: Plan): string =>
  `This plan has ${plural(problems.length, 'error')} and cannot be applied.`

/** What was read and what became of it: the counts under every summary. */
export function countsLine({ summary, actions }: Plan): string {
  const { unchanged, unmatched, warnings } = summary
  return `${plural(actions.length, 'change')}, ${unchanged} already right, ${unmatched} pending unmatched, ${plural(warnings, 'warning')}`
}

/**
 * How many approvals the plan needs, and who gave them; null where there is nothing to say of it.
 *
 * @param shown makes a principal or a key inert in the format
 */
export function approvalsLine({ approvals }: Pick<Plan, 'approvals'>, shown: (text: string) => string): string | null {
  const { required, approvers } = approvals
  const names = (approvers ?? []).map(({ principal, key }) => `${shown(principal)} (${shown(key)})`).join(', ')
  if (!needsApproval(approvals)) return names === '' ? null : `Approved by ${names}.`
  const given = approvers === null ? '' : `, has ${approvers.length}${names && `: ${names}`}`
  return `Needs ${plural(required, 'approval')}${given}.`
}

/** Whether more approvals are needed than are known of. */
export const needsApproval = ({ required, approvers }: Plan['approvals']): boolean =>
  required > (approvers?.length ?? 0)

const GRAVITY = { remove: 0, deny: 1, accept: 2 } as const satisfies Record<Action['action'], number>

/** What cannot be taken back first; else in the order of the plan. */
export const gravestFirst = (actions: readonly Action[]): readonly Action[] =>
  [...actions].sort((a, b) => GRAVITY[a.action] - GRAVITY[b.action])

export const placeText = ({ file, line, column }: RuleRef): string => `${file}:${line}:${column}`

/** Why something is or is not done, for people. */
export const WHY = {
  accept_by_rule: 'a rule accepts it',
  accept_by_unmatched: 'no rule matches; unmatched invitations are accepted',
  deny_by_rule: 'a rule denies it',
  deny_by_unmatched: 'no rule matches; unmatched invitations are denied',
  deny_by_removal: 'the user is being removed',
  remove_by_rule: 'listed under users.remove',
  remove_returned: 'removed before, and has returned',
  already_right: 'already right',
  unmatched: 'pending, and no rule matches',
  no_rule: 'no rule matches',
  accepted_but_denied: 'accepted already; it cannot be taken back',
  unknown_status: 'its status is not known to this version',
  not_targeted: 'not part of this plan',
  protected: 'protected',
} as const satisfies Record<ActionReason | Unchanged['why'], string>
