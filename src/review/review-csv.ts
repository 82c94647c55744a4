import { placeText } from '../model/problem.js'
import { RUNNER_COMMAND } from '../render/escape/terminal.js'
import { inChunks } from '../render/text/chunks.js'
import type { AccessRow } from './review.js'

const HEADER = [
  'email',
  'cloud',
  'cloud_role',
  'project',
  'project_role',
  'status',
  'rule',
  'name',
  'owner',
  'reason',
  'ends',
  'findings',
] as const

/**
 * CSV as RFC 4180 has it, in UTF-8, in chunks: a header, then a line for each row, each ended by CR LF.
 *
 * @param shown what becomes of each string: on a terminal what could act on it is made visible, in a file all stays as it is
 */
export const reviewCsv = (
  rows: Iterable<AccessRow>,
  shown: (text: string) => string = text => text,
): Iterable<string> => inChunks(lines(rows, shown))

function* lines(rows: Iterable<AccessRow>, shown: (text: string) => string): Generator<string> {
  yield `${HEADER.join(',')}\r\n`
  for (const row of rows) {
    const cells = cellsOf(row).map(value => cell(typeof value === 'string' ? shown(value) : value))
    yield `${cells.join(',')}\r\n`
  }
}

const cellsOf = ({ rule, ...row }: AccessRow): readonly (string | number | null)[] => [
  row.email,
  row.cloud,
  row.cloud_role,
  row.project,
  row.project_role,
  row.status,
  rule && placeText(rule),
  rule?.name ?? null,
  rule?.owner ?? null,
  rule?.reason ?? null,
  row.ends,
  row.findings.join(' '),
]

/**
 * What a spreadsheet may take for a formula, at the beginning of a cell, after what it skips: with an apostrophe before it, it
 * is text. Full-width signs count, for some turn them into narrow ones.
 */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/u
/** A tab or a line break at the beginning moves what follows into a cell of its own in some of them. */
const SKIPPED = /^[\t\r\n]/
/** What a CI runner obeys at the beginning of a line, should the output go to its log; an apostrophe before it is enough. */
const COMMAND = /(^|[\r\n])([^\S\r\n]*)::/g

function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = value.replaceAll(/[\0\p{Cs}]/gu, '\ufffd')
  const plain = text.replaceAll(COMMAND, "$1'$2::").replaceAll(RUNNER_COMMAND, "#'")
  const inert = FORMULA.test(plain) || SKIPPED.test(plain) ? `'${plain}` : plain
  return /[",\r\n]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
