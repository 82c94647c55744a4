import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { XmlDocument, XsdValidator } from 'libxml2-wasm'
import t, { type Test } from 'tap'
import { parseManifest } from '../../src/manifest/parse.js'
import type { Problem } from '../../src/model/problem.js'
import { parseTests } from '../../src/policy-test/parse-tests.js'
import type { ResultsDocument } from '../../src/policy-test/results.js'
import { guestlist } from '../helpers/guestlist.js'

const MANIFEST = `apiVersion: guestlist/v1
invitations:
  accept:
    - {email: "*@acme.example", cloudRole: user, name: acme-guests}
    - {id: 40}
    - {email: temp@other.example, until: 2026-11-30}
  deny:
    - {email: "*@rival.example"}
    - {email: "*@acme.example", cloud: Vault}
users:
  remove:
    - {email: bob@acme.example}
    - {email: root@it.acme.example}
    - {email: gone@acme.example}
  protect: ["*@it.acme.example"]
`

const HEAD = 'apiVersion: guestlist/v1\ntoday: 2026-11-24\ntests:\n'

/** The results of tests, written under `tests:` or as a whole file. */
async function run(t: Test, tests: string, flags: readonly string[] = [], manifest = MANIFEST) {
  const text = tests.startsWith('apiVersion') ? tests : HEAD + tests
  const cwd = t.testdir({ 'guestlist.yaml': manifest, 'guestlist.test.yaml': text })
  const ran = await guestlist(['test', ...flags], { cwd })
  return { ...ran, cwd }
}

async function results(t: Test, tests: string, flags: readonly string[] = [], manifest = MANIFEST) {
  const { code, stdout, stderr } = await run(t, tests, ['--json', ...flags], manifest)
  const document: ResultsDocument = JSON.parse(stdout === '' ? '{}' : stdout)
  return { code, stderr, ...document }
}

t.test('every outcome that can be expected, and its rule', async t => {
  const { code, passed, failed, tests, coverage } = await results(
    t,
    `  - {name: a, invitation: {email: Ann@acme.example, cloud: Tower A, cloudRole: user}, expect: accept, by: acme-guests}
  - {name: b, invitation: {email: ann@acme.example, cloudRole: user}, expect: accept, by: "guestlist.yaml:4"}
  - {name: c, invitation: {email: ann@acme.example, cloud: Vault}, expect: deny, by: "guestlist.yaml:9:7"}
  - {name: d, invitation: {email: ann@acme.example, cloudRole: admin}, expect: nothing}
  - {name: e, invitation: {email: ann@rival.example, status: accepted}, expect: nothing}
  - {name: f, invitation: {email: ann@acme.example, status: denied}, expect: accept}
  - {name: g, invitation: {email: ann@acme.example, status: unknown}, expect: untouched}
  - {name: h, invitation: {email: ann@acme.example, status: Z}, expect: untouched}
  - {name: i, invitation: {id: 40, email: bob@acme.example}, expect: contradiction}
  - {name: j, invitation: {email: bob@acme.example}, expect: deny, by: "guestlist.yaml:12"}
  - {name: k, invitation: {email: temp@other.example}, expect: accept}
  - {name: l, invitation: {id: 40}, expect: accept, by: "guestlist.yaml:5"}
`,
  )
  t.strictSame(
    tests.filter(test => !test.passed),
    [],
  )
  t.match({ code, passed, failed, coverage }, { code: 0, passed: 12, failed: 0, coverage: null })
})

t.test('what is given as a whole: ids, users, counts, and whether it is refused', async t => {
  const { tests, code } = await results(
    t,
    `  - name: bob leaves with what was sent to him
    given:
      invitations: [{id: 7, email: bob@acme.example}, {id: 8, email: eve@rival.example, status: accepted}]
      removed: [gone@acme.example]
    expect:
      bob@acme.example: remove
      Gone@acme.example: nothing
      root@it.acme.example: nothing
      nobody@acme.example: nothing
      7: deny
      8: nothing
      plan: {accept: 0, deny: 1, remove: 1}
      refused: true
  - name: come back
    given: {invitations: [{id: 9, email: gone@acme.example, status: accepted}], removed: [gone@acme.example]}
    expect: {gone@acme.example: remove, 9: nothing}
`,
  )
  t.strictSame(
    tests.filter(test => !test.passed),
    [],
  )
  t.equal(code, 0)
})

