import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Sandbox } from '../../src/sandbox/options.js'
import { startPostgres } from '../helpers/postgres.js'
import { lateness, type Served, serve, until } from '../helpers/serve.js'
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

const repeatedOf = (items: readonly string[]): readonly string[] =>
  items.filter((item, at) => items.indexOf(item) !== at)

/** @return the invitations whose accept the API had not answered when the process was gone */
async function killAtWork({ end }: Served, sandbox: Sandbox): Promise<readonly string[]> {
  const answered = new Set(acceptsOf(sandbox).flatMap(({ id, status }) => (status === null ? [] : [id])))
  await end('SIGKILL')
  return acceptsOf(sandbox).flatMap(({ id }) => (answered.has(id) ? [] : [String(id)]))
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
      const underWay = await killAtWork(leader, sandbox)
      const killed = performance.now()
      await until(async () => (await other.status()).leader)
      const took = performance.now() - killed
      t.ok(took < 5_000 + (await lateness(other)), `took over after ${Math.round(took)} ms`)
      await until(() => done(sandbox))
      await until(async () => (await other.status()).runs[0]?.result === 'success')
      t.strictSame(
        new Set(sandbox.effects().map(({ target }) => target)),
        new Set(many(60).map(({ id }) => id)),
        'all of them took effect',
      )
      t.equal(sandbox.effects().length, 60, 'each once')
      const repeated = repeatedOf(acceptsOf(sandbox).map(({ id }) => String(id)))
      t.strictSame(
        repeated.filter(id => !underWay.includes(id)),
        [],
        `asked for again: only what was under way (${underWay})`,
      )
      t.comment(`took over after ${Math.round(took)} ms; asked for again: ${repeated.length} of ${underWay.length}`)
      t.equal(await other.end('SIGTERM'), 0)
    },
  )

  t.test('kill -9 of the leader while it removes: what is remembered is never removed again', async t => {
    const people = Array.from({ length: 12 }, (_, at) => `p${at}@left.example`)
    const manifest = `state: { backend: postgres, name: acme }
guards: { maxRemovals: 20 }
users:
  remove: [${people.map(email => `{ email: ${email} }`)}]
`
    const { folder, env, sandbox } = await world(t, manifest, [], { users: people })
    const database = await postgres.database()
    const args = ['--interval', '1s', '--removals', '--accept-absent', '--no-loss']
    // Removed, and the answer does not come: so it is killed between a removal and its memory.
    sandbox.addFault({ operation: 'remove', kind: 'hang', nth: 5, after: true })
    const instances = [await serve(t, folder, { ...env, ...database }, args)]
    await until(() => sandbox.effects().length >= 5)
    instances.push(await serve(t, folder, { ...env, ...database }, args))
    const leader = await leaderOf(instances)
    leader.child.kill('SIGKILL')
    const { rows } = await postgres.sql(
      "SELECT jsonb_object_keys(document->'removals') AS email FROM guestlist_state WHERE name = 'acme'",
      database.PGDATABASE,
    )
    const remembered = rows.map(({ email }) => String(email))
    t.equal(remembered.length, 4, 'remembered when it died')
    await until(() => sandbox.users().length === 0)
    await instances.find(instance => instance !== leader)?.logged(/removed|absent/)
    await sleep(1_500)
    const calls = sandbox.calls().flatMap(({ operation, email }) => (operation === 'remove' ? [String(email)] : []))
    const repeated = repeatedOf(calls)
    t.strictSame(
      repeated.filter(email => remembered.includes(email)),
      [],
      'none that was remembered',
    )
    t.ok(repeated.length <= 1, `at most the one that was under way: ${repeated}`)
    t.strictSame(new Set(calls), new Set(people), 'nobody was left')
  })

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
