import type { ManifestSource } from '../manifest/parse.js'
import type { Place } from '../model/problem.js'
import { type Allow, allowsOf, unusedAllow, unusedRemark } from './allows.js'
import type { LintFinding, LintLevel, Remark } from './context.js'
import { createContext, type LintInput, type LintRule } from './context.js'
import { conflictingRules } from './rules/conflicting-rules.js'
import { confusableAddress } from './rules/confusable-address.js'
import { redundantRule, shadowedRule } from './rules/needless-rules.js'
import {
  expiredRule,
  expiringRule,
  missingOwner,
  missingReason,
  removedAndProtected,
  unusedRule,
} from './rules/single-entries.js'
import { acceptsEveryoneRule, adminByWildcard } from './rules/wide-accepts.js'

/** Every lint rule, in the order of the table in the README. */
export const LINT_RULES: readonly LintRule[] = [
  shadowedRule,
  redundantRule,
  conflictingRules,
  expiredRule,
  expiringRule,
  adminByWildcard,
  acceptsEveryoneRule,
  confusableAddress,
  removedAndProtected,
  unusedRule,
  missingReason,
  missingOwner,
  unusedAllow,
]

export interface LintResult {
  /** Sorted by file, line and column. */
  readonly findings: readonly LintFinding[]
  /** Rules whose coverage could not be determined in reasonable time. */
  readonly undecided: readonly Place[]
}

/** Finds mistakes in a valid manifest. Pure; `sources` are what the manifest was parsed from. */
export function lintManifest(input: LintInput, sources: readonly ManifestSource[]): LintResult {
  const context = createContext(input)
  const allows = allowsOf(sources)
  const silencing = new Set<Allow>()
  const found = LINT_RULES.flatMap(rule =>
    [...rule.find(context)]
      .filter(remark => !isAllowed(rule, remark, allows, silencing))
      .map(remark => findingOf(rule, remark)),
  )
  const unused = allows.filter(allow => !silencing.has(allow) && wasChecked(allow, input))
  const findings = [...found, ...unused.map(allow => findingOf(unusedAllow, unusedRemark(allow, LINT_RULES)))]
  return {
    findings: findings.sort(byPlace(sources)),
    undecided: [...context.undecided].map(({ entry }) => entry.at),
  }
}

/** A conflict involves two rules, and can be allowed at either. */
function isAllowed(rule: LintRule, remark: Remark, allows: readonly Allow[], silencing: Set<Allow>): boolean {
  const places = rule === conflictingRules && remark.other ? [remark.at, remark.other] : [remark.at]
  const found = allows.filter(
    ({ at, code, line }) => code === rule.code && places.some(place => place.file === at.file && place.line === line),
  )
  for (const allow of found) silencing.add(allow)
  return found.length > 0
}

/** A comment is not unused if its lint rule did not run. */
const wasChecked = ({ code }: Allow, { invitations }: LintInput): boolean =>
  code !== unusedRule.code || invitations !== null

const findingOf = ({ code, level }: LintRule, { at, summary, detail, other, witness }: Remark): LintFinding => ({
  code,
  level,
  ...at,
  summary,
  detail,
  other: other ?? null,
  witness: witness ?? null,
})

function byPlace(sources: readonly ManifestSource[]) {
  const order = new Map(sources.map(({ file }, index) => [file, index]))
  const indexOf = (file: string) => order.get(file) ?? 0
  return (a: LintFinding, b: LintFinding): number =>
    indexOf(a.file) - indexOf(b.file) || a.line - b.line || a.column - b.column
}

const RANKS: Readonly<Record<LintLevel, number>> = { info: 0, warning: 1 }

/** Whether a finding is at or above a level. */
export const isAtLeast = (finding: Pick<LintFinding, 'level'>, level: LintLevel): boolean =>
  RANKS[finding.level] >= RANKS[level]
