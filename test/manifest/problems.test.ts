import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parseManifest } from '../../src/manifest/parse.js'
import { PROBLEM_LIMIT } from '../../src/manifest/problems.js'
import type { ProblemCode } from '../../src/model/codes.gen.js'

/**
 * Each folder holds the files of one manifest and what is to be said of it. After a change of words:
 * `UPDATE_GOLDEN=1 node --import tsx test/manifest/problems.test.ts`, then read the difference.
 */
const ROOT = fileURLToPath(new URL('../golden/problems/', import.meta.url))

/** What a manifest's own text can be wrong about. */
const CODES = [
  'alias',
  'conflicting-scalar',
  'contradiction',
  'duplicate-entry',
  'duplicate-key',
  'empty',
  'empty-selector',
  'missing-key',
  'not-text',
  'syntax',
  'too-large',
  'unknown-key',
  'wrong-type',
  'wrong-value',
] as const satisfies readonly ProblemCode[]
/** A fixture of ten megabytes would be in every clone: test/manifest/decode.test.ts covers it. */
const WITHOUT_FOLDER: readonly string[] = ['too-large']

const cases = readdirSync(ROOT, { withFileTypes: true }).filter(entry => entry.isDirectory())

function problemsOf(folder: string) {
  const files = readdirSync(folder).filter(name => name.endsWith('.yaml'))
  const sources = files.sort().map(file => ({ file, content: new Uint8Array(readFileSync(join(folder, file))) }))
  const result = parseManifest(sources)
  return result.ok ? result.warnings : result.problems
}

for (const { name } of cases) {
  t.test(name, async t => {
    const folder = join(ROOT, name)
    const golden = join(folder, 'problems.json')
    const problems = problemsOf(folder)
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, `${JSON.stringify(problems, null, 2)}\n`)
    t.strictSame(problems, JSON.parse(readFileSync(golden, 'utf8')))
    t.ok(problems.length > 0, 'the case shows a problem')
  })
}

t.test('every kind of problem has a folder', async t => {
  const shown = new Set(cases.flatMap(({ name }) => problemsOf(join(ROOT, name)).map(({ code }) => code)))
  t.strictSame(
    [...shown].sort(),
    CODES.filter(code => !WITHOUT_FOLDER.includes(code)),
  )
})

t.test('words are for people: one line without a full stop, then whole sentences', async t => {
  for (const { name } of cases) {
    for (const { summary, detail } of problemsOf(join(ROOT, name))) {
      t.notMatch(summary, /\n|\.$|must NOT|instancePath|YAMLParseError/, `${name}: ${summary}`)
      t.match(detail, /^[A-Z`"].*\S(?::\n {2}\S[\s\S]*\S)?$/, `${name}: ${detail}`)
    }
  }
})

t.test('no more than a thousand problems are shown, then how many are left', async t => {
  const rules = Array.from({ length: PROBLEM_LIMIT + 234 }, (_, i) => `    - id: no${i}\n`).join('')
  const result = parseManifest([
    { file: 'a.yaml', content: `apiVersion: guestlist/v1\ninvitations:\n  accept:\n${rules}` },
  ])
  const problems = result.ok ? [] : result.problems
  t.equal(problems.length, PROBLEM_LIMIT + 1)
  t.match(problems.at(-1), { code: 'wrong-type', summary: 'At least 234 more problems are not shown' })
  t.strictSame(
    problems.slice(0, 3).map(({ range }) => range?.start.line),
    [4, 5, 6],
  )
})
