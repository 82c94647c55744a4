import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { checksumOf } from '../../src/documents/plan-document.js'
import { guestlist } from '../helpers/guestlist.js'
import { invitation, world } from '../helpers/world.js'

const ACCEPT = 'invitations:\n  accept:\n    - email: "*@acme.example"\n'
const REMOVE = 'users:\n  remove:\n    - email: bob@acme.example\n'
const LIVE = [invitation(1, 'ann@acme.example')]
const FORMATS = ['text', 'json', 'markdown', 'diff', 'html'] as const

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)

t.test('issue 12.18: what was planned from a snapshot says so in every format, and shown from a file too', async t => {
  const { run, folder } = await world(t, ACCEPT, LIVE)
  t.equal((await run(['snapshot', '--out', 'live.json'])).code, 0)
  const { taken_at, api_url } = JSON.parse(readFileSync(join(folder, 'live.json'), 'utf8'))
  const now = new Date(Date.parse(taken_at) + 3 * 86_400_000).toISOString()
  const planned = ['plan', '--from', 'live.json', '--now', now]
  t.equal((await guestlist([...planned, '--out', 'plan.json'], { cwd: folder })).code, 0)
  const shown = FORMATS.flatMap(format => [
    [...planned, '--format', format],
    ['show', 'plan.json', '--format', format],
  ])
  for (const args of shown) {
    const { stdout } = await guestlist(args, { cwd: folder })
    for (const part of ['live.json', taken_at]) t.ok(stdout.includes(part), `${args.join(' ')}: ${part}`)
    if (!args.includes('json')) t.match(stdout, /3 days before this plan/, args.join(' '))
  }
  const { guestlist: ours } = JSON.parse((await guestlist([...planned, '--json'], { cwd: folder })).stdout)
  t.match(ours.provenance, { api_url, read: { source: 'snapshot', age_seconds: 3 * 86_400 } })
  t.match(ours.provenance.manifest, [{ file: 'guestlist.yaml', sha256: /^[0-9a-f]{64}$/ }])
})

t.test('issue 12.18: a live plan says which state it read, and how much that remembers', async t => {
  const { call, run, folder } = await world(t, `${ACCEPT}${REMOVE}`, LIVE, { users: ['bob@acme.example'] })
  const path = join(folder, 'guestlist.state.json')
  t.match((await call(['plan'])).stdout, `State: none yet (${path})`)
  t.equal((await run(['apply', '--auto-approve'])).code, 0)
  const { stdout } = await call(['plan'])
  t.match(stdout, `State: 1 removal remembered (${path})`)
  t.equal(lastLine(stdout), 'No changes. Invitations and users match the manifest.')
  t.match(JSON.parse((await call(['plan', '--json'])).stdout).guestlist.state, {
    backend: 'local',
    path,
    remembered: 1,
  })
})

t.test('issue 12.18: the state lies beside the manifest, and a saved plan finds it from everywhere', async t => {
  const { folder, env } = await world(t, '', [], { users: ['bob@acme.example'] })
  const [infra, elsewhere] = [join(folder, 'infra'), join(folder, 'elsewhere')]
  for (const path of [infra, elsewhere]) mkdirSync(path)
  writeFileSync(join(infra, 'people.yaml'), `apiVersion: guestlist/v1\n${REMOVE}`)
  writeFileSync(join(infra, 'state.yaml'), 'apiVersion: guestlist/v1\nstate:\n  path: kept/state.json\n')
  mkdirSync(join(infra, 'kept'))
  const files = ['-f', '../infra/people.yaml', '-f', '../infra/state.yaml']
  const planned = await guestlist(['plan', ...files, '--out', 'plan.json'], { cwd: elsewhere, env })
  t.equal(planned.code, 0, planned.stderr)
  const applied = await guestlist(['apply', 'elsewhere/plan.json'], { cwd: folder, env })
  t.equal(applied.code, 0, applied.stderr)
  t.ok(readFileSync(join(infra, 'kept', 'state.json'), 'utf8').includes('bob@acme.example'))
  const again = await guestlist(['plan', '-f', 'infra/people.yaml', '-f', 'infra/state.yaml'], { cwd: folder, env })
  t.equal(lastLine(again.stdout), 'No changes. Invitations and users match the manifest.')
  const alone = await guestlist(['plan', '-f', 'infra/people.yaml', '--json'], { cwd: folder, env })
  t.equal(JSON.parse(alone.stdout).guestlist.state.path, join(infra, 'guestlist.state.json'), 'the default too')
})

t.test('a saved plan with removals is not applied under another state', async t => {
  const given = { users: ['bob@acme.example', 'zoe@acme.example'] }
  const { run, folder } = await world(t, REMOVE, [], given)
  t.equal((await run(['apply', '--auto-approve'])).code, 0)
  const more = `apiVersion: guestlist/v1\n${REMOVE}    - email: zoe@acme.example\n`
  writeFileSync(join(folder, 'guestlist.yaml'), more)
  t.equal((await run(['plan', '--out', 'plan.json'])).code, 0)
  const path = join(folder, 'guestlist.state.json')
  const state = readFileSync(path, 'utf8')
  writeFileSync(path, JSON.stringify({ ...JSON.parse(state), lineage: 'another' }))
  const stale = await run(['apply', 'plan.json'])
  t.equal(stale.code, 4)
  t.match(stale.stderr, /the state at .*now it is another one/)
  writeFileSync(path, state)
  t.equal((await run(['apply', 'plan.json'])).code, 0)
})

