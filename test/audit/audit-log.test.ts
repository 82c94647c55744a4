import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type AuditLog, type AuditOptions, openAudit } from '../../src/audit/audit-log.js'
import { verifyAudit } from '../../src/audit/verify-log.js'
import { newLockInfo } from '../../src/system/lock-info.js'
import { bundleWorker } from '../helpers/process.js'

const bundle = await bundleWorker('./audit-worker.ts')
t.teardown(() => bundle.remove())

const logIn = (cwd: string, more: Partial<AuditOptions> = {}): Promise<AuditLog> =>
  openAudit('audit.jsonl', { cwd, env: {}, now: () => new Date('2026-11-02T10:00:00Z'), ...more })
const file = (folder: string) => join(folder, 'audit.jsonl')
const text = (folder: string) => readFileSync(file(folder), 'utf8')
const lines = (folder: string) => text(folder).trimEnd().split('\n')
const sha256 = (value: string) => createHash('sha256').update(value).digest('hex')

t.test('a line says who did what, and holds the hash of the line before', async t => {
  const folder = t.testdir()
  const env = { GITHUB_ACTOR: 'alice', GITHUB_SHA: 'c0ffee', GITHUB_RUN_ID: '42' }
  const log = await logIn(folder, { env })
  await log.append({ event: 'start', plan_digest: 'sha256:00' })
  await log.append({
    event: 'end',
    plan_digest: 'sha256:00',
    address: 'bimdata_user.bob@acme.example',
    action: 'remove',
    rule: { file: 'guestlist.yaml', line: 3, column: 5, name: null, owner: null, reason: 'left' },
    http_status: 204,
    attempts: 2,
    outcome: 'removed',
  })
  await log.close()
  const [first = '', second = ''] = lines(folder)
  t.same(Object.keys(JSON.parse(first)), [
    ...[
      'seq',
      'time',
      'event',
      'run_id',
      'actor',
      'host',
      'ci',
      'plan_digest',
      'address',
      'action',
      'rule',
      'approver',
    ],
    ...['http_status', 'attempts', 'outcome', 'message', 'previous', 'hash'],
  ])
  t.match(JSON.parse(first), { seq: 1, previous: '0'.repeat(64), address: null, time: '2026-11-02T10:00:00.000Z' })
  t.match(JSON.parse(second), {
    seq: 2,
    actor: 'alice',
    host: hostname(),
    ci: { commit: 'c0ffee', run: '42' },
    rule: { line: 3, reason: 'left' },
    previous: sha256(first),
  })
  t.equal(statSync(file(folder)).mode & 0o777, 0o600)
  t.same(await verifyAudit(file(folder)), {
    lines: 2,
    unfinishedRuns: 0,
    head: sha256(second),
    problems: [],
    omitted: 0,
  })
  t.same(readdirSync(folder), ['audit.jsonl'])
})

t.test('who acts, by what the environment says', async t => {
  const cases: Record<string, [env: NodeJS.ProcessEnv, says: object]> = {
    nothing: [{}, { actor: new RegExp(`@${hostname()}$`), ci: null }],
    GitLab: [
      { GITLAB_USER_LOGIN: 'bob', CI_COMMIT_SHA: 'a1', CI_JOB_ID: '7' },
      { actor: 'bob', ci: { run: '7' } },
    ],
    'a commit alone': [{ GIT_COMMIT: 'a1' }, { ci: { commit: 'a1', run: null } }],
    'empty variables': [{ GITHUB_ACTOR: '', GITHUB_SHA: '' }, { ci: null }],
  }
  for (const [name, [env, says]] of Object.entries(cases)) {
    t.test(name, async t => {
      const folder = t.testdir()
      const log = await logIn(folder, { env })
      await log.append({ event: 'plan' })
      t.match(JSON.parse(text(folder)), says)
    })
  }
})