t.test('a failure says what was expected, what came, and what explain says', async t => {
  const tests = `  - name: eve gets in
    invitation: {email: eve@rival.example}
    expect: accept
    by: acme-guests
  - name: fine
    invitation: {email: ann@acme.example}
    expect: accept
  - name: counts
    given: {invitations: [{id: 7, email: ann@acme.example}]}
    expect: {7: deny, plan: {accept: 2}, refused: false}
`
  const { stdout, code } = await run(t, tests)
  t.equal(code, 1)
  t.match(
    stdout,
    'guestlist.test.yaml:4:5: Failed: eve gets in\n  eve@rival.example: expected accept by acme-guests, got deny by guestlist.yaml:8\n',
  )
  t.match(stdout, 'guestlist.yaml:8:7')
  t.match(stdout, '  7: expected deny, got accept')
  t.match(stdout, '  plan: accept: expected 2, got 1')
  t.match(stdout, 'refused: expected a plan that is not refused, got a refused plan')
  t.match(stdout, /\n1 passed, 2 failed\.\n$/)
  const document = await results(t, tests)
  t.match(document.tests[0], { name: 'eve gets in', file: 'guestlist.test.yaml', line: 4, column: 5, passed: false })
  t.strictSame(Object.keys(document).slice(2), ['format_version', 'passed', 'failed', 'tests', 'coverage'])
  t.strictSame(Object.keys(document.tests[0]?.failures[0] ?? {}), ['subject', 'expected', 'got', 'explanation'])
  t.match(document.tests[0]?.failures[0]?.explanation, /Rules that match, the strongest first:/)
})

t.test('the clock: of the file, else --now', async t => {
  const tests = `apiVersion: guestlist/v1
tests:
  - {name: a, invitation: {email: temp@other.example}, expect: accept}
`
  t.equal((await run(t, tests, ['--now', '2026-11-30T23:59:59Z'])).code, 0)
  t.equal((await run(t, tests, ['--now', '2026-12-01'])).code, 1)
  t.equal((await run(t, tests.replace('tests:', 'today: 2026-11-30\ntests:'), ['--now', '2026-12-01'])).code, 0)
})

t.test('every problem of a test file at once, each at its place', async t => {
  const cases: readonly (readonly [string, string])[] = [
    ['  - {name: a, invitatoin: {id: 1}, expect: accept}', '4:15: Error: The key "invitatoin" is unknown here'],
    ['  - {name: a, invitation: {id: 1}, expect: acept}', 'Did you mean `accept`?'],
    ['  - {name: a, invitation: {id: 1}}', 'The key `expect` is missing'],
    ['  - {name: a, expect: accept}', 'The test does not say what there is'],
    ['  - {name: a, invitation: {email: "*@acme.example"}, expect: accept}', 'wildcard'],
    ['  - {name: a, invitation: {email: ann}, expect: accept}', '"ann"'],
    ['  - {name: a, invitation: {id: 1, status: acepted}, expect: accept}', 'Did you mean `accepted`?'],
    ['  - {name: a, invitation: {id: 1, cloudRole: amdin}, expect: accept}', 'Did you mean `admin`?'],
    ['  - {name: a, invitation: {id: 1}, expect: accept, by: acme-guest}', 'Did you mean `acme-guests`?'],
    ['  - {name: a, invitation: {id: 1}, expect: accept, by: "guestlist.yaml:3"}', 'none is at such a place'],
    ['  - {name: a, invitation: {id: 1}, expect: {1: accept}}', '`expect` must be a word'],
    ['  - {name: a, given: {invitations: [{id: 1}]}, expect: accept}', '`expect` must be a mapping'],
    ['  - {name: a, given: {invitations: [{id: 1}]}, expect: {}}', '`expect` must not be empty'],
    ['  - {name: a, given: {invitations: [{id: 1}, {id: 1}]}, expect: {1: accept}}', 'There are two invitations 1'],
    ['  - {name: a, given: {invitations: [{id: 1}]}, expect: {2: accept}}', 'There is no invitation 2'],
    ['  - {name: a, given: {invitations: [{id: 1}]}, expect: {1: denied}}', '`1` must be one of accept, deny, nothing'],
    ['  - {name: a, given: {}, expect: {ann@acme.example: accept}}', 'must be remove or nothing'],
    ['  - {name: a, given: {}, expect: {ann@acme.example: removed}}', 'Did you mean `remove`?'],
    ['  - {name: a, given: {}, expect: {refusd: true}}', 'Did you mean `refused`?'],
    ['  - {name: a, given: {}, expect: {plan: {acept: 1}}}', 'Did you mean `accept`?'],
    ['  - {name: a, given: {removed: [ann]}, expect: {refused: false}}', '"ann"'],
    ['  - {name: a, given: {}, invitation: {id: 1}, expect: accept}', 'A test has `invitation` or `given`, not both'],
    ['  - {name: a, given: {}, expect: {refused: false}, by: acme-guests}', '`by` goes with `invitation` alone'],
    [
      '  - {name: a, given: {}, expect: {refused: false}}\n  - {name: a, given: {}, expect: {refused: true}}',
      '5:12: Error: Two tests are named "a" The other is at guestlist.test.yaml:4:12.',
    ],
    ['  []', '`tests` must not be empty'],
  ]
  for (const [text, told] of cases) {
    const problems = problemsOf(`${HEAD}${text}\n`)
    t.equal(problems.length, 1, text)
    const [{ summary = '', detail = '', range } = {}] = problems
    const words = `guestlist.test.yaml:${range?.start.line}:${range?.start.column}: Error: ${summary} ${detail}`
    t.ok(words.includes(told), `${text}: ${words}`)
  }
  const all = await run(
    t,
    `${cases
      .slice(0, 12)
      .map(([text], i) => text.replace('name: a', `name: a${i}`))
      .join('\n')}\n`,
  )
  t.match(all, { code: 1, stdout: '', stderr: /12 problems in the tests; nothing was done\./ })
})