t.test('issue 12.18: a refused plan says so last, is not recommended, and ends 3 with --detailed-exitcode', async t => {
  const { call } = await world(t, `${ACCEPT}${REMOVE}`, LIVE)
  const args = ['plan', '--max-removals', '0', '--detailed-exitcode']
  for (const format of ['text', 'markdown', 'diff', 'html']) {
    const { stdout, stderr, code } = await call([...args, '--format', format, '--out', 'plan.json'])
    t.equal(code, 3)
    t.match(stdout, 'Plan: 1 to accept, 0 to deny, 1 to remove. Apply will refuse this plan.')
    t.match(stderr, /Saved the plan to plan\.json\. Apply will refuse it\.\n$/)
    t.notMatch(stderr, 'guestlist apply')
    if (format === 'text') t.match(lastLine(stdout), /Apply will refuse this plan\.$/)
  }
  t.equal((await call(['plan', '--max-removals', '0'])).code, 0)
})

t.test('issue 12.18: --format never changes what --out saves', async t => {
  const { call, folder } = await world(t, ACCEPT, [...LIVE, invitation(2, 'x@other.example')])
  const saved = new Set<string>()
  for (const format of FORMATS) {
    t.equal((await call(['plan', '--now', '2026-11-24', '--format', format, '--out', 'plan.json'])).code, 0)
    saved.add(readFileSync(join(folder, 'plan.json'), 'utf8'))
  }
  t.equal(saved.size, 1)
})

t.test('issue 12.18: a plan that leaves something out does not claim that all is right', async t => {
  const { call } = await world(t, REMOVE, [])
  for (const args of [['--no-removals'], ['--target', 'bimdata_invitation.9']]) {
    const { stdout } = await call(['plan', ...args])
    t.match(stdout, /Left out: 1 (?:removal by --no-removals|change by --target)\./)
    t.notMatch(stdout, 'No changes.')
    t.match(JSON.parse((await call(['plan', ...args, '--json'])).stdout).guestlist.left_out, { from: 0 })
  }
})

t.test('issue 12.18: neither do the lines of apply --json and of serve', async t => {
  const { call, run } = await world(t, REMOVE, [])
  const { stdout } = await call(['apply', '--auto-approve', '--no-removals', '--json'])
  t.notMatch(stdout, 'No changes.')
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  t.match(
    lines.find(({ changes }) => changes?.operation === 'plan'),
    { '@message': /changes were left out/, guestlist: { left_out: { no_removals: 1 } } },
  )
  const served = await run(['serve', '--once'])
  t.equal(served.code, 0)
  t.match(served.stderr, /changes were left out/)
  t.notMatch(served.stderr, 'No changes.')
})

t.test('issue 12.16: explain of the largest id, and export of the id 0', async t => {
  const { call, folder } = await world(t, ACCEPT, [
    { ...invitation(0, 'zero@other.example'), status: 'D' },
    invitation(Number.MAX_SAFE_INTEGER, 'ann@acme.example'),
  ])
  const explained = await call(['explain', '9007199254740991'])
  t.equal(explained.code, 0, explained.stderr)
  t.match(explained.stdout, 'bimdata_invitation.9007199254740991')
  t.equal((await call(['export', '--out', 'all.yaml'])).code, 0)
  t.match(readFileSync(join(folder, 'all.yaml'), 'utf8'), '- id: 0')
  const planned = await call(['plan', '-f', 'all.yaml'])
  t.equal(lastLine(planned.stdout), 'No changes. Invitations and users match the manifest.')
})

t.test('issue 12.17: a plan that was edited is refused though its checksum was made anew', async t => {
  const { run, folder } = await world(t, ACCEPT, [...LIVE, invitation(2, 'eve@acme.example')])
  t.equal((await run(['plan', '--out', 'plan.json'])).code, 0)
  const path = join(folder, 'plan.json')
  const plan = JSON.parse(readFileSync(path, 'utf8'))
  plan.resource_changes[0].change.before.cloud_name = 'Elsewhere'
  plan.guestlist.checksum = checksumOf(plan)
  writeFileSync(path, JSON.stringify(plan))
  for (const args of [
    ['show', 'plan.json'],
    ['apply', 'plan.json'],
  ]) {
    const { code, stderr } = await run(args)
    t.equal(code, 1)
    t.match(stderr, /changed after guestlist wrote it/)
  }
})

t.test('issue 12.15: state list tells records whose entry is gone', async t => {
  const { run, folder } = await world(t, REMOVE, [], { users: ['bob@acme.example'] })
  t.equal((await run(['apply', '--auto-approve'])).code, 0)
  t.match(JSON.parse((await run(['state', 'list', '--json'])).stdout), [{ email: 'bob@acme.example', listed: true }])
  writeFileSync(join(folder, 'guestlist.yaml'), 'apiVersion: guestlist/v1\n')
  const { stdout, stderr } = await run(['state', 'list'])
  t.match(stdout, /bob@acme\.example +removed .* no/)
  t.match(stderr, /users\.remove no longer has an entry/)
})

t.test(
  'an invitation whose status became unknown makes a plan stale: what is new is not "undefined" before',
  async t => {
    let status = 'P'
    const api = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify([invitation(1, 'ann@acme.example', status)]))
    })
    await once(api.listen(0, '127.0.0.1'), 'listening')
    t.teardown(() => api.close())
    const { port } = Object(api.address())
    const { call } = await world(t, ACCEPT, LIVE)
    const env = { BIMDATA_API_URL: `http://127.0.0.1:${port}` }
    t.equal((await call(['plan', '--out', 'plan.json'], env)).code, 0)
    status = 'pending'
    const stale = await call(['apply', 'plan.json'], env)
    t.equal(stale.code, 4)
    t.match(stale.stderr, 'bimdata_invitation.1: status was "pending", is "unknown"; raw_status is "pending"')
  },
)
