import { type Action, isInvitationAction, type OverruledRef, type RuleRef } from '../../model/action.js'
import type { Plan, Warning } from '../../model/plan.js'
import { placeText, problemPlace } from '../../model/problem.js'
import { plural } from '../../model/text.js'
import { codeSpan, prose } from '../escape/markdown.js'
import {
  approvalsLine,
  countsByRule,
  countsLine,
  DENIED_BEFORE,
  gravestFirst,
  keycloakSentence,
  LARGE_PLAN,
  leftOutText,
  lossSentences,
  provenanceText,
  snapshotText,
  stateText,
  summaryLine,
  unusedRules,
  wasDeniedBefore,
} from '../text/words.js'
import { lengthOf, type Section, withinBudget } from './markdown-budget.js'

/** The first line of every comment, by which a pipeline finds the one to update. Must never change. */
export const MARKDOWN_MARKER = '<!-- guestlist-plan -->'

/** GitHub accepts 65,536 characters, and pipelines like to add a line. */
export const MARKDOWN_LIMIT = 65_000

/**
 * A plan as a comment on a pull request: marker, summary, what readers must know first, the changes, the digest. What
 * does not fit is left out and counted; the changes get most of the room. Irreversible ones come first, so that a cut
 * never hides them behind others: removals, then denials, then accepts.
 */
export function planMarkdown(plan: Plan): string {
  const head = [
    MARKDOWN_MARKER,
    `### ${summaryLine(plan)}`,
    '',
    ...[snapshotText(plan, name => codeSpan(name)), leftOutText(plan)].flatMap(note =>
      note === null ? [] : [note, ''],
    ),
  ]
  const foot = footLines(plan)
  const actions = gravestFirst(plan.actions)
  const large = actions.length > LARGE_PLAN
  const before = [...alerts(plan), ...(large ? [byRule(actions)] : [])].filter(({ rows }) => rows.length > 0)
  const budget = MARKDOWN_LIMIT - 1 - lengthOf([...head, ...foot])
  const notes = withinBudget(before, budget)
  const changes =
    actions.length === 0
      ? []
      : withinBudget([tableOf(actions, large, budget - lengthOf(notes))], budget - lengthOf(notes))
  return `${[...head, ...notes, ...changes, ...foot].join('\n')}\n`
}

function footLines(plan: Plan): readonly string[] {
  const { apiUrl, digest, summary } = plan
  const shown = (text: string) => codeSpan(text)
  const facts = [stateText(plan, shown), provenanceText(plan, shown)].flatMap(fact => (fact === null ? [] : [fact, '']))
  const approvals = approvalsLine(plan, text => codeSpan(text))
  return [
    ...(approvals === null ? [] : [approvals, '']),
    `${plural(summary.invitations, 'invitation')} read from ${codeSpan(apiUrl)}: ${countsLine(plan)}.`,
    '',
    ...facts,
    `Digest: ${codeSpan(digest)}`,
  ]
}

function alerts(plan: Plan): readonly Section[] {
  const { refused, problems, warnings } = plan
  const list = (title: string, noun: string, rows: readonly string[]): Section => ({
    open: [`**${title}**`, ''],
    rows,
    close: [''],
    noun,
    share: 0.15,
  })
  const unused = unusedRules(plan)
  return [
    list(
      'Refused: apply will not run this plan.',
      'refusal',
      refused.map(({ message }) => `- ${prose(message)}`),
    ),
    list(
      'Errors',
      'error',
      problems.map(
        problem => `- ${codeSpan(problemPlace(problem))}: ${prose(problem.summary)}. ${prose(problem.detail)}`,
      ),
    ),
    list('Warnings', 'warning', warnings.map(warningRow)),
    ...(unused === null
      ? []
      : [
          list(unused.title, 'rule', [
            ...unused.rules.map(unusedRow),
            ...(unused.more > 0 ? [`- and ${unused.more} more`] : []),
          ]),
        ]),
  ]
}

function warningRow({ message, address, rule }: Warning): string {
  const where = [address, rule && placeText(rule)].filter(part => part !== null).map(part => codeSpan(part))
  return `- ${prose(message)}${where.length > 0 ? ` ${where.join(' ')}` : ''}`
}

const unusedRow = (rule: OverruledRef): string =>
  `- ${codeSpan(placeText(rule))} ${rule.effect}${aboutRule(rule, ', ', LONGEST)}`

