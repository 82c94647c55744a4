import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' }
import { Ajv } from 'ajv'
import t, { type Test } from 'tap'
import type { LintFinding } from '../../src/lint/context.js'
import { LINT_RULES } from '../../src/lint/lint-manifest.js'
import { guestlist } from '../helpers/guestlist.js'

const NOW = ['--now', '2026-11-24T09:00:00Z']

/** Mistakes, one for each code that needs no snapshot; what is around them is right. */
const BAD = `apiVersion: guestlist/v1
invitations:
  accept:
    - {email: "*@acme.example", cloud: Tower A, cloudRole: user, reason: ours, owner: it}
    - {email: "*@acme.example", cloud: Tower A, cloudRole: user, sender: boss, reason: again, owner: it}
    - {email: "a*@shadow.example", cloudRole: user, reason: never, owner: it}
    - {email: "*@partner.example", cloud: "Tower*", cloudRole: user, reason: mostly, owner: it}
    - {email: old@acme.example, until: 2026-10-31, reason: was, owner: it}
    - {email: soon@acme.example, until: 2026-12-01, reason: ends, owner: it}
    - {email: "*@wild.example", reason: all of them, owner: it}
    - {email: "p\u0430ul@acme.example", reason: Cyrillic, owner: it}
    - {email: ann@other.example, reason: nobody answers}
    - {email: kim@other.example, owner: it}
  deny:
    - {email: "*@shadow.example", reason: no, owner: it}
    - {cloud: "* B", email: "*@partner.example", reason: closed, owner: it}
  unmatched: accept
users:
  remove:
    - {email: root@it.example, reason: left}
  protect: ["*@it.example"]
`

const PLANTED = [
  ['redundant-rule', 5],
  ['shadowed-rule', 6],
  ['conflicting-rules', 7],
  ['expired-rule', 8],
  ['expiring-rule', 9],
  ['admin-by-wildcard', 10],
  ['confusable-address', 11],
  ['missing-owner', 12],
  ['missing-reason', 13],
  ['accepts-everyone', 17],
  ['removed-and-protected', 20],
] as const

async function lintOf(t: Test, manifest: string, flags: readonly string[] = [], files: Record<string, string> = {}) {
  const cwd = t.testdir({ 'guestlist.yaml': manifest, ...files })
  const ran = await guestlist(['lint', '--json', ...NOW, ...flags], { cwd })
  const findings: readonly LintFinding[] = ran.stdout === '' ? [] : JSON.parse(ran.stdout).findings
  return { ...ran, cwd, findings, codes: findings.map(({ code, line }) => [code, line]) }
}

t.test('each planted mistake is found, and nothing else', async t => {
  const { code, codes, stderr } = await lintOf(t, BAD)
  t.strictSame(codes, PLANTED)
  t.match({ code, stderr }, { code: 1, stderr: '' })
})

/** A snapshot of invitations, each by what it has besides the usual. */
const snapshotOf = (...invitations: readonly Record<string, unknown>[]): string =>
  JSON.stringify({
    version: 1,
    api_url: 'https://api.bimdata.io',
    taken_at: '2026-11-24T00:00:00Z',
    removals: {},
    invitations: invitations.map((fields, id) => ({
      id: 100 + id,
      status: 'P',
      cloud_name: 'Tower A',
      cloud_role: 50,
      project_name: null,
      project_role: null,
      client_id: null,
      sender_provider_sub: null,
      ...fields,
    })),
  })

