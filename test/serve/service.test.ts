import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Sandbox } from '../../src/sandbox/options.js'
import { post, SECRET, serve, until } from '../helpers/serve.js'
import { keyFolder, makeKey } from '../helpers/ssh.js'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
  deny:
    - email: "*@rival.example"
users:
  remove:
    - email: bob@left.example
`
const ALL = `invitations:
  accept:
    - email: "*@acme.example"
`
const accepted = (sandbox: Sandbox, wanted: number) =>
  sandbox.invitations().some(({ id, status }) => id === wanted && status === 'A')

t.test('it starts with a run, leaves removals alone, and says so everywhere', async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [
    invitation(1, 'a@acme.example'),
    invitation(2, 'who@else.example'),
  ])
  await sandbox.addUser('bob@left.example')
  const served = await serve(t, folder, env, ['--interval', '1h'])
  await served.logged(/Apply complete! 1 accepted, 0 denied, 0 removed\./)
  t.strictSame(sandbox.users().includes('bob@left.example'), true)
  const status = await served.status()
  t.match(status, { leader: true, ready: true, removals: false, runs: [{ result: 'success', triggers: ['start'] }] })
  t.match(status.unmatched, [{ email: 'who@else.example' }])
  t.equal((await served.get('/livez')).status, 200)
  t.equal((await served.get('/readyz')).status, 200)
  const metrics = await (await served.get('/metrics')).text()
  for (const line of [
    'guestlist_reconciles_total{result="success"} 1',
    'guestlist_actions_total{action="accept",outcome="done"} 1',
    'guestlist_unmatched_invitations 1',
    'guestlist_leader 1',
    'guestlist_consecutive_failures 0',
  ])
    t.match(metrics, line)
  if (existsSync('/usr/bin/promtool')) execFileSync('promtool', ['check', 'metrics'], { input: metrics })
  t.equal((await post(served.url, '{}')).status, 404, 'without a secret there is no webhook')
  t.equal((await fetch(`${served.url}/status`, { method: 'DELETE' })).status, 404)
  t.equal(await served.end('SIGTERM'), 0)
  t.notMatch(served.log() + JSON.stringify(status) + metrics, sandbox.apiKey)
})

t.test('a process that was stopped for a while fires once, not for each interval that it missed', async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [])
  const served = await serve(t, folder, env, ['--interval', '500ms'])
  const lists = () => sandbox.calls().filter(({ operation }) => operation === 'list').length
  await until(() => lists() >= 3)
  served.child.kill('SIGSTOP')
  await sleep(100)
  const before = lists()
  await sleep(4_000)
  served.child.kill('SIGCONT')
  await sleep(300)
  t.ok(lists() - before <= 2, `${lists() - before} runs after eight intervals`)
})

t.test('a guard that refuses the removals leaves the invitations to be decided', async t => {
  const { folder, env, sandbox } = await world(
    t,
    `guards: { maxRemovals: 0 }\n${MANIFEST}`,
    [invitation(1, 'a@acme.example')],
    { users: ['bob@left.example'] },
  )
  const served = await serve(t, folder, env, ['--interval', '1h', '--removals'])
  await served.logged(/Without removals: Apply complete! 1 accepted/)
  t.match(await served.status(), {
    ready: true,
    runs: [{ result: 'refused', message: /maxRemovals/ }],
    plan: { refused: [/maxRemovals/], summary: { remove: 1 } },
  })
  const metrics = await (await served.get('/metrics')).text()
  t.match(metrics, 'guestlist_pending_changes{action="remove"} 1')
  t.match(metrics, 'guestlist_pending_changes{action="accept"} 0')
  t.ok(sandbox.users().includes('bob@left.example'))
})

t.test('once; dry run; and what makes no sense', async t => {
  const { run } = await world(t, MANIFEST, [invitation(1, 'a@acme.example')])
  t.match(await run(['serve', '--once', '--dry-run']), { code: 0, stderr: /1 to accept.*nothing was done/ })
  const once = await run(['serve', '--once', '--log-format', 'json'])
  t.equal(once.code, 0)
  for (const line of once.stderr.trim().split('\n'))
    t.match(JSON.parse(line), { time: String, level: String, message: String })
  t.match(await run(['serve', '--listen', '0.0.0.0:0']), { code: 1, stderr: /--allow-remote/ })
  t.match(await run(['serve', '--listen', '8080']), { code: 1, stderr: /HOST:PORT/ })
  t.match(await run(['serve', '--forward', 'https://x.example/']), { code: 1, stderr: /GUESTLIST_WEBHOOK_SECRET/ })
  const both = { GUESTLIST_WEBHOOK_SECRET: 'a', GUESTLIST_WEBHOOK_SECRET_FILE: 'b' }
  t.match(await run(['serve', '--listen', '127.0.0.1:0'], { env: both }), {
    code: 1,
    stderr: /Both GUESTLIST_WEBHOOK_SECRET and GUESTLIST_WEBHOOK_SECRET_FILE are set/,
  })
  t.match(await run(['serve', '-f', '-']), { code: 1, stderr: /not -/ })
  for (const args of [['--interval', '5m'], ['--listen', '127.0.0.1:0'], ['--allow-remote'], ['--grace', '5s']])
    t.match(await run(['serve', '--once', ...args]), { code: 1, stderr: `${args[0]} has no effect with --once` })
})

/** What a browser gets under a name that somebody else has lead here. */
const asked = async (url: string, path: string, host: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
  return String(await buffer(socket))
}

t.test(
  'nothing is shown to a page of another site whose name leads here; --allow-remote lets a proxy pass its own',
  async t => {
    const { folder, env } = await world(t, `${MANIFEST}secretive: ceo@acme.example\n`, [])
    const served = await serve(t, folder, env, ['--interval', '1h'])
    await served.logged(/secretive/)
    for (const path of ['/', '/status', '/plan', '/readyz', '/livez', '/metrics'])
      t.match(await asked(served.url, path, 'evil.example'), /^HTTP\/1\.1 421 /, path)
    t.match(await asked(served.url, '/readyz', 'localhost'), /^HTTP\/1\.1 503 .*secretive/s)
    const proxied = await serve(t, folder, env, ['--interval', '1h', '--allow-remote'])
    t.match(await asked(proxied.url, '/status', 'guestlist.acme.example'), /^HTTP\/1\.1 200 /)
  },
)

t.test('an address that is taken, or is none: said, and the process ends', async t => {
  const { folder, env, run } = await world(t, MANIFEST, [])
  const served = await serve(t, folder, env, ['--interval', '1h'])
  const taken = new URL(served.url).host
  t.match(await run(['serve', '--listen', taken]), { code: 1, stderr: /--listen: .*EADDRINUSE/ })
  t.match(await run(['serve', '--listen', '192.0.2.1:0', '--allow-remote']), {
    code: 1,
    stderr: /--listen: .*EADDRNOTAVAIL/,
  })
})

t.test('a manifest that is bad: nothing is done until it is right, and that is said everywhere', async t => {
  const { folder, env, sandbox, write } = await world(t, 'invitations:\n  acept: []\n', [
    invitation(8, 'later@acme.example'),
  ])
  const served = await serve(t, folder, env, ['--interval', '1h'])
  const ready = async () => (await served.get('/readyz')).status
  await served.logged(/manifest has problems: nothing is done[\s\S]*guestlist\.yaml:3:3/)
  t.equal(await ready(), 503, 'bad at the start')
  t.match(await served.status(), { ready: false, runs: [{ result: 'manifest' }], consecutive_failures: Number })
  write('guestlist.yaml', `apiVersion: guestlist/v1\n${MANIFEST}`)
  await until(() => accepted(sandbox, 8))
  await until(async () => (await ready()) === 200)

  write('guestlist.yaml', 'apiVersion: guestlist/v1\ninvitations:\n  accept: [{ email: "*@else.example", clod: x }]\n')
  await until(async () => (await ready()) === 503)
  await sandbox.putInvitation(invitation(9, 'more@acme.example'))
  served.child.kill('SIGHUP')
  await until(async () => (await served.status()).runs[0]?.triggers.includes('signal') === true)
  t.notOk(accepted(sandbox, 9), 'nothing is done by the last good one')
  t.match(await (await served.get('/metrics')).text(), /guestlist_reconciles_total{result="manifest"} [2-9]/)
  write('guestlist.yaml', `apiVersion: guestlist/v1\n${MANIFEST}`)
  await until(() => accepted(sandbox, 9))
})

const DENIED = `invitations:
  deny:
    - email: eve@acme.example
