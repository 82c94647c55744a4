import type { OverruledRef } from '../../model/action.js'
import type { Plan, Warning } from '../../model/plan.js'
import { placeText, problemPlace } from '../../model/problem.js'
import { plural } from '../../model/text.js'
import { escapeHtml, scriptJson } from '../escape/html.js'
import {
  approvalsLine,
  leftOutText,
  provenanceText,
  snapshotText,
  stateText,
  summaryLine,
  unusedRules,
} from '../text/words.js'
import { definitionList, pageHead, tableHtml } from './page.js'
import { chartsHtml } from './report-charts.js'
import { PAGE_SCRIPT } from './report-page.gen.js'
import { DECISIONS, type ReportRow, reportRows } from './report-rows.js'

/**
 * A plan as one self-contained page: no network (its policy forbids it), no other files. The table's rows are data that
 * report-page.js shows; everything else is visible without it.
 */
export function planHtml(plan: Plan): string {
  const rows = reportRows(plan)
  return `${pageHead('guestlist plan', PAGE_SCRIPT)}<body>
<header>
<h1>guestlist plan</h1>
${factsHtml(plan)}</header>
<main>
${alertsHtml(plan)}<section aria-labelledby="overview"><h2 id="overview">Overview</h2>
${countsHtml(plan)}<div class="charts">
${chartsHtml(rows)}</div></section>
${decisionsHtml(plan, rows)}</main>
<script type="application/json" id="data">${scriptJson({ decisions: DECISIONS, rows })}</script>
<script type="module">${PAGE_SCRIPT}</script>
</body>
</html>
`
}

function factsHtml(plan: Plan): string {
  const { apiUrl, timestamp, digest } = plan
  const facts = [
    ['API', apiUrl],
    ['Planned at', timestamp],
    ['Digest', digest],
    ['Approvals', approvalsLine(plan, text => text)],
    ['Source', snapshotText(plan)],
    ['Scope', leftOutText(plan)],
    ['State', stateText(plan)?.replace(/^State: /, '') ?? null],
    ['Made by', provenanceText(plan)],
  ] as const
  const known = facts.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
  return `<p class="summary">${summaryLine(plan)}</p>
${definitionList('facts', known)}
`
}

function countsHtml({ summary }: Plan): string {
  const counts = [
    ['to accept', summary.accept],
    ...(summary.denied_before > 0 ? [['of them denied before', summary.denied_before] as const] : []),
    ['to deny', summary.deny],
    ['to remove', summary.remove],
    ['refused', summary.refused],
    ['already right', summary.unchanged],
    ['pending, unmatched', summary.unmatched],
    ['invitations read', summary.invitations],
  ] as const
  return `${definitionList('counts', counts)}\n`
}

function decisionsHtml({ unchanged, summary }: Plan, rows: readonly ReportRow[]): string {
  const hidden = unchanged.length === 0 ? summary.invitations - summary.accept - summary.deny : 0
  const note =
    hidden > 0 ? `<p>Without what this plan leaves out: ${plural(hidden, 'invitation')} with nothing to do.</p>\n` : ''
  return tableHtml({
    id: 'decisions',
    heading: 'Decisions',
    label: 'Decisions',
    rows: rows.length,
    columns: ['Decision', 'E-mail', 'Id', 'Status', 'Cloud', 'Project', 'Rule', 'Reason'],
    filters: ['Decision', 'Cloud', 'Role'],
    note,
  })
}

/** Longer lists are folded, so that what follows is not missed. */
const SHOWN = 20

/** What readers must know first: why apply will refuse, errors, and warnings. */
export function alertsHtml(plan: Plan): string {
  const { refused, problems, warnings } = plan
  const unused = unusedRules(plan)
  const lists = [
    alert(
      'refused',
      `Refused: apply will not run this plan`,
      refused.map(({ message }) => escapeHtml(message)),
    ),
    alert(
      'errors',
      plural(problems.length, 'error'),
      problems.map(
        problem =>
          `<code>${escapeHtml(problemPlace(problem))}</code> ${escapeHtml(problem.summary)}. ${escapeHtml(problem.detail)}`,
      ),
    ),
    alert('warnings', plural(warnings.length, 'warning'), warnings.map(warningItem)),
    alert('unused', unused?.title ?? '', plan.unusedRules.map(unusedItem)),
  ]
  return lists.join('')
}

function warningItem({ message, address, rule }: Warning): string {
  const where = [address, rule && placeText(rule)].filter(part => part !== null)
  return [escapeHtml(message), ...where.map(part => `<code>${escapeHtml(part)}</code>`)].join(' ')
}

function unusedItem(rule: OverruledRef): string {
  const about = [rule.name, rule.reason].filter(part => typeof part === 'string').map(part => escapeHtml(part))
  return [`<code>${escapeHtml(placeText(rule))}</code> ${rule.effect}`, ...about].join(' ')
}

function alert(kind: string, title: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const list = (part: readonly string[]) => `<ul>${part.map(item => `<li>${item}</li>`).join('')}</ul>`
  const rest = items.slice(SHOWN)
  const folded = rest.length === 0 ? '' : `<details><summary>${rest.length} more</summary>${list(rest)}</details>`
  return `<section class="alert ${kind}" aria-labelledby="${kind}"><h2 id="${kind}">${title}</h2>
${list(items.slice(0, SHOWN))}${folded}</section>
`
}