t.test('all thirteen codes: each planted mistake is found, and nothing else; allowed, nothing is', async t => {
  const lines = BAD.split('\n')
  lines.splice(13, 0, '    - {id: 9, reason: nobody has it, owner: it}')
  lines[20] += ' # guestlist-lint: allow expired-rule (long gone)'
  const moved = PLANTED.map(([code, line]) => [code, line > 13 ? line + 1 : line] as const)
  const planted = [...moved, ['unused-rule', 14] as const, ['unused-allow', 21] as const].sort((a, b) => a[1] - b[1])
  const people = ['shadow', 'wild'].map(domain => ({ email: `ann@${domain}.example` }))
  const named = ['soon@acme', 'p\u0430ul@acme', 'ann@other', 'kim@other'].map(who => ({ email: `${who}.example` }))
  const live = snapshotOf(
    { email: 'who@acme.example', sender_provider_sub: 'boss' },
    { email: 'who@partner.example', cloud_name: 'Tower B' },
    ...people,
    ...named,
  )
  const flags = ['--from', 'live.json']
  const found = await lintOf(t, lines.join('\n'), flags, { 'live.json': live })
  t.same([...found.codes].sort(byLine), [...planted].sort(byLine))
  t.same(planted.map(([code]) => code).sort(), LINT_RULES.map(({ code }) => code).sort(), 'one for each code there is')

  const allowed = lines.map(line => line.replace(/ # guestlist-lint.*/, ''))
  for (const [code, line] of planted)
    if (code !== 'unused-allow') allowed[line - 1] += ` # guestlist-lint: allow ${code} (known)`
  t.strictSame((await lintOf(t, allowed.join('\n'), flags, { 'live.json': live })).findings, [])
})

const byLine = (a: readonly (string | number)[], b: readonly (string | number)[]): number =>
  Number(a[1]) - Number(b[1]) || String(a[0]).localeCompare(String(b[0]))

t.test('each can be allowed where it is, with its reason; then nothing is found', async t => {
  const lines = BAD.split('\n')
  for (const [code, line] of PLANTED) lines[line - 1] += ` # guestlist-lint: allow ${code} (known)`
  const { code, findings } = await lintOf(t, lines.join('\n'), ['--level', 'info'])
  t.strictSame(findings, [])
  t.equal(code, 0)
})

t.test('each can be allowed on the line above; several comments speak for one rule', async t => {
  const lines = BAD.split('\n')
  const allowed = lines.flatMap((text, i) => {
    const found = PLANTED.find(([, line]) => line === i + 1)
    return found ? [`    # guestlist-lint: allow ${found[0]}`, text] : [text]
  })
  t.strictSame((await lintOf(t, allowed.join('\n'))).findings, [])
  const two = `apiVersion: guestlist/v1
invitations:
  accept:
    # guestlist-lint: allow missing-reason
    # guestlist-lint: allow missing-owner (of course)
    - email: ann@acme.example
`
  t.strictSame((await lintOf(t, two)).findings, [])
})

t.test('mended, nothing is found', async t => {
  const mended = `apiVersion: guestlist/v1
invitations:
  accept:
    - {email: "*@acme.example", cloud: Tower A, cloudRole: user, reason: ours, owner: it}
    - {email: "*@partner.example", cloud: "Tower*", cloudRole: user, reason: mostly, owner: it}
    - {email: soon@acme.example, until: 2027-12-01, reason: ends, owner: it}
  deny:
    - {email: "*@shadow.example", reason: no, owner: it}
    - {cloud: Tower B, cloudRole: user, email: "*@partner.example", reason: closed, owner: it}
`
  const { code, findings } = await lintOf(t, mended, ['--level', 'info'])
  t.strictSame(findings, [])
  t.equal(code, 0)
})

t.test('a comment that allows nothing is a finding: never silent', async t => {
  const cases = [
    ['# guestlist-lint: allow shadowd-rule (typo)', 'Did you mean `shadowed-rule`?'],
    ['# guestlist-lint: allow expired-rule (gone)', 'Remove the comment'],
    ['# guestlist-lint: alow expired-rule', 'Write `# guestlist-lint: allow CODE (why)`'],
    ['# guestlist-lint allow expired-rule', 'Write `# guestlist-lint: allow CODE (why)`'],
    ['# guestlist-lint: allow unused-allow', 'Remove the comment'],
  ] as const
  for (const [comment, detail] of cases) {
    const { code, findings } = await lintOf(
      t,
      `apiVersion: guestlist/v1\ninvitations:\n  accept:\n    - {id: 5, reason: x, owner: y} ${comment}\n`,
    )
    t.match(findings, [{ code: 'unused-allow', line: 4, column: 36 }], comment)
    t.ok(findings[0]?.detail.includes(detail), `${comment}: ${findings[0]?.detail}`)
    t.equal(code, 1)
  }
})

t.test('in a text in quotes it is no comment; unused-rule is not missed where it was not looked for', async t => {
  const manifest = `apiVersion: guestlist/v1
invitations:
  accept:
    - {id: 5, reason: "# guestlist-lint: allow nonsense", owner: y}
    - {id: 6, reason: x, owner: y} # guestlist-lint: allow unused-rule (to come)
`
  t.strictSame((await lintOf(t, manifest)).findings, [])
})

t.test('with a snapshot: rules that match nothing of what is there', async t => {
  const manifest = `apiVersion: guestlist/v1
invitations:
  accept:
    - {email: ann@acme.example, reason: x, owner: y}
    - {email: amm@acme.example, reason: x, owner: y}
    - {id: 9, reason: x, owner: y, from: 2027-01-01}
    - {id: 10, reason: x, owner: y} # guestlist-lint: allow unused-rule (to come)
`
  const { codes, code } = await lintOf(t, manifest, ['--from', 'live.json'], {
    'live.json': snapshotOf({ email: 'Ann@Acme.example' }),
  })
  t.strictSame(codes, [
    ['unused-rule', 5],
    ['unused-rule', 6],
  ])
  t.equal(code, 1)
})

t.test('the witness is an invitation of which explain finds both rules', async t => {
  const { findings, cwd } = await lintOf(t, BAD)
  const shown = findings.filter(({ witness }) => witness !== null)
  t.strictSame(
    shown.map(({ code }) => code),
    ['shadowed-rule', 'conflicting-rules'],
  )
  for (const { line, other, witness } of shown) {
    const { email = '', cloud, cloudRole } = witness ?? {}
    const invitation = { id: 1, email, status: 'P', cloud_name: cloud, cloud_role: cloudRole === 'admin' ? 100 : 50 }
    const snapshot = { version: 1, api_url: 'https://api.bimdata.io', taken_at: '2026-11-24T00:00:00Z', removals: {} }
    const absent = { project_name: null, project_role: null, client_id: null, sender_provider_sub: null }
    const input = JSON.stringify({ ...snapshot, invitations: [{ ...invitation, ...absent }] })
    const fs = await import('node:fs/promises')
    await fs.writeFile(join(cwd, 'live.json'), input)
    const explained = await guestlist(['explain', email, '--from', 'live.json', '--json', ...NOW], { cwd })
    const rules = JSON.parse(explained.stdout).invitations[0].rules
    const lines = rules.map(({ rule }: { rule: { line: number } }) => rule.line)
    t.ok(lines.includes(line) && lines.includes(other?.line), `${email}: ${line} and ${other?.line} of ${lines}`)
  }
})

t.test('a user protected from outside; the end of a rule within the days asked for', async t => {
  const manifest = `apiVersion: guestlist/v1
invitations:
  accept:
    - {email: ann@acme.example, reason: x, owner: y, until: 2026-12-31}
users:
  remove:
    - {email: bob@acme.example, reason: left}
`
  t.strictSame((await lintOf(t, manifest)).findings, [])
  t.strictSame((await lintOf(t, manifest, ['--within', '38d'])).codes, [['expiring-rule', 4]])
  t.strictSame((await lintOf(t, manifest, ['--within', '37'])).codes, [])
  t.strictSame((await lintOf(t, manifest, ['--protect', '*@acme.example'])).codes, [['removed-and-protected', 7]])
})

t.test('a wildcard makes no admins where others deny them, or where it says which role', async t => {
  const manifest = (deny: string) => `apiVersion: guestlist/v1
invitations:
  accept:
    - {email: "*@acme.example", cloud: Tower A, reason: x, owner: y}
    - {email: "*@acme.example", cloud: Tower B, cloudRole: user, reason: x, owner: y}
  deny:
    - {${deny}, reason: x, owner: y}
`
  const codes = async (deny: string) => (await lintOf(t, manifest(deny))).codes
  t.strictSame(await codes('cloud: "Tower*", cloudRole: admin'), [['conflicting-rules', 4]])
  t.strictSame(await codes('cloud: Tower A, email: "a*@acme.example", cloudRole: admin'), [['admin-by-wildcard', 4]])
})

t.test('--level says what is an error; a manifest with problems is told as by validate', async t => {
  const manifest = 'apiVersion: guestlist/v1\ninvitations:\n  accept:\n    - {email: ann@acme.example, reason: x}\n'
  t.match(await lintOf(t, manifest), { code: 0, codes: [['missing-owner', 4]] })
  t.match(await lintOf(t, manifest, ['--level', 'info']), { code: 1 })
  const bad = await lintOf(t, 'apiVersion: guestlist/v1\ninvitation: {}\n')
  t.equal(bad.code, 1)
  t.match(bad.stderr, 'Did you mean `invitations`?')
})

t.test('text: the place, the example and what to do; the last line counts', async t => {
  const cwd = t.testdir({ 'guestlist.yaml': BAD })
  const { stdout, code } = await guestlist(['lint', ...NOW], { cwd })
  t.equal(code, 1)
  t.match(stdout, 'guestlist.yaml:6:7: Warning: This accept rule never decides [shadowed-rule]')
  t.match(stdout, 'For example: email "ax@shadow.example", cloud "Some cloud", cloudRole "user"')
  t.match(stdout, /\nFound 7 warnings and 4 remarks\.\n$/)
})

t.test('SARIF is valid by the schema of 2.1.0, and names each place', async t => {
  // Draft-04, which Ajv reads as what followed but for the names of two keys.
  const { $schema: _, id: $id, ...schema } = sarifSchema
  const validate = new Ajv({
    strict: false,
    unicodeRegExp: false,
    formats: { uri: true, 'uri-reference': true, 'date-time': true },
  }).compile({
    ...schema,
    $id,
  })
  const cwd = t.testdir({ 'policy of #1.yaml': BAD })
  const { stdout } = await guestlist(['lint', '--format', 'sarif', '-f', 'policy of #1.yaml', ...NOW], { cwd })
  const log = JSON.parse(stdout)
  t.ok(validate(log), JSON.stringify(validate.errors))
  t.notOk(validate({ ...log, runs: [{}] }), 'the schema does refuse')
  const [{ results, tool }] = log.runs
  t.strictSame(
    results.map((result: { ruleId: string; locations: [{ physicalLocation: { region: { startLine: number } } }] }) => [
      result.ruleId,
      result.locations[0].physicalLocation.region.startLine,
    ]),
    PLANTED,
  )
  for (const { ruleId, ruleIndex, locations } of results) {
    t.equal(tool.driver.rules[ruleIndex].id, ruleId)
    t.equal(locations[0].physicalLocation.artifactLocation.uri, 'policy%20of%20%231.yaml')
  }
})

t.test('--help and the guide explain every code', async t => {
  const { stdout } = await guestlist(['lint', '--help'], { cwd: t.testdir({}) })
  const guide = readFileSync(new URL('../../examples/lint/README.md', import.meta.url), 'utf8')
  const { LINT_DOCS } = await import('../../src/lint/docs.gen.js')
  const { LINT_RULES } = await import('../../src/lint/lint-manifest.js')
  t.strictSame(
    LINT_RULES.map(({ code }) => code).sort(),
    LINT_DOCS.map(({ code }) => code),
  )
  for (const { code, level, doc } of LINT_DOCS) {
    t.match(stdout, new RegExp(`^  ${code}\\s+${level}: `, 'm'))
    t.ok(guide.includes(`| \`${code}\` | ${level} | ${doc} |`), `the guide: ${code}`)
  }
})