`

for (const [name, files, begin, finish] of [
  [
    'a file',
    { 'm/all.yaml': `apiVersion: guestlist/v1\n${ALL}${DENIED.slice(DENIED.indexOf('  '))}` },
    (folder: string) => writeFileSync(join(folder, 'm/all.yaml'), `apiVersion: guestlist/v1\n${ALL}`),
    (folder: string) => appendFileSync(join(folder, 'm/all.yaml'), DENIED.slice(DENIED.indexOf('  '))),
  ],
  [
    'a folder, of which one file is replaced',
    { 'm/a.yaml': `apiVersion: guestlist/v1\n${ALL}`, 'm/b.yaml': `apiVersion: guestlist/v1\n${DENIED}` },
    (folder: string) => rmSync(join(folder, 'm/b.yaml')),
    (folder: string) => writeFileSync(join(folder, 'm/b.yaml'), `apiVersion: guestlist/v1\n${DENIED}`),
  ],
] as const) {
  t.test(`a manifest that is half written decides nothing: ${name}`, async t => {
    const { folder, env, sandbox, write } = await world(t, null, [])
    mkdirSync(join(folder, 'm'))
    for (const [file, text] of Object.entries(files)) write(file, text)
    const args = ['--interval', '200ms', '-f', 'm']
    const served = await serve(t, folder, { ...env, GUESTLIST_WEBHOOK_SECRET: SECRET }, args)
    await served.logged(/No changes/)
    begin(folder)
    await sandbox.putInvitation(invitation(1, 'eve@acme.example'))
    t.equal((await post(served.url, '{}')).status, 204)
    await sleep(600)
    finish(folder)
    await until(() => sandbox.invitations()[0]?.status !== 'P')
    t.equal(sandbox.invitations()[0]?.status, 'D')
  })
}

t.test('a contradiction between the manifest and what is there is a bad manifest, with its place', async t => {
  const manifest = 'invitations:\n  accept: [{ id: 7 }]\nusers:\n  remove: [{ email: bob@acme.example }]\n'
  const { folder, env, sandbox } = await world(t, manifest, [invitation(7, 'bob@acme.example')])
  const served = await serve(t, folder, env, ['--interval', '1h', '--removals'])
  await served.logged(/manifest has problems[\s\S]*guestlist\.yaml:\d+:\d+/)
  t.equal((await served.get('/readyz')).status, 503)
  t.strictSame(sandbox.effects(), [])
})

t.test('an invitation that cannot be accepted: a failed run, repeated; what could be read is ready', async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [invitation(1, 'a@acme.example')])
  sandbox.addFault({ operation: 'accept', kind: 'status', status: 400 })
  const served = await serve(t, folder, env, ['--interval', '1h', '--retries', '0'])
  await until(async () => (await served.status()).consecutive_failures >= 2)
  t.match(await served.status(), { ready: true, runs: [{ result: 'failed', triggers: ['start', 'interval'] }] })
  t.equal((await served.get('/readyz')).status, 200)
})

t.test('an API that is gone: not ready, alive, and at work again when it is back', async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [invitation(1, 'a@acme.example')])
  sandbox.addFault({ operation: 'list', kind: 'status', status: 503, nth: { from: 1, to: 2 } })
  const served = await serve(t, folder, env, ['--interval', '1h', '--retries', '0'])
  await until(async () => (await served.get('/readyz')).status === 503)
  t.equal((await served.get('/livez')).status, 200)
  // The accept is there before its run has ended.
  await until(async () => (await served.status()).ready)
  t.ok(accepted(sandbox, 1))
  t.match(await served.status(), { ready: true, consecutive_failures: 0 })
})

t.test(
  'removals wait for approvals in a folder, found by the digest that is shown; invitations do not wait',
  async t => {
    const keys = keyFolder()
    t.teardown(() => rmSync(keys, { recursive: true }))
    const alice = makeKey(keys, 'alice')
    const { folder, env, sandbox, call, write } = await world(t, MANIFEST, [invitation(1, 'a@acme.example')], {
      users: ['bob@left.example'],
    })
    write('signers', `alice@acme.example ${alice.publicKey}\n`)
    mkdirSync(join(folder, 'approvals'))
    const approving = ['--required-approvals', '1', '--allowed-signers', 'signers', '--approval', 'approvals']
    const served = await serve(t, folder, env, ['--interval', '1h', '--removals', ...approving])
    await served.logged(/Without removals: Apply complete! 1 accepted/)
    t.match((await served.status()).runs[0], { result: 'refused', message: /Needs 1 approval/ })
    t.equal((await call(['plan', '--out', 'plan.json'])).code, 0)
    served.child.kill('SIGHUP')
    const { digest } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')).guestlist
    await until(async () => (await served.status()).plan?.digest === digest)
    t.strictSame(sandbox.users(), ['bob@left.example'])
    t.equal(
      (await call(['approve', 'plan.json', '--key', alice.path, '--yes', '--out', 'approvals/alice.sig'])).code,
      0,
    )
    served.child.kill('SIGHUP')
    await served.logged(/Apply complete! 0 accepted, 0 denied, 1 removed/)
    t.strictSame(sandbox.users(), [])
  },
)

t.test(
  'a manifest with Keycloak: who removes needs an account there before anything is sent, others need none',
  async t => {
    const keycloak = 'keycloak: { url: "https://sso.invalid", realm: acme, alias: acme }\n'
    const { run, sandbox } = await world(t, `${MANIFEST}${keycloak}`, [invitation(1, 'a@acme.example')])
    t.match(await run(['serve', '--once', '--removals']), { code: 1, stderr: /KEYCLOAK_CLIENT_ID/ })
    t.strictSame(sandbox.effects(), [])
    t.match(await run(['serve', '--once']), { code: 0, stderr: /1 accepted/ })
  },
)
