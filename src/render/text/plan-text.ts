import { type InvitationView, statusText } from '../../model/invitation.js'
import type { Action, InvitationAction, Plan, RemovalAction, Unchanged, Warning } from '../../model/plan.js'
import { escapeTerminal, quoteTerminal } from '../escape/terminal.js'
import { lossSentences } from '../loss.js'
import { inPieces } from './pieces.js'
import { problemsText } from './problems-text.js'
import type { Style } from './style.js'
import { displayWidth, wrapLine } from './width.js'
import {
  AFTER,
  approvalsLine,
  countsLine,
  errorsLine,
  NO_CHANGES,
  needsApproval,
  placeText,
  planSummary,
  plural,
  summaryLine,
  WHY,
} from './words.js'

export { NO_CHANGES, planSummary }

/**
 * A plan for people: its actions in order, what they should know, the counts, and the summary line last.
 *
 * @param width columns to keep within; without it no line is broken, so that programs find each fact on one line
 */
export function planText(plan: Plan, style: Style, width?: number): string {
  return [...parts(plan, style, width)].join('')
}

/** The text of `planText` in pieces. */
export const planTextPieces = (plan: Plan, style: Style, width?: number): Iterable<string> =>
  inPieces(parts(plan, style, width))

/** An action at a time. */
function* parts(plan: Plan, style: Style, width?: number): Generator<string> {
  const notes = warningsByAddress(plan.warnings)
  const wrap = wrapper(width)
  for (const action of plan.actions) yield `${wrap(actionText(action, notes.get(action.address) ?? [], style))}\n\n`
  for (const item of plan.unchanged) yield `${wrap(unchangedText(item, style))}\n\n`
  const rest = [
    ...otherWarnings(plan, style).map(wrap),
    ...plan.refused.map(refusal => wrap(`${style.bad('Refused:')} ${escapeTerminal(refusal.message)}`)),
    ...(plan.problems.length > 0 ? [problemsText(plan.problems, style)] : []),
    ...(plan.complete || plan.problems.length > 0 ? [] : [wrap(style.change(NARROWED))]),
    ...approvalsText(plan, style).map(wrap),
    wrap(countsText(plan)),
    summaryText(plan, style),
  ]
  yield `${rest.join('\n\n')}\n`
}

/** Narrower than this, broken lines are harder to read than those a terminal breaks. */
const NARROWEST = 40

/** Later parts of a line stand under the value that its label introduces. */
function wrapper(width = Number.POSITIVE_INFINITY): (text: string) => string {
  if (width < NARROWEST || width === Number.POSITIVE_INFINITY) return text => text
  return text =>
    text
      .split('\n')
      .map(line => wrapLine(line, width, hangingIndent(line)))
      .join('\n')
}

function hangingIndent(line: string): number {
  const label = /^ {4,}(?:[a-z ]+: |\S*!\S* )/u.exec(line)?.[0]
  return label === undefined ? 4 : Math.min(displayWidth(label), NARROWEST / 2)
}

/** Above a summary that would else say more than was looked at. */
const NARROWED = 'Narrowed by --target or --no-removals: what that leaves out was not planned.'

function summaryText(plan: Plan, style: Style): string {
  if (plan.problems.length > 0) return style.bad(errorsLine(plan))
  const line = summaryLine(plan)
  if (plan.refused.length > 0)
    return `${style.bad('Apply will refuse this plan (see "Refused" above).')}\n${style.bold(line)}`
  return line === NO_CHANGES ? style.good(line) : style.bold(line)
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

function actionText(action: Action, warnings: readonly Warning[], style: Style): string {
  const symbol = action.action === 'remove' ? style.bad('-') : style.change('~')
  const removed = action.action === 'remove'
  const head = `${symbol} ${style.bold(escapeTerminal(action.address))}${removed ? '' : `  ${escapeTerminal(action.before.email)}`}`
  const fields = action.action === 'remove' ? removalFields(action, style) : changeFields(action, style)
  const rows = [...fields, ...groundFields(action, style)]
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    head,
    ...rows.map(([name, value]) => `    ${name.padStart(width)}: ${value}`),
    ...warnings.map(({ message }) => `    ${style.change('!')} ${escapeTerminal(message)}`),
  ].join('\n')
}

function removalFields({ loss }: RemovalAction, style: Style): readonly (readonly [string, string])[] {
  const lost = loss?.clouds.length ?? 0
  const sentences = lossSentences(loss, quoteTerminal)
  return [
    ['user', style.bad('removed')],
    ...sentences.map((sentence, index) => ['clouds', index < lost ? style.bad(sentence) : sentence] as const),
  ]
}

function changeFields({ action, before }: InvitationAction, style: Style): readonly (readonly [string, string])[] {
  const after = action === 'accept' ? style.good(AFTER.accept) : style.bad(AFTER.deny)
  return [
    ['status', `${escapeTerminal(before.status)} → ${after}`],
    ['to', destination(before)],
  ]
}

/** Where an invitation leads: cloud, role, project, role. */
export function destination({ cloud_name, cloud_role, project_name, project_role }: InvitationView): string {
  const as = (role: string | number) => ` as ${escapeTerminal(String(role))}`
  const cloud = `cloud ${quoteTerminal(cloud_name)}${as(cloud_role)}`
  if (project_name === null) return cloud
  return `${cloud}, project ${quoteTerminal(project_name)}${project_role === null ? '' : as(project_role)}`
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

function unchangedText({ address, before, why }: Unchanged, style: Style): string {
  const email = 'id' in before ? `  ${escapeTerminal(before.email)}` : ''
  const status = 'status' in before ? `${escapeTerminal(statusText(before))}: ` : ''
  return style.dim(`  ${escapeTerminal(address)}${email}\n    ${status}${WHY[why]}`)
}

function approvalsText(plan: Plan, style: Style): readonly string[] {
  const line = approvalsLine(plan, escapeTerminal)
  if (line === null) return []
  return [needsApproval(plan.approvals) ? style.change(line) : style.good(line)]
}

function countsText(plan: Plan): string {
  const { summary, digest, apiUrl } = plan
  const read = `${plural(summary.invitations, 'invitation')} read from ${escapeTerminal(apiUrl)}`
  return `${read}: ${countsLine(plan)}.\nDigest: ${escapeTerminal(digest)}`
}
