import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Sandbox } from '../../src/sandbox/options.js'
import { startPostgres } from '../helpers/postgres.js'
import { type Served, serve, until } from '../helpers/serve.js'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `state: { backend: postgres, name: acme }
invitations:
  accept:
    - email: "*@acme.example"
`
const postgres = await startPostgres(t)
const many = (count: number, from = 1) =>
  Array.from({ length: count }, (_, at) => invitation(from + at, `p${from + at}@acme.example`))
const acceptsOf = (sandbox: Sandbox) => sandbox.calls().filter(({ operation }) => operation === 'accept')
const done = (sandbox: Sandbox) => sandbox.invitations().every(({ status }) => status === 'A')

async function leaderOf(instances: readonly Served[]): Promise<Served> {
  let leader: Served | undefined
  await until(async () => {
    const statuses = await Promise.all(instances.map(instance => instance.status()))
    const leaders = instances.filter((_, at) => statuses[at]?.leader === true)
    leader = leaders[0]
    return leaders.length === 1
  })
  if (leader === undefined) throw new Error('nobody leads')
  return leader
}

if (postgres !== null) {
  t.test(
    'kill -9 of the leader while it works: the other takes over within 5 s, nothing twice, nothing lost',
    async t => {
      const { folder, env, sandbox } = await world(t, MANIFEST, [])
      const all = { ...env, ...(await postgres.database()) }
      const instances = [
        await serve(t, folder, all, ['--interval', '1s']),
        await serve(t, folder, all, ['--interval', '1s']),
      ]
      const leader = await leaderOf(instances)
      const other = instances.find(instance => instance !== leader)
      if (other === undefined) throw new Error('there is one instance')
      await until(async () => (await other.get('/readyz')).status === 200)
      t.equal((await other.status()).leader, false, 'who stands by is ready')
      sandbox.addFault({ operation: 'accept', kind: 'latency', ms: 150 })
      for (const each of many(60)) await sandbox.putInvitation(each)
      await until(() => acceptsOf(sandbox).length > 15)
      leader.child.kill('SIGKILL')
      const killed = performance.now()
      await until(async () => (await other.status()).leader)
      const took = performance.now() - killed
      t.ok(took < 5_000, `took over after ${Math.round(took)} ms`)
      await until(() => done(sandbox))
      await sleep(500)
      const ids = acceptsOf(sandbox).map(({ id }) => id)
      t.ok(ids.length - new Set(ids).size <= 10, 'nothing again but what was in flight when it died')
      t.equal(await other.end('SIGTERM'), 0)
    },
  )

  t.test('two with webhooks: one at a time, whoever is called', async t => {
    const { folder, env, sandbox } = await world(t, MANIFEST, [], { latencyMs: 30 })
    const { createHmac } = await import('node:crypto')
    const all = { ...env, ...(await postgres.database()), GUESTLIST_WEBHOOK_SECRET: 's' }
    const instances = [
      await serve(t, folder, all, ['--interval', '1h']),
      await serve(t, folder, all, ['--interval', '1h']),
    ]
    await leaderOf(instances)
    const signature = createHmac('sha256', 's').update('{}').digest('hex')
    for (const each of many(12)) {
      await sandbox.putInvitation(each)
      await Promise.all(
        instances.map(({ url }) =>
          fetch(`${url}/webhook`, { method: 'POST', body: '{}', headers: { 'x-bimdata-signature': signature } }),
        ),
      )
    }
    await until(() => done(sandbox))
    await sleep(500)
    const ids = acceptsOf(sandbox).map(({ id }) => id)
    t.equal(ids.length, 12, 'each was accepted once')
  })

  t.test('the database stops and comes back', async t => {
    const { folder, env, sandbox } = await world(t, MANIFEST, [])
    const all = { ...env, ...(await postgres.database()) }
    const instances = [
      await serve(t, folder, all, ['--interval', '1s']),
      await serve(t, folder, all, ['--interval', '1s']),
    ]
    await leaderOf(instances)
    await postgres.stop()
    await until(async () => (await Promise.all(instances.map(each => each.status()))).every(({ leader }) => !leader))
    await sandbox.putInvitation(invitation(1, 'a@acme.example'))
    await sleep(1_500)
    t.equal(acceptsOf(sandbox).length, 0, 'nothing without the database')
    await postgres.start()
    await leaderOf(instances)
    await until(() => done(sandbox))
    t.equal(acceptsOf(sandbox).length, 1)
  })

  t.test('an apply finds the state free between the runs of a service', async t => {
    const { folder, env, sandbox, run } = await world(t, MANIFEST, [])
    const all = { ...env, ...(await postgres.database()) }
    const served = await serve(t, folder, all, ['--interval', '1h'])
    await served.logged(/No changes/)
    await sandbox.putInvitation(invitation(1, 'a@acme.example'))
    t.match(await run(['apply', '--auto-approve'], { env: all }), { code: 0, stdout: /1 accepted/ })
  })
}
