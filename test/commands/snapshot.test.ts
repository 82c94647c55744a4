import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { guestlist } from '../helpers/guestlist.js'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
    - email: ann@acme.example
`

const LIVE = [
  invitation(7, 'zoe@acme.example'),
  invitation(3, 'bob@acme.example', 'A'),
  invitation(5, 'eve@rival.example', 'D', { project_name: 'Façade\n"1"', project_role: 25, client_id: 9 }),
]

t.test('a plan from a snapshot is the live plan, without network, credentials or state', async t => {
  const { run, folder, sandbox } = await world(t, MANIFEST, LIVE, { users: ['bob@acme.example'] })
  t.equal((await run(['apply', '--auto-approve'])).code, 0, 'bob is removed, ann was never there')
  await sandbox.putInvitation(invitation(8, 'ann@acme.example', 'A'))
  const saved = await run(['snapshot', '--out', 'live.json'])
  t.equal(saved.code, 0, saved.stderr)
  t.equal(saved.stdout, '')
  t.equal(statSync(join(folder, 'live.json')).mode & 0o777, 0o600)
  const now = ['--now', '2026-11-02T00:00:00Z']
  const live = await run(['plan', ...now])
  t.match(live.stdout, 'Plan: 0 to accept, 0 to deny, 1 to remove.')
  await sandbox.close()
  const elsewhere = t.testdir({
    elsewhere: {
      'guestlist.yaml': readFileSync(join(folder, 'guestlist.yaml'), 'utf8'),
      'live.json': readFileSync(join(folder, 'live.json'), 'utf8'),
    },
  })
  const cwd = join(elsewhere, 'elsewhere')
  const offline = await guestlist(['plan', '--from', 'live.json', ...now], { cwd })
  t.equal(offline.code, 0, offline.stderr)
  const decided = (text: string) => text.replaceAll(/^(?:Planned from|State:|\d+ invitations read from) .*\n\n?/gmu, '')
  t.equal(decided(offline.stdout), decided(live.stdout), 'but for what it was read from')
  t.notOk(existsSync(join(cwd, 'guestlist.state.json')))
  const explained = await guestlist(['explain', 'ann@acme.example', '--from', 'live.json', '--json'], { cwd })
  t.match(JSON.parse(explained.stdout), { user: { decision: { kind: 'remove', returned: true } } })
})

t.test('on standard output it is the same document, and holds no credential', async t => {
  const { run, sandbox } = await world(t, null, LIVE)
  const { code, stdout, stderr } = await run(['snapshot'])
  t.equal(code, 0, 'no manifest is needed where there is none')
  t.equal(stderr, '')
  const document = JSON.parse(stdout)
  t.match(document, { version: 2, api_url: sandbox.url, removals: {} })
  t.same(
    document.invitations.map(({ id }: { id: number }) => id),
    [3, 5, 7],
  )
  t.match(document.invitations[1], { status: 'D', project_name: 'Façade\n"1"', project_role: 25, client_id: 9 })
  t.notMatch(stdout, sandbox.apiKey)
})

t.test('what cannot be read, or is of another API, is an error of its own', async t => {
  const { run, write } = await world(t, MANIFEST, LIVE)
  await run(['snapshot', '--out', 'live.json'])
  write('broken.json', '{"version":1')
  write('newer.json', '{"version":3}')
  for (const [args, says] of [
    [['--from', 'missing.json'], /no such file/],
    [['--from', 'broken.json'], /not JSON, or only a part/],
    [['--from', 'newer.json'], /version 3.*\n.*the version of guestlist that wrote it/i],
    [['--from', 'live.json', '--api-url', 'https://other.example'], /not of https:\/\/other\.example/],
  ] as const) {
    const { code, stdout, stderr } = await run(['plan', ...args])
    t.equal(code, 1)
    t.equal(stdout, '')
    t.match(stderr, says)
  }
})