/** Problems of a test file beside `MANIFEST`. */
function problemsOf(content: string): readonly Problem[] {
  const parsed = parseManifest([{ file: 'guestlist.yaml', content: MANIFEST }])
  if (!parsed.ok) throw new Error('the manifest is right')
  const tests = parseTests([{ file: 'guestlist.test.yaml', content }], parsed.manifest)
  return tests.ok ? [] : tests.problems
}

t.test('files: beside the manifest, named, or in a folder; none is an error', async t => {
  const one = `${HEAD}  - {name: a, invitation: {email: ann@acme.example}, expect: accept}\n`
  const cwd = t.testdir({
    team: { 'a.yaml': MANIFEST, 'a.test.yaml': one, 'b.test.yml': one, '.hidden.test.yaml': 'x' },
    bare: { 'a.yaml': MANIFEST },
    'other.yaml': one,
  })
  const counts = async (...args: string[]) => (await guestlist(['test', ...args], { cwd })).stdout
  t.equal(await counts('-f', 'team'), '2 passed, 0 failed.\n')
  t.equal(await counts('-f', 'team/a.yaml'), '2 passed, 0 failed.\n')
  t.equal(await counts('-f', 'bare', 'team', 'other.yaml', 'team/a.test.yaml'), '3 passed, 0 failed.\n')
  const none = await guestlist(['test', '-f', 'bare'], { cwd })
  t.match(none, { code: 1, stdout: '', stderr: 'There are no tests: no *.test.yaml beside the manifest' })
  t.match(await guestlist(['test', '-f', 'bare', 'missing.test.yaml'], { cwd }), {
    code: 1,
    stderr: 'there is no such file',
  })
})

t.test('coverage: decided, overruled, unmatched; a percentage that can be asked for', async t => {
  const tests = `  - {name: a, invitation: {email: ann@acme.example, cloud: Vault}, expect: deny}
  - {name: b, invitation: {id: 40}, expect: accept}
`
  const { coverage } = await results(t, tests, ['--coverage'])
  t.match(coverage, {
    percent: 40,
    rules: [
      { file: 'guestlist.yaml', line: 4, name: 'acme-guests', coverage: 'overruled' },
      { line: 5, name: null, coverage: 'decided' },
      { line: 6, coverage: 'unmatched' },
      { line: 8, coverage: 'unmatched' },
      { line: 9, coverage: 'decided' },
    ],
  })
  t.match(await run(t, tests, ['--min-coverage', '40']), { code: 0, stdout: /^Coverage: 40 % of 5 rules/ })
  t.match(await run(t, tests, ['--min-coverage', '41']), {
    code: 1,
    stderr: 'Coverage is 40 %, and 41 % is asked for.',
  })
})