/** Name and reason of a rule, each after a separator. */
const aboutRule = ({ name, reason }: RuleRef, separator: string, longest: number): string =>
  [name, reason].map(text => (typeof text === 'string' ? `${separator}${prose(text, longest)}` : '')).join('')

/** For a large plan: each rule once, with its name, its reason and its number of actions. */
const byRule = (actions: readonly Action[]): Section => ({
  open: ['| Rule | Accept | Deny | Remove | Why |', '| --- | --- | --- | --- | --- |'],
  rows: countsByRule(actions).map(({ rule, counts }) => {
    const cells = [counts.accept, counts.deny, counts.remove].map(count => (count === 0 ? '' : `${count}`))
    const why = [rule.name, rule.reason].flatMap(text => (typeof text === 'string' ? [prose(text)] : []))
    return `| ${codeSpan(placeText(rule), 'table')} | ${cells.join(' | ')} | ${why.join('<br>')} |`
  }),
  close: [''],
  noun: 'rule',
  share: 0.15,
})

/** A table with more rows than this is folded. */
const ROWS_SHOWN = 40

/** At least this many changes are always shown, if there are that many: names are shortened until they fit. */
const ROWS_AT_LEAST = 400

/** Maximum lengths of a name in characters. Only hostile names need the last ones. */
const LENGTHS = [120, 48, 24, 12, 6, 2] as const
const LONGEST = 120

function tableOf(actions: readonly Action[], large: boolean, budget: number): Section {
  const folded = actions.length > ROWS_SHOWN
  const section = (rows: readonly string[]): Section => ({
    open: [
      ...(folded ? [`<details><summary>${plural(actions.length, 'change')}</summary>`, ''] : []),
      '| | Id | Who | Where | Rule |',
      '| --- | --- | --- | --- | --- |',
    ],
    rows,
    close: folded ? ['', '</details>', ''] : [''],
    noun: 'change',
    share: 1,
  })
  if (!large) return section(actions.map(action => tableRow(action, LONGEST, true)))
  const needed = actions.slice(0, ROWS_AT_LEAST)
  const room = budget - lengthOf([...section([]).open, ...section([]).close]) - ROWS_AT_LEAST
  const fits = (longest: number) => lengthOf(needed.map(action => tableRow(action, longest, false))) <= room
  const longest = LENGTHS.find(fits) ?? 2
  return section(actions.map(action => tableRow(action, longest, false)))
}

/** `withReason`: false for a large plan, in which the table by rule has the reasons. */
function tableRow(action: Action, longest: number, withReason: boolean): string {
  const { before, rule } = action
  const cell = (text: string) => codeSpan(text, 'table', longest)
  const id = isInvitationAction(action) ? `${action.before.id}` : ''
  const note = wasDeniedBefore(action) ? `<br>${DENIED_BEFORE}` : ''
  const why = withReason ? aboutRule(rule, '<br>', 400) : ''
  return `| **${action.action}**${note} | ${id} | ${cell(before.email)} | ${whereCell(action, cell)} | ${cell(placeText(rule))}${why}${basisNotes(action, cell)} |`
}

type Cell = (text: string) => string

/** Cloud and project, each with the role; for a user, the clouds that are lost, as far as is known. */
function whereCell(action: Action, cell: Cell): string {
  if (action.action === 'remove')
    return lossSentences(action.loss)
      .map(sentence => prose(sentence))
      .join('<br>')
  if (action.action === 'delete') return prose(keycloakSentence(action))
  const { cloud_name, cloud_role, project_name, project_role } = action.before
  const project = project_name === null ? '' : `<br>${cell(project_name)}${roleText(project_role)}`
  return `${cell(cloud_name)}${roleText(cloud_role)}${project}`
}

const roleText = (role: string | number | null): string => (role === null ? '' : ` (${prose(String(role))})`)

/** What the rule does not tell: the removal that implies a denial, and the overruled rules. */
function basisNotes({ overruled, impliedBy }: Action, cell: Cell): string {
  const implied = impliedBy === null ? [] : [`implied by the removal of ${cell(impliedBy)}`]
  const others = overruled.slice(0, 3).map(other => `${cell(placeText(other))} (${other.effect})`)
  const more = overruled.length > 3 ? ` and ${overruled.length - 3} more` : ''
  const over = others.length === 0 ? [] : [`overrules ${others.join(', ')}${more}`]
  return [...implied, ...over].map(note => `<br>${note}`).join('')
}
