import { placeText } from '../model/problem.js'
import { plural } from '../model/text.js'
import { escapeTerminal, quoteTerminal } from '../render/escape/terminal.js'
import { inChunks } from '../render/text/chunks.js'
import type { Style } from '../render/text/style.js'
import { table } from '../render/text/table.js'
import { wrapText } from '../render/text/width.js'
import { provenanceText } from '../render/text/words.js'
import { type AccessRow, FINDINGS, type Review, type ReviewSummary } from './access-review.js'
import { cloudsSentences, codesIn, countsText } from './summarize.js'

/** A review for people, in chunks: the summary, then a paragraph per person. @param width columns of the terminal */
export const reviewText = (review: Review, style: Style, width?: number): Iterable<string> =>
  inChunks(wrapped(parts(review, style), width))

function* wrapped(chunks: Iterable<string>, width: number | undefined): Generator<string> {
  for (const chunk of chunks) yield wrapText(chunk, width, 6)
}

function* parts({ provenance, summary, rows }: Review, style: Style): Generator<string> {
  yield `${style.bold(`Review: ${plural(summary.rows, 'access', 'accesses')} of ${plural(summary.people, 'person', 'people')}.`)}\n\n`
  yield `${findingsText(summary, style)}\n`
  yield `${ownersText(summary)}\n`
  yield `${cloudsSentences(summary.clouds, quoteTerminal).join('\n')}\n`
  yield `Read from ${escapeTerminal(provenance.api_url)} at ${provenance.read.at}${provenance.read.snapshot === null ? '' : ` (snapshot ${quoteTerminal(provenance.read.snapshot)})`}. Made by ${escapeTerminal(provenanceText({ provenance }) ?? '')}.\n`
  let last: string | null = null
  for (const row of rows) {
    if (row.key !== last) yield `\n${style.bold(escapeTerminal(row.email))}\n`
    last = row.key
    yield rowText(row, style)
  }
}

function findingsText({ findings }: ReviewSummary, style: Style): string {
  const found = codesIn(findings)
  if (found.length === 0) return `${style.good('No findings.')}\n`
  return table([['Finding', 'Accesses', ''], ...found.map(code => [code, String(findings[code]), FINDINGS[code]])])
}

const ownersText = ({ owners }: ReviewSummary): string =>
  table([
    ['Owner', 'Accesses', 'Findings'],
    ...owners.map(({ owner, rows, findings }) => [
      owner === null ? '(none)' : escapeTerminal(owner),
      String(rows),
      countsText(findings),
    ]),
  ])

function rowText(row: AccessRow, style: Style): string {
  const as = (role: string | number | null) => (role === null ? '' : ` as ${escapeTerminal(String(role))}`)
  const project = row.project === null ? '' : `, project ${quoteTerminal(row.project)}${as(row.project_role)}`
  const ends = row.ends === null ? '' : `, until ${row.ends}`
  const where = `cloud ${quoteTerminal(row.cloud)}${as(row.cloud_role)}${project}: ${row.status}${ends}`
  const found = row.findings.length === 0 ? '' : `  ${style.bad(row.findings.join(' '))}`
  return `  ${where}${found}\n${row.rule === null ? '' : `    ${style.dim(ruleText(row.rule))}\n`}`
}

function ruleText(rule: NonNullable<AccessRow['rule']>): string {
  const facts = [
    rule.name,
    rule.owner === null ? null : `owner ${rule.owner}`,
    rule.reason === null ? null : `(${rule.reason})`,
  ].filter(fact => fact !== null)
  return escapeTerminal([placeText(rule), ...facts].join('  '))
}
