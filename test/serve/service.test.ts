import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Sandbox } from '../../src/sandbox/options.js'
import { serve as serveHttp } from '../helpers/http.js'
import { serve, until } from '../helpers/serve.js'
import { invitation, world } from '../helpers/world.js'

const SECRET = 'a-shared-secret'
const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
  deny:
    - email: "*@rival.example"
users:
  remove:
    - email: bob@left.example
`
const accepted = (sandbox: Sandbox, wanted: number) =>
  sandbox.invitations().some(({ id, status }) => id === wanted && status === 'A')
const sign = (body: string, secret = SECRET) => createHmac('sha256', secret).update(body).digest('hex')
const post = (url: string, body: string, signature: string | null = sign(body)) =>
  fetch(`${url}/webhook`, {
    method: 'POST',
    body,
    headers: signature === null ? {} : { 'x-bimdata-signature': signature },
  })

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
  t.equal((await fetch(`${served.url}/livez`)).status, 200)
  t.equal((await fetch(`${served.url}/readyz`)).status, 200)
  const metrics = await (await fetch(`${served.url}/metrics`)).text()
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

t.test(
  'a webhook of the sandbox leads to an accept within the time that it may take; a manifest that breaks stops all',
  async t => {
    const { folder, env, sandbox, write } = await world(t, MANIFEST, [])
    const served = await serve(t, folder, { ...env, GUESTLIST_WEBHOOK_SECRET: SECRET }, ['--interval', '1h'])
    await served.logged(/No changes/)
    await sandbox.putInvitation(invitation(7, 'new@acme.example'))
    const began = performance.now()
    t.equal((await post(served.url, '{"id": 999, "email": "eve@rival.example"}')).status, 204)
    await until(() => accepted(sandbox, 7))
    t.ok(performance.now() - began < 2_000, `${Math.round(performance.now() - began)} ms`)
    await served.logged(/Apply complete! 1 accepted/)

    write('guestlist.yaml', 'apiVersion: guestlist/v1\ninvitations:\n  acept: []\n')
    await served.logged(/manifest has problems: nothing is done/)
    await sandbox.putInvitation(invitation(8, 'later@acme.example'))
    await post(served.url, '{}')
    t.equal((await fetch(`${served.url}/readyz`)).status, 503)
    t.notOk(accepted(sandbox, 8), 'nothing is done by the last good one')
    write('guestlist.yaml', `apiVersion: guestlist/v1\n${MANIFEST}`)
    await until(() => accepted(sandbox, 8))
    await until(async () => (await fetch(`${served.url}/readyz`)).status === 200)
  },
)

t.test('bad signatures, large bodies, and what is passed on', async t => {
  const { folder, env } = await world(t, MANIFEST, [])
  const passed: { body: string; signature: unknown }[] = []
  const url = await serveHttp(t, (request, response, body) => {
    passed.push({ body, signature: request.headers['x-bimdata-signature'] })
    response.writeHead(204).end()
  })
  const served = await serve(t, folder, { ...env, GUESTLIST_WEBHOOK_SECRET: SECRET }, [
    '--forward',
    `${url}/invitation`,
  ])
  await served.logged(/No changes/)
  const body = '{ "id":  1 }\n'
  t.equal((await post(served.url, body, null)).status, 401)
  t.equal((await post(served.url, body, sign(body, 'another'))).status, 401)
  t.equal((await post(served.url, body, sign(`${body} `))).status, 401)
  t.equal((await post(served.url, 'x'.repeat(65_537))).status, 413)
  t.equal((await post(served.url, 'x'.repeat(65_536))).status, 204)
  t.equal((await post(served.url, body)).status, 204)
  t.equal((await post(served.url, body)).status, 204, 'a replay only asks for another run')
  await until(() => passed.length === 3)
  t.strictSame(passed[1], { body, signature: sign(body) })
})

t.test('500 webhooks a second, every third with a bad signature: taken, and never two runs at once', async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [], { latencyMs: 20 })
  const served = await serve(t, folder, { ...env, GUESTLIST_WEBHOOK_SECRET: SECRET }, [
    '--interval',
    '1h',
    '--audit-log',
    'audit.jsonl',
  ])
  await served.logged(/No changes/)
  const statuses = new Map<number, number>()
  const began = performance.now()
  const calls: Promise<void>[] = []
  for (let tick = 0; tick < 150; tick++) {
    for (let call = 0; call < 10; call++) {
      const body = `{"id":${tick * 10 + call}}`
      const bad = call % 3 === 0
      calls.push(
        post(served.url, body, bad ? '00' : sign(body)).then(({ status }) => {
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }),
      )
    }
    if (tick === 75) await sandbox.putInvitation(invitation(5, 'mid@acme.example'))
    await sleep(Math.max(0, began + tick * 20 - performance.now()))
  }
  await Promise.all(calls)
  t.strictSame(Object.fromEntries(statuses), { 204: 900, 401: 600 })
  await until(() => accepted(sandbox, 5))
  const lists = sandbox.calls().filter(({ operation }) => operation === 'list')
  t.ok(lists.length < 400, `${lists.length} reads of the list for 900 webhooks`)
  t.equal(await served.end('SIGTERM'), 0)
  t.equal(sandbox.effects().length, 1)
})

t.test('SIGTERM while 20 accepts are under way: they finish, nothing new starts, exit 0', async t => {
  const many = Array.from({ length: 60 }, (_, at) => invitation(at + 1, `p${at}@acme.example`))
  const { folder, env, sandbox } = await world(t, MANIFEST, many)
  sandbox.addFault({ operation: 'accept', kind: 'latency', ms: 700 })
  const served = await serve(t, folder, env, ['--interval', '1h', '--parallelism', '20'])
  await until(() => sandbox.calls().filter(({ operation }) => operation === 'accept').length >= 20)
  t.equal(await served.end('SIGTERM'), 0)
  const accepts = sandbox.calls().filter(({ operation }) => operation === 'accept')
  t.equal(accepts.length, 20)
  t.equal(sandbox.effects().length, 20)
  t.match(served.log(), /stopping[\s\S]*stopped/)
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
  t.match(await served.status(), { ready: true, runs: [{ result: 'refused', message: /maxRemovals/ }] })
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
  t.match(await run(['serve', '-f', '-']), { code: 1, stderr: /not -/ })
})
