import type { Action, Plan, Warning } from '../../model/plan.js'
import { codeSpan, prose } from '../escape/markdown.js'
import { lossSentences } from '../loss.js'
import {
  AFTER,
  approvalsLine,
  countsLine,
  errorsLine,
  gravestFirst,
  placeText,
  plural,
  summaryLine,
} from '../text/words.js'
import { type Section, withinBudget } from './markdown-budget.js'

/** The first line of every comment, by which a pipeline finds the one to update. It never changes. */
export const MARKDOWN_MARKER = '<!-- guestlist-plan -->'

/** GitHub takes 65,536 characters, and pipelines like to add a line. */
export const MARKDOWN_LIMIT = 65_000

/**
 * A plan as a comment on a pull request: marker, summary, what must be known first, a table, details folded, the digest. What
 * does not fit is left out and counted. Changes that cannot be taken back come first, so that a cut never hides them
 * behind others: removals, then denials, then accepts.
 */
export function planMarkdown(plan: Plan): string {
  const head = [MARKDOWN_MARKER, `### ${plan.problems.length > 0 ? errorsLine(plan) : summaryLine(plan)}`, '']
  const foot = footLines(plan)
  const fixed = [...head, ...foot].join('\n').length
  const actions = gravestFirst(plan.actions)
  const sections = [...alerts(plan), tableOf(actions), detailsOf(actions)].filter(({ rows }) => rows.length > 0)
  return `${[...head, ...withinBudget(sections, MARKDOWN_LIMIT - fixed - 1), ...foot].join('\n')}\n`
}

function footLines(plan: Plan): readonly string[] {
  const { apiUrl, digest, summary, complete, problems } = plan
  const narrowed =
    complete || problems.length > 0 ? [] : ['Narrowed by options: applying it may leave something to do.', '']
  const approvals = approvalsLine(plan, text => codeSpan(text))
  return [
    ...narrowed,
    ...(approvals === null ? [] : [approvals, '']),
    `${plural(summary.invitations, 'invitation')} read from ${codeSpan(apiUrl)}: ${countsLine(plan)}.`,
    '',
    `Digest: ${codeSpan(digest)}`,
  ]
}

function alerts({ refused, problems, warnings }: Plan): readonly Section[] {
  const list = (title: string, noun: string, rows: readonly string[]): Section => ({
    open: [`**${title}**`, ''],
    rows,
    close: [''],
    noun,
    share: 0.2,
  })
  return [
    list(
      'Refused: apply will not run this plan.',
      'refusal',
      refused.map(({ message }) => `- ${prose(message)}`),
    ),
    list(
      'Errors',
      'error',
      problems.map(({ summary, detail, file, range }) => {
        const place = range ? `${range.filename}:${range.start.line}:${range.start.column}` : file
        return `- ${codeSpan(place)}: ${prose(summary)}. ${prose(detail)}`
      }),
    ),
    list('Warnings', 'warning', warnings.map(warningRow)),
  ]
}

function warningRow({ message, address, rule }: Warning): string {
  const where = [address, rule && placeText(rule)].filter(part => part !== null).map(part => codeSpan(part))
  return `- ${prose(message)}${where.length > 0 ? ` ${where.join(' ')}` : ''}`
}

/** A table with more rows than this is folded too. */
const ROWS_SHOWN = 40

function tableOf(actions: readonly Action[]): Section {
  const folded = actions.length > ROWS_SHOWN
  return {
    open: [
      ...(folded ? [`<details><summary>${plural(actions.length, 'change')}</summary>`, ''] : []),
      '| | Who | Change | Where | Rule |',
      '| --- | --- | --- | --- | --- |',
    ],
    rows: actions.map(tableRow),
    close: folded ? ['', '</details>', ''] : [''],
    noun: 'change',
    share: 0.6,
  }
}

function tableRow(action: Action): string {
  const { before, rule } = action
  const cell = (text: string) => codeSpan(text, 'table')
  const change = action.action === 'remove' ? 'removed' : `${cell(action.before.status)} → ${AFTER[action.action]}`
  const reason = rule.reason === null ? '' : `<br>${prose(rule.reason)}`
  return `| **${action.action}** | ${cell(before.email)} | ${change} | ${whereCell(action)} | ${cell(placeText(rule))}${reason} |`
}

/** Cloud and project, each with the role; of a user the clouds that are lost, and how far that was seen. */
function whereCell(action: Action): string {
  const cell = (text: string) => codeSpan(text, 'table')
  if (action.action === 'remove')
    return lossSentences(action.loss)
      .map(sentence => prose(sentence))
      .join('<br>')
  const { cloud_name, cloud_role, project_name, project_role } = action.before
  const project = project_name === null ? '' : `<br>${cell(project_name)}${roleText(project_role)}`
  return `${cell(cloud_name)}${roleText(cloud_role)}${project}`
}

const roleText = (role: string | number | null): string => (role === null ? '' : ` (${prose(String(role))})`)

const detailsOf = (actions: readonly Action[]): Section => ({
  open: [`<details><summary>Rules and reasons of ${plural(actions.length, 'change')}</summary>`, ''],
  rows: actions.map(detailRow),
  close: ['', '</details>', ''],
  noun: 'change',
  share: 1,
})

function detailRow({ address, action, rule, overruled, impliedBy }: Action): string {
  const reason = rule.reason === null ? '' : ` (${prose(rule.reason)})`
  const implied = impliedBy === null ? '' : `, implied by the removal of ${codeSpan(impliedBy)}`
  const others = overruled.slice(0, 3).map(other => `${codeSpan(placeText(other))} (${other.effect})`)
  const more = overruled.length > 3 ? ` and ${overruled.length - 3} more` : ''
  const over = others.length === 0 ? '' : `, overrules ${others.join(', ')}${more}`
  return `- ${codeSpan(address)}: ${action} by ${codeSpan(placeText(rule))}${reason}${implied}${over}`
}