t.test('hostile strings stay in their line', async t => {
  const folder = t.testdir()
  const hostile = 'a\n{"seq":9}\r\u2028\u2029\u0085\u202e\u200b\u{e0001}\ud800","hash":"x"}'
  const log = await logIn(folder)
  await log.append({ event: 'result', message: hostile, address: '__proto__' })
  await log.append({ event: 'end' })
  t.equal(lines(folder).length, 2)
  t.notMatch(text(folder).replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  t.equal(JSON.parse(lines(folder)[0] ?? '').message, hostile, 'and are the same when read')
  t.same((await verifyAudit(file(folder))).problems, [])
})

t.test('a log goes on from where it was', async t => {
  const folder = t.testdir()
  for (const event of ['plan', 'start', 'end'] as const) {
    const log = await logIn(folder)
    await log.append({ event })
    await log.close()
  }
  t.match(await verifyAudit(file(folder)), { lines: 3, problems: [] })
  const long = await logIn(folder)
  await long.append({ event: 'plan', message: 'x'.repeat(900_000) })
  await (await logIn(folder)).append({ event: 'end' })
  t.match(await verifyAudit(file(folder)), { lines: 5, problems: [] }, 'after a very long line too')
})

t.test('entries come in the order of the calls, and all of them', async t => {
  const folder = t.testdir()
  const log = await logIn(folder)
  const count = 1_000
  for (let n = 0; n < count; n++) void log.append({ event: 'end', attempts: n })
  await log.close()
  t.same(
    lines(folder).map(line => JSON.parse(line).attempts),
    Array.from({ length: count }, (_, n) => n),
  )
  await t.rejects(log.append({ event: 'end' }), { code: 'audit-closed' })
  t.match(await verifyAudit(file(folder)), { lines: count, problems: [] })
})

t.test('many processes write one log, and one killed among them does not break it', async t => {
  const folder = t.testdir()
  const workers = Array.from({ length: 4 }, () => bundle.start(file(folder)))
  const victim = bundle.start(file(folder))
  t.teardown(() => Promise.all(workers.map(worker => worker.end())))
  const log = await logIn(folder)
  victim.send('append 100000 victim')
  const others = workers.map((worker, n) => worker.ask(`append 40 w${n}`))
  while (!text(folder).includes('victim-3')) await log.append({ event: 'attempt', address: 'mine' })
  await victim.kill('SIGKILL')
  await Promise.all(others)
  await log.append({ event: 'end' })
  const verified = await verifyAudit(file(folder))
  t.same(
    verified.problems.filter(({ kind }) => kind !== 'torn'),
    [],
  )
  for (let n = 0; n < workers.length; n++) t.equal(text(folder).split(`"w${n}-`).length - 1, 40)
})

t.test('what a crash left of a line is kept apart, and found as torn', async t => {
  const cases: Record<string, [cut: number, problems: object[]]> = {
    'half a line': [100, [{ line: 2, kind: 'torn' }]],
    'a line without its line break': [1, []],
  }
  for (const [name, [cut, problems]] of Object.entries(cases)) {
    t.test(name, async t => {
      const folder = t.testdir()
      const log = await logIn(folder)
      await log.append({ event: 'plan' })
      await log.append({ event: 'end' })
      truncateSync(file(folder), statSync(file(folder)).size - cut)
      const cutOff = text(folder)
      t.match((await verifyAudit(file(folder))).problems, problems, 'at the end')
      await log.append({ event: 'end' })
      await (await logIn(folder)).append({ event: 'end' })
      t.ok(text(folder).startsWith(`${cutOff}\n{"seq":3,`))
      const verified = await verifyAudit(file(folder))
      t.match(verified, { lines: 4, problems })
      t.equal(verified.problems.length, problems.length)
    })
  }
  t.test('the very first line', async t => {
    const folder = t.testdir({ 'audit.jsonl': '{"se' })
    await (await logIn(folder)).append({ event: 'end' })
    t.match(await verifyAudit(file(folder)), { lines: 2, problems: [{ line: 1, kind: 'torn' }] })
  })
})

t.test('a log that is rotated away goes on in a new file', async t => {
  const folder = t.testdir()
  const log = await logIn(folder)
  await log.append({ event: 'plan' })
  renameSync(file(folder), join(folder, 'audit.1'))
  await log.append({ event: 'end' })
  t.match(JSON.parse(text(folder)), { seq: 1, event: 'end', previous: '0'.repeat(64) })
})

t.test('a link is followed', async t => {
  const folder = t.testdir({ 'audit.jsonl': t.fixture('symlink', 'real.jsonl'), 'real.jsonl': '' })
  await (await logIn(folder)).append({ event: 'plan' })
  t.ok(lstatSync(file(folder)).isSymbolicLink())
  t.match(readFileSync(join(folder, 'real.jsonl'), 'utf8'), /^{"seq":1,/)
})

t.test('where no log can be kept is said at once', async t => {
  const cases: Record<string, [code: string, make: (folder: string) => void]> = {
    'a folder': ['audit-not-a-file', folder => execFileSync('mkdir', [file(folder)])],
    'a pipe': ['audit-not-a-file', folder => execFileSync('mkfifo', [file(folder)])],
    'a link to nothing': ['audit-not-a-file', folder => execFileSync('ln', ['-s', 'gone', file(folder)])],
    'a manifest': ['audit-not-a-log', folder => writeFileSync(file(folder), 'apiVersion: guestlist/v1\n')],
    'a state': ['audit-not-a-log', folder => writeFileSync(file(folder), '{\n  "version": 1\n}\n')],
  }
  for (const [name, [code, make]] of Object.entries(cases)) {
    t.test(name, async t => {
      const folder = t.testdir()
      make(folder)
      await t.rejects(logIn(folder), { name: 'GuestlistError', code, message: new RegExp(file(folder)) })
      t.same(readdirSync(folder), ['audit.jsonl'])
    })
  }
  t.test('a place that takes no files', async t => {
    await t.rejects(logIn('/proc/self'), { code: 'audit-unwritable' })
  })
  t.test('a file where a folder should be', async t => {
    const folder = t.testdir({ plain: '' })
    await t.rejects(logIn(join(folder, 'plain')), { code: 'audit-unwritable' })
  })
})

t.test('folders that are missing are made', async t => {
  const folder = t.testdir()
  await (await logIn(join(folder, 'logs/2026'))).append({ event: 'plan' })
  t.match(await verifyAudit(file(join(folder, 'logs/2026'))), { lines: 1 })
})

t.test('an entry that is too large is refused alone', async t => {
  const folder = t.testdir()
  const log = await logIn(folder)
  const before = log.append({ event: 'plan' })
  const large = log.append({ event: 'result', message: 'x'.repeat(1024 * 1024) })
  const after = log.append({ event: 'end' })
  await t.rejects(large, { code: 'audit-too-large' })
  await before
  await after
  t.match(await verifyAudit(file(folder)), { lines: 2, problems: [] })
})

t.test('a lock that is not let go of is an error that names its holder', async t => {
  const folder = t.testdir()
  const log = await logIn(folder, { lockTimeoutMs: 20 })
  const holder = newLockInfo({ operation: 'audit', path: '', version: '', now: new Date() })
  writeFileSync(join(folder, '.audit.jsonl.lock'), JSON.stringify(holder))
  await t.rejects(log.append({ event: 'plan' }), { code: 'audit-locked', message: new RegExp(`pid ${process.pid}`) })
  execFileSync('rm', [join(folder, '.audit.jsonl.lock')])
  await log.append({ event: 'end' })
  t.equal(lines(folder).length, 1)
})

t.test('a full disk: an error, no half line, and the log goes on', async t => {
  const folder = t.testdir()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    t.comment('no right to mount a small file system here')
    return
  }
  try {
    await fillDisk(t, folder)
  } finally {
    execFileSync('umount', [folder])
  }
})

async function fillDisk(t: Test, folder: string): Promise<void> {
  const log = await logIn(folder)
  await log.append({ event: 'plan' })
  await t.rejects(log.append({ event: 'result', message: 'x'.repeat(200_000) }, { sync: true }), {
    code: 'audit-unwritable',
    message: /no space left/,
  })
  await log.append({ event: 'end' })
  t.match(await verifyAudit(file(folder)), { lines: 2, problems: [] })
  t.same(readdirSync(folder), ['audit.jsonl'])
}

t.test('what was added by hand since is not overwritten', async t => {
  const folder = t.testdir()
  const log = await logIn(folder)
  await log.append({ event: 'plan' })
  appendFileSync(file(folder), 'a note\n')
  await log.append({ event: 'end' })
  t.match(lines(folder)[1], 'a note')
  t.match(await verifyAudit(file(folder)), { lines: 3, problems: [{ line: 2, kind: 'torn' }] })
})
