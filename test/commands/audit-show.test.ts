import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { start } from '../execute/fixtures/spawn.js'
import { invitation, world } from '../helpers/world.js'
import { unsafeIn } from '../render/fixtures/inert.js'
import { HOSTILE } from '../render/fixtures/plan.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
      reason: ours
users:
  remove:
    - email: bob@acme.example
      reason: left
`
const LIVE = [invitation(1, 'ann@acme.example')]

/** A log with a refused run, a good one with a retry, and one that was killed in the middle of a removal. */
async function scene(t: Test) {
  const scene = await world(t, MANIFEST, LIVE, { users: ['bob@acme.example'] })
  const { call, sandbox } = scene
  const apply = ['apply', '--auto-approve', '--audit-log', 'audit.jsonl']
  await call([...apply, '--max-removals', '0'])
  sandbox.addFault({ operation: 'accept', kind: 'status', status: 503, nth: 1 })
  await call([...apply, '--no-removals'], { GITHUB_ACTOR: 'octo', GITHUB_SHA: 'abc123' })
  sandbox.addFault({ operation: 'remove', kind: 'hang' })
  const running = start(t, apply, { cwd: scene.folder, env: scene.env })
  while (!sandbox.calls().some(({ operation }) => operation === 'remove')) await new Promise(go => setTimeout(go, 20))
  running.kill('SIGKILL')
  await running.exited
  return { ...scene, path: join(scene.folder, 'audit.jsonl') }
}

t.test('a section for each run: refused, good and killed', async t => {
  const { call } = await scene(t)
  const { code, stdout } = await call(['audit', 'show', 'audit.jsonl'])
  t.equal(code, 1, 'the log ends within a run')
  t.match(stdout, /^The audit log ends in the middle of a run: \d+ lines, 3 runs\.\n {2}line \d+: unfinished: /)
  const [, refused = '', good = '', killed = ''] = stdout.split('\nRun of ')
  t.match(refused, /^[\dTZ:.-]+: refused\n/)
  t.match(refused, /refused: Guard maxRemovals/)
  t.match(good, /: complete\n {2}by: octo\n/)
  t.match(good, 'CI: commit abc123')
  t.match(good, /digest: sha256:[0-9a-f]{64}\n/)
  t.match(good, /accept bimdata_invitation\.1: done, HTTP 204 {2}guestlist\.yaml:4:7 \(ours\)\n/)
  t.match(good, /accept_failed {2}HTTP 503.*\n.*read_ok.*\n.*accept_ok {2}HTTP 204\n/)
  t.match(killed, /: unfinished \(it has no end: killed, still running, or cut off\)\n/)
  t.match(killed, /remove bimdata_user\.bob@acme\.example: how it ended is not known/)
})

t.test('json has the same', async t => {
  const { call } = await scene(t)
  const show = JSON.parse((await call(['audit', 'show', 'audit.jsonl', '--json'])).stdout)
  t.match(show, {
    format_version: '1.0',
    valid: false,
    problems: [{ kind: 'unfinished' }],
    runs: [
      { outcome: 'refused', verdict: 'refused', refusals: { length: 1 } },
      { outcome: 'complete', actor: 'octo', actions: [{ outcome: 'done', attempts: { length: 3 } }] },
      { outcome: 'unfinished', actions: [{ address: 'bimdata_user.bob@acme.example', outcome: null }] },
    ],
  })
})

t.test('html is one page that runs nothing', async t => {
  const { call } = await scene(t)
  const { stdout } = await call(['audit', 'show', 'audit.jsonl', '--format', 'html'])
  t.match(stdout, /^<!DOCTYPE html>/)
  t.notMatch(stdout, '<script')
  t.match(stdout, 'bimdata_user.bob@acme.example')
  t.match(stdout, 'The audit log ends in the middle of a run')
})

t.test('a log that was tampered with: said on top, and at the run', async t => {
  const { call, path } = await scene(t)
  writeFileSync(path, readFileSync(path, 'utf8').replace('"outcome":"done"', '"outcome":"gone"'))
  const { code, stdout } = await call(['audit', 'show', 'audit.jsonl'])
  t.equal(code, 1)
  t.match(stdout, /^The audit log is not as it was written: .*\n {2}line \d+: changed: /)
  t.match(stdout, /: complete\n.*some of its lines are not as they were written: \d+\n/s)
  const html = await call(['audit', 'show', 'audit.jsonl', '--format', 'html'])
  t.match(html.stdout, '<p class="summary">The audit log is not as it was written</p>')
})

t.test('hostile strings are inert, lines that are none are passed over, and standard input will do', async t => {
  const { call, folder, run } = await world(t, MANIFEST, LIVE)
  const lines = Object.values(HOSTILE).map(text =>
    JSON.stringify({ event: 'result', run_id: text, actor: text, address: text, outcome: text, message: text }),
  )
  const content = `no line\n[]\n{"event":7}\n${lines.join('\n')}\n`
  writeFileSync(join(folder, 'bad.jsonl'), content)
  for (const format of ['text', 'html', 'json']) {
    const { code, stdout } = await call(['audit', 'show', 'bad.jsonl', '--format', format])
    t.equal(code, 1)
    t.same(unsafeIn(stdout), [], format)
  }
  const piped = await run(['audit', 'show', '-'], { input: content })
  t.match(piped.stdout, 'The audit log is not as it was written')
})
