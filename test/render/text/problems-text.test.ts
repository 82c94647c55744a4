import t from 'tap'
import type { Problem } from '../../../src/model/problem.js'
import { problemsText } from '../../../src/render/text/problems-text.js'
import { PLAIN } from '../../../src/render/text/style.js'

const problemAt = (snippet: string, from: number, to: number, line = 1): Problem => ({
  code: 'unknown-key',
  severity: 'error',
  summary: 'unknown key "emial"',
  detail: 'Did you mean "email"?',
  file: 'guestlist.yaml',
  snippet,
  range: {
    filename: 'guestlist.yaml',
    start: { line, column: from, byte: 0 },
    end: { line, column: to, byte: 0 },
  },
})

const CASES: readonly (readonly [name: string, problem: Problem, text: string])[] = [
  [
    'the line with carets under the bad part',
    problemAt('  - emial: a@b.c', 5, 10, 12),
    'guestlist.yaml:12:5: Error: unknown key "emial"\n  12 |   - emial: a@b.c\n     |     ^^^^^\n  Did you mean "email"?',
  ],
  [
    'carets under what is shown of unsafe characters',
    problemAt('a\u202eb: 1', 2, 3),
    'guestlist.yaml:1:2: Error: unknown key "emial"\n  1 | a\\u{202e}b: 1\n    |  ^^^^^^^^\n  Did you mean "email"?',
  ],
  [
    "a runner's command that the bad part begins within",
    problemAt('a: ##[error]', 5, 6),
    'guestlist.yaml:1:5: Error: unknown key "emial"\n  1 | a: \\u{23}#[error]\n    |          ^\n  Did you mean "email"?',
  ],
  [
    'no line where there is none',
    { ...problemAt('', 1, 2), range: null, snippet: null, severity: 'warning' },
    'guestlist.yaml: Warning: unknown key "emial"\n  Did you mean "email"?',
  ],
]
for (const [name, problem, text] of CASES) t.test(name, async t => t.equal(problemsText([problem], PLAIN), text))

t.test('of a very long line, what is around the problem', async t => {
  const text = problemsText([problemAt(`${'a'.repeat(10_000)}bad${'c'.repeat(10_000)}`, 10_001, 10_004)], PLAIN)
  const [, line = '', carets = ''] = text.split('\n')
  t.ok(line.length < 140)
  t.equal(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1), 'bad')
})

t.test('carets stand under wide characters', async t => {
  const [, line = '', carets = ''] = problemsText([problemAt('東京: x', 5, 6)], PLAIN).split('\n')
  t.equal(line, '  1 | 東京: x')
  t.equal(carets, `    | ${' '.repeat(6)}^`)
})