t.test(
  '--record: what is decided of a snapshot; it passes at once, is the same each time, and overwrites nothing',
  async t => {
    const row = {
      status: 'P',
      cloud_name: 'T',
      cloud_role: 50,
      project_name: null,
      project_role: null,
      client_id: null,
    }
    const invitations = Array.from({ length: 5 }, (_, i) => ({ ...row, id: i + 1, email: `p${i}@acme.example` }))
    const odd = { ...row, id: 9, email: 'odd@acme.example', cloud_role: 7 }
    const snapshot = {
      version: 1,
      api_url: 'https://api.bimdata.io',
      taken_at: '2026-11-24T00:00:00Z',
      removals: {},
      invitations: [...invitations, odd].map(one => ({ ...one, sender_provider_sub: null })),
    }
    const cwd = t.testdir({ 'guestlist.yaml': MANIFEST, 'live.json': JSON.stringify(snapshot) })
    const record = (file: string, ...flags: string[]) =>
      guestlist(['test', '--record', file, '--now', '2026-11-24', ...flags], { cwd })
    t.match(await record('a.test.yaml', '--from', 'live.json'), {
      code: 0,
      stdout: 'Recorded 5 tests in a.test.yaml.',
      stderr: '1 invitations are not in it',
    })
    const text = readFileSync(`${cwd}/a.test.yaml`, 'utf8')
    t.equal(text.match(/p\d@acme\.example\n/g)?.length, 3, 'three of a rule and outcome')
    t.match(text, 'name: "acme-guests: accept"')
    t.match(await guestlist(['test'], { cwd }), { code: 0, stdout: '5 passed, 0 failed.\n' })
    t.match(await record('a.test.yaml', '--from', 'live.json'), {
      code: 1,
      stderr: 'it already exists, and was left as it is',
    })
    t.equal(readFileSync(`${cwd}/a.test.yaml`, 'utf8'), text)
    await record('b.test.yaml', '--from', 'live.json')
    t.equal(readFileSync(`${cwd}/b.test.yaml`, 'utf8'), text, 'deterministic')
    t.match(await record('c.yaml'), { code: 0, stderr: 'finds files named *.test.yaml by itself' })
    t.match(await guestlist(['test', 'c.yaml', '--coverage'], { cwd }), { code: 0, stdout: /^Coverage: 100 %/ })
  },
)

t.test("JUnit is valid by the format's strictest schema, whatever stands in names", async t => {
  const xsd = createRequire(import.meta.url).resolve('jest-junit-reporter/src/__tests__/fixtures/junit.xsd')
  const validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(xsd)))
  const { stdout, code } = await run(
    t,
    `  - {name: "<&\\"'> ]]> \\u0001\\u202e \\uffff é", invitation: {email: ann@acme.example}, expect: deny}
  - {name: fine, invitation: {email: ann@acme.example}, expect: accept}
`,
    ['--format', 'junit'],
  )
  t.equal(code, 1)
  const document = XmlDocument.fromString(stdout)
  t.doesNotThrow(() => validator.validate(document))
  t.equal(document.find('/testsuites/testsuite[@tests="2" and @failures="1"]/testcase').length, 2)
  t.match(document.get('//testcase/@name')?.content, '<&"\'> ]]> \\u{1}\\u{202e} \ufffd é')
  t.throws(() => validator.validate(XmlDocument.fromString('<testsuites><testsuite/></testsuites>')), 'it does refuse')
})

t.test(
  'what is protected outside the manifest counts as it does for plan: by --protect and by GUESTLIST_PROTECT',
  async t => {
    const tests = `${HEAD}  - {name: a, given: {}, expect: {bob@acme.example: remove, refused: true}}\n`
    const cwd = t.testdir({ 'guestlist.yaml': MANIFEST, 'guestlist.test.yaml': tests })
    t.match(await guestlist(['test'], { cwd }), { code: 0 })
    for (const { args, env } of [
      { args: ['--protect', 'bob@*'], env: {} },
      { args: [], env: { GUESTLIST_PROTECT: 'bob@*' } },
    ]) {
      const ran = await guestlist(['test', ...args], { cwd, env })
      t.match(ran, {
        code: 1,
        stdout: /bob@acme\.example: expected remove, got nothing(.*\n)+.*protected: by "bob@\*"/,
      })
      t.match(await guestlist(['test', '--record', `${args.length}.test.yaml`, ...args], { cwd, env }), { code: 0 })
      t.match(readFileSync(join(cwd, `${args.length}.test.yaml`), 'utf8'), 'bob@acme.example: nothing')
    }
    t.match(await guestlist(['test'], { cwd, env: { GUESTLIST_PROTECT: 'bob' } }), {
      code: 1,
      stderr: 'GUESTLIST_PROTECT',
    })
  },
)
