import { placeText } from '../model/problem.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import type { ResultsDocument } from './results.js'

type ShownTest = ResultsDocument['tests'][number]

/** Results as JUnit XML, one suite per file, which CI systems show in merge requests. `at`: RFC 3339, UTC. */
export function junitXml({ tests }: ResultsDocument, at: string): string {
  const files = [...new Set(tests.map(({ file }) => file))]
  const suites = files.map((file, id) =>
    suiteOf(
      file,
      id,
      tests.filter(test => test.file === file),
      at,
    ),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`
}

/** Includes everything that the strictest of the format's schemas requires. */
function suiteOf(file: string, id: number, tests: readonly ShownTest[], at: string): string {
  const failed = tests.filter(({ passed }) => !passed).length
  const attributes = {
    name: file,
    package: 'guestlist',
    id: String(id),
    tests: String(tests.length),
    failures: String(failed),
    errors: '0',
    time: '0',
    timestamp: at.slice(0, 19),
    hostname: 'localhost',
  }
  return `  <testsuite${attributesText(attributes)}>
    <properties/>
${tests.map(caseOf).join('')}    <system-out/>
    <system-err/>
  </testsuite>
`
}

function caseOf({ name, file, line, column, failures }: ShownTest): string {
  const begin = `    <testcase${attributesText({ name, classname: file, time: '0' })}`
  if (failures.length === 0) return `${begin}/>\n`
  const message = failures
    .map(({ subject, expected, got }) => `${subject}: expected ${expected}, got ${got}`)
    .join('; ')
  const text = failures.map(({ subject, explanation }) => `${subject}:\n${explanation}`).join('\n\n')
  const body = escaped(`${placeText({ file, line, column })}\n${text}`)
  return `${begin}>\n      <failure${attributesText({ message, type: 'failure' })}>${body}</failure>\n    </testcase>\n`
}

const attributesText = (attributes: Readonly<Record<string, string>>): string =>
  Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value).replaceAll(/\s/g, ' ')}"`)
    .join('')

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escapes each line as for a terminal, and also the two other characters that XML 1.0 cannot represent. */
const escaped = (text: string): string =>
  text
    .split(/\r?\n/)
    .map(escapeTerminal)
    .join('\n')
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll(/[&<>"]/g, character => ENTITIES[character] ?? character)
