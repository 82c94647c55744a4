import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
      name: acme
      owner: facility-team
users:
  remove:
    - email: bob@acme.example
`
const LIVE = [
  invitation(1, 'alice@acme.example', 'A'),
  invitation(2, 'bob@acme.example', 'A', { cloud_role: 100 }),
  invitation(3, 'eve@rival.example', 'P'),
]
const CLOUDS = [
  { id: 7, name: 'Tower A', members: [{ id: 1, email: 'alice@acme.example', cloud_role: 50 }] },
  { id: 8, name: 'Campus', members: [{ id: 2, email: 'eve@rival.example', cloud_role: 100 }] },
]
const OPTIONS = { data: { invitations: LIVE, users: [], clouds: CLOUDS } }

t.test('text: the summary first, then a person after the other', async t => {
  const { call } = await world(t, MANIFEST, [], OPTIONS)
  const { code, stdout } = await call(['review'])
  t.equal(code, 0)
  t.match(stdout, /^Review: 3 accesses of 3 people\.\n\nFinding/)
  t.match(stdout, /unexplained +1/)
  t.match(stdout, /facility-team +2 +1 to-be-removed, 1 admin/)
  t.match(stdout, 'Members of 2 of 2 clouds read; others cannot be seen.')
  t.match(
    stdout,
    /\nalice@acme\.example\n {2}cloud "Tower A" as user: member\n {4}guestlist\.yaml:4:7 {2}acme {2}owner facility-team\n/,
  )
})

t.test('json: the names of the columns, with provenance', async t => {
  const { call, sandbox, folder } = await world(t, MANIFEST, [], OPTIONS)
  const { stdout } = await call(['review', '--json'], { GITHUB_SHA: 'abc123', GITHUB_RUN_ID: '99' })
  const review = JSON.parse(stdout)
  t.strictSame(Object.keys(review), ['format_version', 'provenance', 'summary', 'rows'])
  t.match(review.provenance, {
    api_url: sandbox.url,
    read: { source: 'api', snapshot: null },
    manifest: [{ file: 'guestlist.yaml', sha256: /^[0-9a-f]{64}$/ }],
    ci: { commit: 'abc123', run: '99' },
  })
  const header = 'email,cloud,cloud_role,project,project_role,status,rule,name,owner,reason,ends,findings'
  t.strictSame(Object.keys(review.rows[0]), header.split(','))
  const csv = await call(['review', '--format', 'csv'])
  t.ok(csv.stdout.startsWith(`${header}\r\n`))
  t.match(review.rows[1], {
    email: 'bob@acme.example',
    cloud_role: 'admin',
    status: 'accepted',
    rule: 'guestlist.yaml:4:7',
    name: 'acme',
    owner: 'facility-team',
    findings: ['to-be-removed', 'admin'],
  })
  t.ok(readFileSync(join(folder, 'guestlist.yaml')).length > 0)
})

t.test('html: one page', async t => {
  const { call } = await world(t, MANIFEST, [], OPTIONS)
  const { stdout } = await call(['review', '--format', 'html'])
  t.match(stdout, /^<!DOCTYPE html>/)
  t.match(stdout, '<title>guestlist review</title>')
  t.match(stdout, 'guestlist.yaml (sha256')
})

t.test('--detailed-exitcode: 2 where there are findings, 0 where there are none', async t => {
  const { call } = await world(t, MANIFEST, [], OPTIONS)
  t.equal((await call(['review', '--detailed-exitcode'])).code, 2)
  const clean = await world(t, MANIFEST, [invitation(1, 'alice@acme.example', 'A')])
  t.equal((await clean.call(['review', '--detailed-exitcode'])).code, 0)
})

t.test('from a snapshot, offline, it is the same but for where it comes from', async t => {
  const { call, sandbox } = await world(t, MANIFEST, [], OPTIONS)
  const live = JSON.parse((await call(['review', '--json'])).stdout)
  await call(['snapshot', '--out', 'live.json'])
  await sandbox.close()
  const { stdout } = await call(['review', '--from', 'live.json', '--json'])
  const offline = JSON.parse(stdout)
  t.strictSame(offline.rows, live.rows)
  t.strictSame(offline.summary, live.summary)
  t.match(offline.provenance.read, { source: 'snapshot', snapshot: 'live.json' })
})

t.test('clouds that cannot be read are told; with --no-loss they are not looked at', async t => {
  const { call, sandbox } = await world(t, MANIFEST, [], OPTIONS)
  sandbox.addFault({ operation: 'members', kind: 'status', status: 403, target: '8' })
  const { stdout } = await call(['review'])
  t.match(
    stdout,
    'Members of 1 of 2 clouds read; others cannot be seen.\nNot known: the members of "Campus" (id 8): 403.',
  )
  const without = await call(['review', '--no-loss', '--json'])
  t.match(JSON.parse(without.stdout), { summary: { clouds: null, rows: 2 } })
})
