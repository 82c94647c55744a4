import { createHash } from 'node:crypto'
import { escapeHtml } from '../render/escape/html.js'
import { PAGE_STYLE } from '../render/html/report-page.gen.js'
import type { RunRecord, StatusDocument } from './status.js'

const STYLE = `${PAGE_STYLE}
iframe { width: 100%; height: 70vh; border: 1px solid var(--line); border-radius: 0.4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid var(--line); }
td.message { white-space: pre-wrap; }
.state { font-weight: 600; }`

/** Fetches this page every three seconds and replaces the live part with the server's escaped HTML. */
const SCRIPT = `
const live = () => document.getElementById('live')
const digest = () => live().dataset.plan
async function update() {
  try {
    const answer = await fetch('/', { cache: 'no-store' })
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live')
    if (fresh === null) throw new Error()
    const before = digest()
    if (fresh.innerHTML !== live().innerHTML || fresh.dataset.plan !== before) live().replaceWith(document.adoptNode(fresh))
    const frame = document.getElementById('plan')
    if (digest() !== before) frame.src = digest() === '' ? 'about:blank' : '/plan'
    frame.hidden = digest() === ''
    document.getElementById('lost').textContent = ''
  } catch {
    document.getElementById('lost').textContent = 'guestlist does not answer: what is shown may be old.'
  }
  setTimeout(update, 3000)
}
setTimeout(update, 3000)
`

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Only this page's own content is loaded, sent or run. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${hash(SCRIPT)}`,
  `style-src ${hash(STYLE)}`,
  "connect-src 'self'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The read-only status page. The plan is the HTML report, in a frame. */
export function pageHtml(status: StatusDocument): string {
  const { plan } = status
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>guestlist serve</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>guestlist serve ${escapeHtml(status.version)}</h1></header>
<main>
<p id="lost" role="status"></p>
<div id="live" data-plan="${plan === null ? '' : escapeHtml(`${plan.timestamp} ${plan.digest}`)}">
${stateHtml(status)}
${unmatchedHtml(status)}
${runsHtml(status.runs)}
</div>
<section aria-labelledby="current"><h2 id="current">Current plan</h2>
<iframe id="plan" title="Current plan"${plan === null ? ' hidden' : ' src="/plan"'}></iframe></section>
</main>
<script type="module">${SCRIPT}</script>
</body>
</html>
`
}

function stateHtml(status: StatusDocument): string {
  const { plan, runs, problem } = status
  const facts = [
    ['Role', status.leader ? 'runs on schedule' : 'on standby'],
    ['API', status.api_url],
    ['State', status.state ?? 'not read yet'],
    ['Removals', status.dry_run ? 'nothing is changed (--dry-run)' : status.removals ? 'carried out' : 'left alone'],
    ['Running since', status.started],
    ['Failures in a row', String(status.consecutive_failures)],
    [
      'Changes in the last plan',
      plan === null ? 'no plan yet' : String(plan.summary.accept + plan.summary.deny + plan.summary.remove),
    ],
    ['Unmatched', plan === null ? 'no plan yet' : String(plan.summary.unmatched)],
    ['Warnings', plan === null ? 'no plan yet' : String(plan.summary.warnings)],
  ]
  const last = runs[0]?.message.split('\n')[0] ?? 'No run yet.'
  return `<p class="summary">${escapeHtml(problem ?? last)}</p>
<dl class="facts">${facts.map(([name = '', value = '']) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>
${(plan?.refused ?? []).map(message => `<p class="state">Refused: ${escapeHtml(message)}</p>`).join('\n')}`
}

function unmatchedHtml({ unmatched, plan }: StatusDocument): string {
  if (unmatched.length === 0) return ''
  const items = unmatched.map(before => `<li>${escapeHtml(before.email)}${placeOf(before)}</li>`)
  const total = plan?.summary.unmatched ?? unmatched.length
  const more = total > unmatched.length ? `<p>and ${total - unmatched.length} more</p>` : ''
  return `<section aria-labelledby="unmatched"><h2 id="unmatched">Pending, and no rule matches</h2>
<ul>${items.join('')}</ul>${more}</section>`
}

const placeOf = (before: StatusDocument['unmatched'][number]): string =>
  'cloud_name' in before ? ` in ${escapeHtml(before.cloud_name)}` : ''

function runsHtml(runs: readonly RunRecord[]): string {
  const rows = runs.map(
    run =>
      `<tr><td>${escapeHtml(run.started)}</td><td>${escapeHtml(run.triggers.join(', '))}</td><td>${run.result}</td>` +
      `<td>${(run.duration_ms / 1000).toFixed(1)} s</td><td class="message">${run.message.split('\n').map(escapeHtml).join('\n')}</td></tr>`,
  )
  return `<section aria-labelledby="runs"><h2 id="runs">Last runs</h2>
<table><thead><tr>${['Started', 'Trigger', 'Result', 'Duration', 'What was done'].map(name => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>${rows.join('')}</tbody></table></section>`
}
