import { placeText } from '../model/problem.js'
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

/** CSV as RFC 4180 has it, in UTF-8, in chunks: a header, then a line for each row, each ended by CR LF. */
export const reviewCsv = (rows: Iterable<AccessRow>): Iterable<string> => inChunks(lines(rows))

function* lines(rows: Iterable<AccessRow>): Generator<string> {
  yield `${HEADER.join(',')}\r\n`
  for (const row of rows) yield `${cellsOf(row).map(cell).join(',')}\r\n`
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

function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = value.replaceAll(/[\0\p{Cs}]/gu, '\ufffd')
  const inert = FORMULA.test(text) || SKIPPED.test(text) ? `'${text}` : text
  return /[",\r\n]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
