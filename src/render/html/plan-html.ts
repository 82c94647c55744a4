import type { Plan } from '../../model/plan.js'
import { plural } from '../../model/text.js'
import { escapeHtml, scriptJson } from '../escape/html.js'
import { approvalsLine, leftOutText, provenanceText, snapshotText, stateText, summaryLine } from '../text/words.js'
import { pageHead } from './page-head.js'
import { alertsHtml } from './report-alerts.js'
import { chartsHtml } from './report-charts.js'
import { PAGE_SCRIPT } from './report-page.gen.js'
import { DECISIONS, type ReportRow, reportRows } from './report-rows.js'
import { tableHtml } from './table.js'

/**
 * A plan as one page that needs nothing else: no network (its policy forbids it), no file beside it. The table's rows are data
 * that report-page.js shows; everything else is there without it.
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
  const approvals = approvalsLine(plan, text => text)
  const facts = [
    ['API', apiUrl],
    ['Planned at', timestamp],
    ['Digest', digest],
    ...[
      ['Approvals', approvals],
      ['Source', snapshotText(plan)],
      ['Scope', leftOutText(plan)],
      ['State', stateText(plan)?.replace(/^State: /, '') ?? null],
      ['Made by', provenanceText(plan)],
    ].filter(([, value]) => value !== null),
  ]
  return `<p class="summary">${summaryLine(plan)}</p>
<dl class="facts">${facts
    .map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value ?? '')}</dd></div>`)
    .join('')}</dl>
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
  return `<dl class="counts">${counts
    .map(([name, count]) => `<div><dt>${name}</dt><dd>${count}</dd></div>`)
    .join('')}</dl>
`
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
