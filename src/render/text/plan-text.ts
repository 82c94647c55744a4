import {
  type Action,
  type InvitationAction,
  isInvitationAction,
  type RemovalAction,
  type RuleRef,
  STATUS_AFTER,
} from '../../model/action.js'
import { type InvitationView, statusText } from '../../model/invitation.js'
import type { Plan, Unchanged, Warning } from '../../model/plan.js'
import { placeText } from '../../model/problem.js'
import { plural } from '../../model/text.js'
import { escapeTerminal, quoteTerminal } from '../escape/terminal.js'
import { inChunks } from './chunks.js'
import { problemsText } from './problems-text.js'
import type { Style } from './style.js'
import { table } from './table.js'
import { displayWidth, wrapLine } from './width.js'
import {
  approvalsLine,
  countsByRule,
  countsLine,
  DENIED_BEFORE,
  keycloakSentence,
  LARGE_PLAN,
  leftOutText,
  lossSentences,
  NO_CHANGES,
  needsApproval,
  provenanceText,
  snapshotText,
  stateText,
  summaryLine,
  unusedRules,
  WHY,
  wasDeniedBefore,
} from './words.js'

/**
 * A plan for people: its actions in order, what readers should know, the counts, and the summary line last.
 *
 * @param width columns to wrap at; without it lines are not wrapped, so that programs find each fact on one line
 */
export function planText(plan: Plan, style: Style, width?: number): string {
  return [...parts(plan, style, width)].join('')
}

/** The text of `planText` in chunks. */
export const planTextChunks = (plan: Plan, style: Style, width?: number): Iterable<string> =>
  inChunks(parts(plan, style, width))

/** Yields one action at a time. */
function* parts(plan: Plan, style: Style, width?: number): Generator<string> {
  const large = plan.actions.length > LARGE_PLAN
  const notes = large ? new Map<string, readonly Warning[]>() : warningsByAddress(plan.warnings)
  const wrap = wrapper(width)
  if (large) {
    for (const warning of plan.warnings) yield `${wrap(warningText(warning, style))}\n\n`
    yield `${byRuleText(plan.actions, style)}\n`
  }
  for (const action of plan.actions) yield `${wrap(actionText(action, notes.get(action.address) ?? [], style))}\n\n`
  for (const item of plan.unchanged) yield `${wrap(unchangedText(item, style))}\n\n`
  const rest = [
    ...(large ? [] : otherWarnings(plan).map(warning => wrap(warningText(warning, style)))),
    ...plan.refused.map(({ code, message }) =>
      wrap(`${style.bad('Refused:')} ${escapeTerminal(message)}${style.code(code)}`),
    ),
    ...(plan.problems.length > 0 ? [problemsText(plan.problems, style)] : []),
    ...approvalsText(plan, style).map(wrap),
    ...unusedText(plan, style).map(wrap),
    ...[leftOutText(plan), snapshotText(plan)].flatMap(note =>
      note === null ? [] : [wrap(style.change(escapeTerminal(note)))],
    ),
    wrap(countsText(plan)),
    summaryText(plan, style),
  ]
  yield `${rest.join('\n\n')}\n`
}

/** How much each rule does, for plans too large for anybody to read every action. */
function byRuleText(actions: readonly Action[], style: Style): string {
  const rows = countsByRule(actions).map(({ rule, counts }) => [
    escapeTerminal(placeText(rule)),
    ...[counts.accept, counts.deny, counts.remove].map(count => (count === 0 ? '' : String(count))),
    escapeTerminal(rule.name ?? rule.reason ?? ''),
  ])
  return `${style.bold('By rule:')}\n${table([['RULE', 'ACCEPT', 'DENY', 'REMOVE', 'NAME OR REASON'], ...rows])}`
}

function unusedText(plan: Plan, style: Style): readonly string[] {
  const unused = unusedRules(plan)
  if (unused === null) return []
  const lines = unused.rules.map(
    rule => `    ${escapeTerminal(placeText(rule))} ${rule.effect}${nameText(rule, style)}`,
  )
  const more = unused.more > 0 ? [`    and ${unused.more} more`] : []
  return [[style.change(`${unused.title}:`), ...lines, ...more].join('\n')]
}

