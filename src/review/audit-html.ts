import type { AuditAction, AuditRun } from '../audit/runs.js'
import { type AuditVerification, faultsOf, isIntact, verdictOf } from '../audit/verify-log.js'
import { plural } from '../model/text.js'
import { escapeHtml } from '../render/escape/html.js'
import { definitionList, pageHead } from '../render/html/page.js'
import { inChunks } from '../render/text/chunks.js'
import { attemptText, endOf, faultyLines, runFacts } from './audit-text.js'

/** The audit log as one self-contained page without scripts, in chunks. */
export const auditHtml = (verification: AuditVerification, runs: readonly AuditRun[]): Iterable<string> =>
  inChunks(parts(verification, runs))

function* parts(verification: AuditVerification, runs: readonly AuditRun[]): Generator<string> {
  yield pageHead('guestlist audit', '')
  yield `<body>
<header>
<h1>guestlist audit</h1>
<p class="summary">${verdictOf(verification)}</p>
${definitionList('facts', [
  ['Lines', verification.lines],
  ['Head', verification.head],
])}
</header>
<main>
${faultsHtml(verification)}`
  for (const [index, run] of runs.entries()) yield* runParts(run, index, faultyLines(run, verification))
  if (runs.length === 0) yield '<p>No runs.</p>\n'
  yield '</main>\n</body>\n</html>\n'
}

function faultsHtml(verification: AuditVerification): string {
  if (isIntact(verification)) return ''
  const items = faultsOf(verification).map(
    ({ line, kind, message }) => `<li>line ${line}: ${kind}: ${escapeHtml(message)}</li>`,
  )
  const more = verification.omitted > 0 ? `<li>and ${verification.omitted} more</li>` : ''
  return `<section class="alert errors" aria-labelledby="faults"><h2 id="faults">What the chain of lines says</h2><ul>${items.join('')}${more}</ul></section>
`
}

function* runParts(run: AuditRun, index: number, faulty: readonly number[]): Generator<string> {
  const alert = run.outcome === 'complete' && faulty.length === 0 ? '' : ' class="alert"'
  const unfinished = run.outcome === 'unfinished' ? '<p>It has no end: killed, still running, or cut off.</p>' : ''
  const lines = faulty.length === 0 ? '' : `<p>Lines that are not as they were written: ${faulty.join(', ')}.</p>`
  const refusals = run.refusals.map(message => `<p>Refused: ${escapeHtml(message)}</p>`)
  yield `<section${alert} aria-labelledby="run-${index}"><h2 id="run-${index}">${escapeHtml(run.started)}: ${escapeHtml(run.outcome)}</h2>
${unfinished}${lines}${definitionList('facts', runFacts(run))}${refusals.join('')}
`
  if (run.actions.length > 0) {
    yield `<div class="scroll" role="group" aria-label="Actions of the run ${index + 1}" tabindex="0"><table><thead><tr><th scope="col">Address</th><th scope="col">Action</th><th scope="col">Outcome</th><th scope="col">Rule</th><th scope="col">Attempts</th></tr></thead><tbody>`
    for (const action of run.actions) yield actionHtml(action)
    yield '</tbody></table></div>\n'
  }
  yield '</section>\n'
}

function actionHtml(action: AuditAction): string {
  const attempts = action.attempts.map(attempt => `<li>${escapeHtml(attemptText(attempt))}</li>`).join('')
  const list =
    attempts === ''
      ? ''
      : `<details><summary>${plural(action.attempts.length, 'attempt')}</summary><ul>${attempts}</ul></details>`
  const rule = [action.rule, action.reason && `(${action.reason})`].filter(Boolean).join(' ')
  const ended = action.outcome === null ? 'how it ended is not known' : endOf(action)
  return `<tr><th scope="row">${escapeHtml(action.address)}</th><td>${escapeHtml(action.action ?? '')}</td><td>${escapeHtml(ended)}</td><td>${escapeHtml(rule)}</td><td>${list}</td></tr>
`
}
