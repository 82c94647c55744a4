import { placeText } from '../model/problem.js'
import { plural } from '../model/text.js'
import { escapeTerminal, quoteTerminal } from '../render/escape/terminal.js'
import type { Style } from '../render/text/style.js'
import type { LintFinding } from './context.js'
import type { Witness } from './decisions.js'

/** How many findings below warning are shown per code; the rest are counted. */
const MOST_TOLD = 10

/** Findings for people; the last line counts them. */
export function findingsText(findings: readonly LintFinding[], style: Style): string {
  const counts = new Map<string, number>()
  const shown = findings.filter(({ code, level }) => {
    const count = (counts.get(code) ?? 0) + 1
    counts.set(code, count)
    return level === 'warning' || count <= MOST_TOLD
  })
  const cut = [...counts].filter(
    ([code, count]) => count > MOST_TOLD && shown.filter(one => one.code === code).length < count,
  )
  const more = cut.map(([code, count]) => `${count - MOST_TOLD} more ${code}: see --format json.`)
  return [...shown.map(finding => findingText(finding, style)), ...more, summaryOf(findings, style)]
    .join('\n\n')
    .concat('\n')
}

function findingText({ file, line, column, code, level, summary, detail, witness }: LintFinding, style: Style): string {
  const label = level === 'warning' ? style.change('Warning') : style.dim('Info')
  return [
    `${style.bold(escapeTerminal(placeText({ file, line, column })))}: ${label}: ${escapeTerminal(summary)} ${style.dim(`[${code}]`)}`,
    ...(witness === null ? [] : [`  For example: ${witnessText(witness)}`]),
    `  ${escapeTerminal(detail)}`,
  ].join('\n')
}

const witnessText = (witness: Witness): string =>
  Object.entries(witness)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? value : quoteTerminal(String(value))}`)
    .join(', ')

function summaryOf(findings: readonly LintFinding[], style: Style): string {
  if (findings.length === 0) return style.good('Nothing found.')
  const warnings = findings.filter(({ level }) => level === 'warning').length
  return `Found ${plural(warnings, 'warning')} and ${plural(findings.length - warnings, 'remark')}.`
}
