import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openAudit } from '../../src/audit/audit-log.js'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
      reason: ours
users:
  remove:
    - email: bob@acme.example
      reason: left
`
const CI = { GITHUB_ACTOR: 'octo', GITHUB_SHA: 'abc123', GITHUB_RUN_ID: '77', GITLAB_USER_LOGIN: '' }

const LIVE = [invitation(1, 'ann@acme.example'), invitation(2, 'kim@acme.example')]
const USERS = { users: ['bob@acme.example'] }

interface Line {
  readonly event: string
  readonly [name: string]: unknown
}

const linesOf = (path: string): Line[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

t.test('an apply leaves its plan, decisions, attempts, results and end', async t => {
  const { call, folder, sandbox } = await world(t, MANIFEST, LIVE, USERS)
  sandbox.addFault({ operation: 'accept', kind: 'status', status: 503, nth: 1 })
  const applied = await call(['apply', '--auto-approve', '--audit-log', 'audit.jsonl', '--parallelism', '1'], CI)
  t.equal(applied.code, 0, applied.stderr)
  const lines = linesOf(join(folder, 'audit.jsonl'))
  const digest = lines[0]?.plan_digest
  t.match(digest, /^sha256:/)
  const who = { actor: 'octo', ci: { commit: 'abc123', run: '77' }, plan_digest: digest }
  for (const line of lines) t.match(line, who)
  const told = lines.map(({ event, address, outcome, http_status, attempts }) =>
    [event, address, outcome, http_status, attempts].filter(value => value !== null).join(' '),
  )
  t.same(told, [
    'plan planned',
    'decision bimdata_invitation.1 accept_by_rule',
    'decision bimdata_invitation.2 accept_by_rule',
    'decision bimdata_user.bob@acme.example remove_by_rule',
    'decision approved',
    'start',
    'start bimdata_invitation.1',
    'attempt bimdata_invitation.1 accept_failed 503 1',
    'attempt bimdata_invitation.1 read_ok 200 1',
    'attempt bimdata_invitation.1 accept_ok 204 2',
    'result bimdata_invitation.1 done 204 2',
    'start bimdata_invitation.2',
    'attempt bimdata_invitation.2 accept_ok 204 1',
    'result bimdata_invitation.2 done 204 1',
    'start bimdata_user.bob@acme.example',
    'attempt bimdata_user.bob@acme.example remove_ok 204 1',
    'result bimdata_user.bob@acme.example done 204 1',
    'verify verified',
    'end complete',
  ])
  t.match(lines[1], { action: 'accept', rule: { file: 'guestlist.yaml', line: 4, reason: 'ours' } })
  t.notMatch(readFileSync(join(folder, 'audit.jsonl'), 'utf8'), sandbox.apiKey, 'no credential')
  t.equal((await call(['audit', 'verify', 'audit.jsonl'])).code, 0)
})

t.test('before the first request of a removal its line is in the log', async t => {
  const { call, folder, sandbox } = await world(t, MANIFEST, [], USERS)
  const path = join(folder, 'audit.jsonl')
  sandbox.addFault({ operation: 'remove', kind: 'latency', ms: 200 })
  const running = call(['apply', '--auto-approve', '--audit-log', 'audit.jsonl'])
  while (!sandbox.calls().some(({ operation }) => operation === 'remove'))
    await new Promise(resolve => setImmediate(resolve))
  t.match(linesOf(path).at(-1), { event: 'start', address: 'bimdata_user.bob@acme.example', action: 'remove' })
  t.equal((await running).code, 0)
})

t.test('a refusal is written, and what it was refused for', async t => {
  const { call, folder, sandbox } = await world(t, MANIFEST, LIVE, USERS)
  const cases = [
    [['--protect', 'bob@*'], 'refused_protected', 3],
    [['--max-removals', '0'], 'refused_guard', 3],
    [['--expect', 'sha256:0'], 'refused', 4],
  ] as const
  for (const [flags, outcome, code] of cases) {
    t.equal((await call(['apply', '--auto-approve', '--audit-log', 'audit.jsonl', ...flags])).code, code)
    const lines = linesOf(join(folder, 'audit.jsonl'))
    t.ok(
      lines.some(line => line.event === 'decision' && line.outcome === outcome),
      outcome,
    )
    t.match(lines.at(-1), { event: 'decision', outcome: 'refused' })
    t.equal((await call(['audit', 'verify', 'audit.jsonl'])).code, 0, 'a run that was refused has ended')
  }
  t.same(sandbox.effects(), [])
})

t.test('a log that cannot be written is found before anything is read', async t => {
  const { call, write, folder, sandbox } = await world(t, MANIFEST, LIVE, USERS)
  write('notes.txt', 'my notes\n')
  for (const [path, says] of [
    ['notes.txt', 'is not an audit log of guestlist'],
    ['.', 'not a regular file'],
    ['-', /takes a file, and "-" is not one/],
    ['./guestlist.state.json', 'names the file of the state'],
  ] as const) {
    const { code, stderr } = await call(['apply', '--auto-approve', '--audit-log', path])
    t.equal(code, 1)
    t.match(stderr, says)
  }
  t.same(sandbox.calls(), [])
  t.equal(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'my notes\n')
  t.notOk(existsSync(join(folder, 'guestlist.state.json')))
})

t.test('audit verify finds what was done to a log', async t => {
  const { call, folder, write } = await world(t, MANIFEST, LIVE, USERS)
  await call(['apply', '--auto-approve', '--audit-log', 'audit.jsonl'])
  const text = readFileSync(join(folder, 'audit.jsonl'), 'utf8')
  const lines = text.trimEnd().split('\n')
  const head = JSON.parse((await call(['audit', 'verify', 'audit.jsonl', '--json'])).stdout).head
  const without = (index: number) => `${lines.filter((_, at) => at !== index).join('\n')}\n`
  const cases = [
    ['as it was', text, 0, /is intact/],
    ['a changed line', text.replace('"ours"', '"mine"'), 1, /line \d+: changed/],
    ['a removed line', without(3), 1, /removed/],
    [
      'reordered lines',
      `${[...lines.slice(0, 2), lines[3], lines[2], ...lines.slice(4)].join('\n')}\n`,
      1,
      /reordered|removed/,
    ],
    ['its end cut off', `${lines.slice(0, -1).join('\n')}\n`, 1, /: unfinished: The last run has no end\..*: head/s],
    ['a torn last line', text.slice(0, -20), 1, /torn/],
  ] as const
  for (const [name, content, code, says] of cases) {
    write('copy.jsonl', content)
    const ran = await call(['audit', 'verify', 'copy.jsonl', '--expect-head', head])
    t.equal(ran.code, code, name)
    t.match(ran.stdout + ran.stderr, says, name)
  }
  write('copy.jsonl', `${lines.slice(0, -1).join('\n')}\n`)
  const cut = await call(['audit', 'verify', 'copy.jsonl'])
  t.equal(cut.code, 1, 'also without a head')
  t.match(cut.stdout, /^The audit log ends in the middle of a run: \d+ lines\. 1 run never finished: .*\nHead: /)
  t.match(
    cut.stderr,
    /^line \d+: unfinished: The last run has no end\. It was killed or is still running, .* was cut off\.\n$/,
  )
  t.match(JSON.parse((await call(['audit', 'verify', 'copy.jsonl', '--json'])).stdout), {
    valid: false,
    problems: [{ kind: 'unfinished', line: lines.length - 1 }],
  })
  t.equal((await call(['audit', 'verify', 'missing.jsonl'])).code, 1)
  t.equal((await call(['audit', 'verify', 'audit.jsonl', '--expect-head', 'short'])).code, 1)
})

t.test('issue 12.11: the log holds the status that the API sent', async t => {
  const { call, folder, sandbox } = await world(t, MANIFEST, LIVE, USERS)
  sandbox.addFault({ operation: 'accept', kind: 'status', status: 202, nth: 1, after: true })
  const applied = await call(['apply', '--auto-approve', '--audit-log', 'audit.jsonl'])
  t.equal(applied.code, 0, applied.stderr)
  const accepts = linesOf(join(folder, 'audit.jsonl')).filter(
    ({ event, action }) => action === 'accept' && /attempt|result/.test(event),
  )
  t.same(accepts.map(({ http_status }) => http_status).sort(), [202, 202, 204, 204])
})

t.test('issue 12.10: what the last read confirms is in the log, in NDJSON and on standard output', async t => {
  for (const format of ['text', 'json']) {
    const { call, folder, sandbox } = await world(t, MANIFEST, LIVE, USERS)
    sandbox.addFault({ operation: 'accept', kind: 'status', status: 503, nth: 1, after: true })
    sandbox.addFault({ operation: 'get', kind: 'status', status: 503 })
    const args = ['apply', '--auto-approve', '--retries', '0', '--parallelism', '1', '--no-removals']
    const applied = await call([...args, '--audit-log', 'audit.jsonl', '--format', format])
    t.equal(applied.code, 0, applied.stderr)
    const results = linesOf(join(folder, 'audit.jsonl')).filter(
      ({ event, address }) => event === 'result' && address === 'bimdata_invitation.1',
    )
    t.same(
      results.map(({ outcome }) => outcome),
      ['failed', 'confirmed'],
    )
    t.match(
      applied.stdout,
      format === 'text'
        ? /bimdata_invitation\.1 .*accepted, confirmed by reading/
        : /invitation\.1: confirmed".*apply_complete/,
    )
  }
})

t.test('issue 12.23: after a killed run and a good one verify says that one never finished', async t => {
  const { call, folder } = await world(t, MANIFEST, LIVE, USERS)
  const killed = await openAudit('audit.jsonl', { cwd: folder, env: {}, now: () => new Date() })
  await killed.append({ event: 'start' })
  await killed.close()
  await call(['apply', '--auto-approve', '--audit-log', 'audit.jsonl'])
  const verified = await call(['audit', 'verify', 'audit.jsonl'])
  t.equal(verified.code, 0)
  t.match(verified.stdout, /intact: \d+ lines\. 1 run never finished: killed, or still running\./)
  const json = await call(['audit', 'verify', 'audit.jsonl', '--json'])
  t.match(JSON.parse(json.stdout), { valid: true, unfinished_runs: 1 })
})