/** Below this width, our wrapping is harder to read than the terminal's. */
const NARROWEST = 40

/** Continuation lines are aligned with the value after the label. */
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

function summaryText(plan: Plan, style: Style): string {
  const line = summaryLine(plan)
  if (plan.problems.length > 0 || plan.refused.length > 0) return style.bad(line)
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

/** Warnings about something that is not an action of this plan. */
function otherWarnings({ actions, warnings }: Plan): readonly Warning[] {
  const planned = new Set(actions.map(({ address }) => address))
  return warnings.filter(({ address }) => address === null || !planned.has(address))
}

function warningText({ code, message, address, rule }: Warning, style: Style): string {
  const where = [address, rule && placeText(rule)].filter(part => part !== null).map(part => escapeTerminal(part))
  return `${style.change('Warning:')} ${escapeTerminal(message)}${style.code(code)}${where.length > 0 ? style.dim(`\n         ${where.join('  ')}`) : ''}`
}

function actionText(action: Action, warnings: readonly Warning[], style: Style): string {
  const removed = !isInvitationAction(action)
  const symbol = removed ? style.bad('-') : style.change('~')
  const head = `${symbol} ${style.bold(escapeTerminal(action.address))}${removed ? '' : `  ${escapeTerminal(action.before.email)}`}`
  const rows = [...fieldsOf(action, style), ...basisFields(action, style)]
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    head,
    ...rows.map(([name, value]) => `    ${name.padStart(width)}: ${value}`),
    ...warnings.map(({ code, message }) => `    ${style.change('!')} ${escapeTerminal(message)}${style.code(code)}`),
  ].join('\n')
}

type Field = readonly [name: string, value: string]

function fieldsOf(action: Action, style: Style): readonly Field[] {
  if (action.action === 'remove') return removalFields(action, style)
  if (action.action === 'delete')
    return [
      ['user', style.bad('deleted in Keycloak')],
      ['found', escapeTerminal(keycloakSentence(action))],
    ]
  return changeFields(action, style)
}

/** Shows the spelling if it differs from the action's address, which is case-folded. */
function removalFields({ address, before, loss }: RemovalAction, style: Style): readonly Field[] {
  const sent = address.endsWith(`.${before.email}`) ? [] : [['sent as', escapeTerminal(before.email)] as const]
  const lost = loss?.clouds.length ?? 0
  const sentences = lossSentences(loss, quoteTerminal)
  return [
    ['user', style.bad('removed')],
    ...sent,
    ...sentences.map((sentence, index) => ['clouds', index < lost ? style.bad(sentence) : sentence] as const),
  ]
}

function changeFields(action: InvitationAction, style: Style): readonly Field[] {
  const { before } = action
  const after = action.action === 'accept' ? style.good(STATUS_AFTER.accept) : style.bad(STATUS_AFTER.deny)
  const note = wasDeniedBefore(action) ? ` (${style.change(DENIED_BEFORE)})` : ''
  return [
    ['status', `${escapeTerminal(before.status)} → ${after}${note}`],
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

function nameText({ name, reason }: RuleRef, style: Style): string {
  const title = name === null ? '' : `  ${escapeTerminal(name)}`
  return `${title}${reason === null ? '' : `  ${style.dim(`(${escapeTerminal(reason)})`)}`}`
}

function basisFields(action: Action, style: Style): readonly Field[] {
  const { rule, overruled, why, impliedBy } = action
  const name = why === 'accept_by_unmatched' || why === 'deny_by_unmatched' ? 'unmatched' : 'rule'
  return [
    [name, `${escapeTerminal(placeText(rule))}${nameText(rule, style)}`],
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
  const from = snapshotText(plan) === null ? escapeTerminal(apiUrl) : 'the snapshot'
  const facts = [stateText(plan), provenanceText(plan)].flatMap(fact => (fact === null ? [] : [escapeTerminal(fact)]))
  return [
    `${plural(summary.invitations, 'invitation')} read from ${from}: ${countsLine(plan)}.`,
    ...facts,
    `Digest: ${escapeTerminal(digest)}`,
  ].join('\n')
}
