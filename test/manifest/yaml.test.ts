import t from 'tap'
import { parseManifest } from '../../src/manifest/parse.js'

const HEAD = 'apiVersion: guestlist/v1\n'
const TOO_DEEP = 'Mappings and lists are nested too deeply'
const TOO_MUCH = 'The file holds more than 2,500,000 words and signs'

const problemsOf = (content: string) => {
  const result = parseManifest([{ file: 'a.yaml', content }])
  return result.ok ? [] : result.problems
}

const nested: Readonly<Record<string, [text: string, line: number, column: number]>> = {
  'a hundred thousand brackets': ['['.repeat(100_000), 1, 65],
  'a hundred thousand braces': ['{a: '.repeat(100_000), 1, 257],
  'brackets in a value': [`a: ${'['.repeat(65)}${']'.repeat(65)}`, 1, 68],
  'a million dashes': ['- '.repeat(1_000_000), 1, 129],
  'a million question marks': ['? '.repeat(1_000_000), 1, 129],
  'two thousand indented keys': [Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), 0, 0],
  'two thousand indented dashes': [Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}-\n`).join(''), 0, 0],
}
for (const [name, [text, line, column]] of Object.entries(nested)) {
  t.test(`too deep, and no overflow: ${name}`, async t => {
    const problem = problemsOf(text).find(({ summary }) => summary === TOO_DEEP)
    t.match(problem, { code: 'syntax' })
    if (line > 0) t.match(problem?.range?.start, { line, column })
  })
}

t.test('brackets within texts and in other lists are not depth', async t => {
  t.strictSame(problemsOf(`${HEAD}invitations:\n  accept:\n    - cloud: "${'['.repeat(100)}"\n`), [])
  t.strictSame(problemsOf(`${HEAD}invitations:\n  accept:\n    - cloud: x${'['.repeat(100)}\n`), [])
  const lists = Array.from({ length: 100 }, (_, i) => `    - cloud: [a, ${i}x]\n`).join('')
  t.strictSame(problemsOf(`${HEAD}invitations:\n  accept:\n${lists}`), [])
})

t.test('more words and signs than rules can need', async t => {
  t.match(problemsOf('&a '.repeat(130_000)), [{ code: 'too-large', summary: TOO_MUCH }])
})

t.test('a closing bracket under its key is left alone', async t => {
  t.strictSame(problemsOf(`${HEAD}invitations:\n  accept: [\n    {id: 1},\n  ]\n`), [])
})

t.test('core schema: words that older YAML read as truth are texts', async t => {
  for (const word of ['yes', 'no', 'on', 'off', '2026-12-31', '12:30', '1_000']) {
    t.strictSame(problemsOf(`${HEAD}invitations: {accept: [{cloud: ${word}}]}`), [], word)
  }
  for (const word of ['true', '12', '1e3', '0x1F']) {
    t.match(problemsOf(`${HEAD}invitations: {accept: [{cloud: ${word}}]}`), [{ code: 'wrong-type' }], word)
  }
})

t.test('a quote that is not closed is found where it opens', async t => {
  const cases = [
    [`a: "b \\" c`, 4],
    [`a: 'b '' c`, 4],
    [`a: "b'c`, 4],
    [`- 'b"c`, 3],
  ] as const
  for (const [text, column] of cases) {
    t.match(problemsOf(text), [{ summary: 'A quote is not closed', range: { start: { line: 1, column } } }], text)
  }
})
