import type { Place } from '../model/problem.js'
import type { LintFinding } from './context.js'
import { LINT_DOCS } from './docs.gen.js'

const HOME = 'https://www.npmjs.com/package/bimdata-guestlist'

/** SARIF's names for the levels. */
const LEVELS = { warning: 'warning', info: 'note' } as const

/** Findings as SARIF 2.1.0, for code scanning. */
export const sarifLog = (findings: readonly LintFinding[], version: string) => ({
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'guestlist', version, informationUri: HOME, rules: LINT_DOCS.map(ruleOf) } },
      columnKind: 'unicodeCodePoints',
      results: findings.map(resultOf),
    },
  ],
})

const ruleOf = ({ code, level, doc }: (typeof LINT_DOCS)[number]) => ({
  id: code,
  shortDescription: { text: doc },
  help: { text: `guestlist explain-code ${code}` },
  defaultConfiguration: { level: LEVELS[level] },
})

const resultOf = ({ code, level, summary, detail, other, witness, ...place }: LintFinding) => ({
  ruleId: code,
  ruleIndex: LINT_DOCS.findIndex(rule => rule.code === code),
  level: LEVELS[level],
  message: { text: `${summary}. ${detail}${witness === null ? '' : ` For example: ${JSON.stringify(witness)}.`}` },
  locations: [locationOf(place)],
  ...(other === null ? {} : { relatedLocations: [{ ...locationOf(other), message: { text: 'The other place' } }] }),
})

const locationOf = ({ file, line, column }: Place) => ({
  physicalLocation: {
    artifactLocation: { uri: uriOf(file) },
    region: { startLine: line, startColumn: column },
  },
})

/** A relative path as a relative reference, an absolute one as a file URL. */
function uriOf(path: string): string {
  const parts = path
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
    .split('/')
  const encoded = parts.map(encodeURIComponent).join('/')
  return path.startsWith('/') ? `file://${encoded}` : encoded
}
