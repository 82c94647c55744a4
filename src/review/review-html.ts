import type { RuleRef } from '../model/action.js'
import { placeText } from '../model/problem.js'
import { plural } from '../model/text.js'
import { escapeHtml, scriptJson, shown } from '../render/escape/html.js'
import { definitionList, pageHead, tableHtml } from '../render/html/page.js'
import { inChunks } from '../render/text/chunks.js'
import { provenanceText } from '../render/text/words.js'
import {
  type AccessRow,
  FINDING_CODES,
  FINDINGS,
  type FindingCounts,
  type Review,
  type ReviewSummary,
} from './access-review.js'
import { REVIEW_SCRIPT } from './review-page.gen.js'
import { cloudsSentences, codesIn, countsText } from './summarize.js'

/**
 * A review as one self-contained page, in chunks: the summary is visible without its script, the rows are data that
 * review-page.js shows.
 */
export const reviewHtml = (review: Review): Iterable<string> => inChunks(parts(review))

function* parts(review: Review): Generator<string> {
  const { summary, rows } = review
  yield pageHead('guestlist review', REVIEW_SCRIPT)
  yield `<body>
<header>
<h1>guestlist review</h1>
${factsHtml(review)}</header>
<main>
${cloudsHtml(summary)}<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
${findingsHtml(summary)}</section>
<section aria-labelledby="owners"><h2 id="owners">Owners</h2>
${ownersHtml(summary)}</section>
${accessesHtml(rows.length)}</main>
<script type="application/json" id="data">`
  yield* dataParts(rows)
  yield `</script>
<script type="module">${REVIEW_SCRIPT}</script>
</body>
</html>
`
}

function factsHtml({ provenance, summary }: Review): string {
  const { read, api_url } = provenance
  const source = read.snapshot === null ? 'the API' : `the snapshot ${read.snapshot}`
  const facts = [
    ['API', api_url],
    ['Read', `${read.at}, from ${source}`],
    ['Made by', provenanceText({ provenance }) ?? ''],
  ] as const
  return `<p class="summary">${plural(summary.rows, 'access', 'accesses')} of ${plural(summary.people, 'person', 'people')}</p>
${definitionList('facts', facts)}
`
}

function cloudsHtml({ clouds }: ReviewSummary): string {
  const sentences = cloudsSentences(clouds, name => `"${name}"`).map(sentence => `<li>${escapeHtml(sentence)}</li>`)
  const alert = clouds?.complete ? 'note' : 'alert'
  return `<section class="${alert}" aria-labelledby="clouds"><h2 id="clouds">Clouds</h2><ul>${sentences.join('')}</ul></section>
`
}

function findingsHtml({ findings }: ReviewSummary): string {
  const found = codesIn(findings)
  if (found.length === 0) return '<p>No findings.</p>\n'
  const counts = found.map(code => [`${code}: ${FINDINGS[code]}`, findings[code]] as const)
  return `${definitionList('counts', counts)}\n`
}

function ownersHtml({ owners }: ReviewSummary): string {
  const row = (owner: string | null, rows: number, findings: FindingCounts) =>
    `<tr><th scope="row">${owner === null ? '(none)' : escapeHtml(owner)}</th><td>${rows}</td><td>${countsText(findings)}</td></tr>`
  return `<div class="scroll" role="group" aria-label="Table of owners" tabindex="0"><table><thead><tr><th scope="col">Owner</th><th scope="col">Accesses</th><th scope="col">Findings</th></tr></thead><tbody>${owners
    .map(({ owner, rows, findings }) => row(owner, rows, findings))
    .join('')}</tbody></table></div>
`
}

const accessesHtml = (rows: number): string =>
  tableHtml({
    id: 'accesses',
    heading: 'Who has access',
    label: 'Accesses',
    rows,
    columns: ['E-mail', 'Cloud', 'Project', 'Status', 'Rule', 'Owner', 'Reason', 'Ends', 'Findings'],
    filters: ['Finding', 'Cloud', 'Owner'],
  })

/** Each rule and word once, referred to by number, since there may be 300,000 rows. */
function* dataParts(rows: readonly AccessRow[]): Generator<string> {
  const rules = numbered<RuleRef>()
  const words = numbered<string>()
  const word = (value: string | number | null) => words.numberOf(shown(value === null ? '' : String(value)))
  yield '{"rows":['
  let before = ''
  for (const row of rows) {
    const encoded = [
      shown(row.email),
      word(row.cloud),
      word(row.cloud_role),
      word(row.project),
      word(row.project_role),
      word(row.status),
      row.rule === null ? -1 : rules.numberOf(row.rule),
      row.ends ?? '',
      row.findings.reduce((bits, code) => bits | (1 << FINDING_CODES.indexOf(code)), 0),
    ]
    yield `${before}${scriptJson(encoded)}`
    before = ',\n'
  }
  const facts = rules
    .all()
    .map(rule => [placeText(rule), rule.name, rule.owner, rule.reason].map(fact => shown(fact ?? '')))
  yield `],"rules":${scriptJson(facts)},"words":${scriptJson(words.all())},"findings":${scriptJson(FINDING_CODES)}}`
}

function numbered<T>() {
  const numbers = new Map<T, number>()
  return {
    numberOf(value: T): number {
      const known = numbers.get(value) ?? numbers.size
      numbers.set(value, known)
      return known
    },
    all: (): readonly T[] => [...numbers.keys()],
  }
}
