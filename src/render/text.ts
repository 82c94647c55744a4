import type { InvitationView } from '../model/invitation.js'
import type { Action, InvitationAction, Plan, RuleRef, Summary, Unchanged, Warning } from '../model/plan.js'
import { escapeTerminal, quoteTerminal } from './escape-terminal.js'
import { problemsText } from './problems-text.js'
import type { Style } from './style.js'

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** The stable line that people grep for. */
export const planSummary = ({ accept, deny, remove }: Summary): string =>
  `Plan: ${accept} to accept, ${deny} to deny, ${remove} to remove.`

export const NO_CHANGES = 'No changes. Invitations and users match the manifest.'

/** A plan for people: its actions in order, what they should know, the counts, and the summary line last. */
export function planText(plan: Plan, style: Style): string {
  const notes = warningsByAddress(plan.warnings)
  const blocks = [
    ...plan.actions.map(action => actionText(action, notes.get(action.address) ?? [], style)),
    ...plan.unchanged.map(item => unchangedText(item, style)),
    ...otherWarnings(plan, style),
    ...plan.refused.map(refusal => `${style.bad('Refused:')} ${escapeTerminal(refusal.message)}`),
    ...(plan.problems.length > 0 ? [problemsText(plan.problems, style)] : []),
    countsText(plan),
    summaryText(plan, style),
  ]
  return `${blocks.join('\n\n')}\n`
}

function summaryText({ actions, refused, problems, summary }: Plan, style: Style): string {
  if (problems.length > 0) return style.bad(`This plan has ${plural(problems.length, 'error')} and cannot be applied.`)
  const line = actions.length + refused.length === 0 ? style.good(NO_CHANGES) : style.bold(planSummary(summary))
  return refused.length === 0 ? line : `${style.bad('Apply will refuse this plan (see "Refused" above).')}\n${line}`
}

function warningsByAddress(warnings: readonly Warning[]): ReadonlyMap<string, readonly Warning[]> {
  const byAddress = new Map<string, Warning[]>()
  for (const warning of warnings) {
    if (warning.address === null) continue
    const known = byAddress.get(warning.address)
    if (known) known.push(warning)
    else byAddress.set(warning.address, [warning])
  }
  return byAddress
}

/** Warnings on what is no action of this plan. */
function otherWarnings({ actions, warnings }: Plan, style: Style): readonly string[] {
  const planned = new Set(actions.map(({ address }) => address))
  return warnings
    .filter(({ address }) => address === null || !planned.has(address))
    .map(({ message, address, rule }) => {
      const where = [address, rule && placeText(rule)].filter(part => part !== null).map(part => escapeTerminal(part))
      return `${style.change('Warning:')} ${escapeTerminal(message)}${where.length > 0 ? style.dim(`\n         ${where.join('  ')}`) : ''}`
    })
}

const placeText = ({ file, line, column }: RuleRef): string => `${file}:${line}:${column}`

function actionText(action: Action, warnings: readonly Warning[], style: Style): string {
  const symbol = action.action === 'remove' ? style.bad('-') : style.change('~')
  const removed = action.action === 'remove'
  const head = `${symbol} ${style.bold(escapeTerminal(action.address))}${removed ? '' : `  ${escapeTerminal(action.before.email)}`}`
  const fields = removed ? [['user', style.bad('removed')] as const] : changeFields(action, style)
  const rows = [...fields, ...groundFields(action, style)]
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    head,
    ...rows.map(([name, value]) => `    ${name.padStart(width)}: ${value}`),
    ...warnings.map(({ message }) => `    ${style.change('!')} ${escapeTerminal(message)}`),
  ].join('\n')
}

const AFTER = { accept: 'accepted', deny: 'denied' } as const

function changeFields({ action, before }: InvitationAction, style: Style): readonly (readonly [string, string])[] {
  const after = action === 'accept' ? style.good(AFTER.accept) : style.bad(AFTER.deny)
  return [
    ['status', `${escapeTerminal(before.status)} → ${after}`],
    ['to', destination(before)],
  ]
}

/** Where an invitation leads: cloud, role, project, role. */
export function destination({ cloud_name, cloud_role, project_name, project_role }: InvitationView): string {
  const cloud = `cloud ${quoteTerminal(cloud_name)} as ${cloud_role}`
  if (project_name === null) return cloud
  return `${cloud}, project ${quoteTerminal(project_name)}${project_role === null ? '' : ` as ${project_role}`}`
}

function groundFields(action: Action, style: Style): readonly (readonly [string, string])[] {
  const { rule, overruled, why, impliedBy } = action
  const reason = rule.reason === null ? '' : `  ${style.dim(`(${escapeTerminal(rule.reason)})`)}`
  const name = why === 'accept_by_unmatched' || why === 'deny_by_unmatched' ? 'unmatched' : 'rule'
  return [
    [name, `${escapeTerminal(placeText(rule))}${reason}`],
    ...(impliedBy === null ? [] : [['implied by', `the removal of ${escapeTerminal(impliedBy)}`] as const]),
    ...overruled.map(other => ['overrules', `${escapeTerminal(placeText(other))} (${other.effect})`] as const),
  ]
}

const WHY = {
  already_right: 'already right',
  unmatched: 'pending, and no rule matches',
  no_rule: 'no rule matches',
  accepted_but_denied: 'accepted already; it cannot be taken back',
  unknown_status: 'its status is not known to this version',
  not_targeted: 'not part of this plan',
  protected: 'protected',
} as const satisfies Record<Unchanged['why'], string>

function unchangedText({ address, before, why }: Unchanged, style: Style): string {
  const email = 'id' in before ? `  ${escapeTerminal(before.email)}` : ''
  const status = 'status' in before ? `${escapeTerminal(before.status)}: ` : ''
  return style.dim(`  ${escapeTerminal(address)}${email}\n    ${status}${WHY[why]}`)
}

function countsText({ summary, digest, apiUrl, actions }: Plan): string {
  const { invitations, unchanged, unmatched, warnings } = summary
  const counts = [
    plural(actions.length, 'change'),
    `${unchanged} already right`,
    `${unmatched} pending unmatched`,
    plural(warnings, 'warning'),
  ]
  return `${plural(invitations, 'invitation')} read from ${escapeTerminal(apiUrl)}: ${counts.join(', ')}.\nDigest: ${digest}`
}
