import { placeText } from '../model/problem.js'
import { RUNNER_COMMAND } from '../render/escape/terminal.js'
import { jsonChunks } from '../render/json-text.js'
import { inChunks } from '../render/text/chunks.js'
import type { AccessRow, Review } from './access-review.js'

/** The fields of an access in CSV and JSON, in this order. */
const factsOf = ({ rule, ...row }: AccessRow) => ({
  email: row.email,
  cloud: row.cloud,
  cloud_role: row.cloud_role,
  project: row.project,
  project_role: row.project_role,
  status: row.status,
  rule: rule && placeText(rule),
  name: rule?.name ?? null,
  owner: rule?.owner ?? null,
  reason: rule?.reason ?? null,
  ends: row.ends,
  findings: row.findings,
})

const HEADER = 'email,cloud,cloud_role,project,project_role,status,rule,name,owner,reason,ends,findings'

/**
 * CSV according to RFC 4180, in UTF-8, in chunks: a header and one line per row, each ended by CR LF.
 *
 * @param shown applied to each string: escapes it for a terminal, leaves it unchanged for a file
 */
export const reviewCsv = (
  rows: Iterable<AccessRow>,
  shown: (text: string) => string = text => text,
): Iterable<string> => inChunks(lines(rows, shown))

function* lines(rows: Iterable<AccessRow>, shown: (text: string) => string): Generator<string> {
  yield `${HEADER}\r\n`
  for (const row of rows) {
    const { findings, ...facts } = factsOf(row)
    const cells = [...Object.values(facts), findings.join(' ')].map(value =>
      cell(typeof value === 'string' ? shown(value) : value),
    )
    yield `${cells.join(',')}\r\n`
  }
}

/**
 * What a spreadsheet may take for a formula at the beginning of a cell, after characters that it skips; a preceding
 * apostrophe makes it text. Full-width signs count, since some spreadsheets convert them.
 */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/u
/** Some spreadsheets move what follows a leading tab or line break into a cell of its own. */
const SKIPPED = /^[\t\r\n]/
/** What a CI runner obeys at the start of a line, should the output go to its log; a preceding apostrophe prevents it. */
const COMMAND = /(^|[\r\n])([^\S\r\n]*)::/g

function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = value.replaceAll(/[\0\p{Cs}]/gu, '\ufffd')
  const plain = text.replaceAll(COMMAND, "$1'$2::").replaceAll(RUNNER_COMMAND, "#'")
  const inert = FORMULA.test(plain) || SKIPPED.test(plain) ? `'${plain}` : plain
  return /[",\r\n]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

/** `{format_version, provenance, summary, rows}`, in chunks. */
export function* reviewJson({ provenance, summary, rows }: Review): Generator<string> {
  yield* jsonChunks({
    format_version: '1.0',
    provenance,
    summary,
    rows: {
      *[Symbol.iterator]() {
        for (const row of rows) yield factsOf(row)
      },
    },
  })
  yield '\n'
}
