import t from 'tap'
import { guestlist } from '../helpers/guestlist.js'
import { post, SECRET, serve, until } from '../helpers/serve.js'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
`

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

t.test('an accept that outlasts the grace is cut: exit 5, in time, and what became of it is told', async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [invitation(1, 'a@acme.example')])
  sandbox.addFault({ operation: 'accept', kind: 'latency', ms: 60_000 })
  const served = await serve(t, folder, env, ['--interval', '1h', '--grace', '500ms', '--audit-log', 'audit.jsonl'])
  await until(() => sandbox.calls().some(({ operation }) => operation === 'accept'))
  const began = performance.now()
  t.equal(await served.end('SIGTERM'), 5)
  t.ok(performance.now() - began < 30_000, 'long before the accept would have been answered')
  t.match(served.log(), /did not finish within 0\.5 s: its requests are cut[\s\S]*bimdata_invitation\.1/)
  t.match((await guestlist(['audit', 'verify', 'audit.jsonl'], { cwd: folder })).code, 0, 'the audit log is whole')
})

t.test('who is stopping takes no webhook, for no run would follow', async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [invitation(1, 'a@acme.example')])
  sandbox.addFault({ operation: 'accept', kind: 'latency', ms: 1_500 })
  const served = await serve(t, folder, { ...env, GUESTLIST_WEBHOOK_SECRET: SECRET }, ['--interval', '1h'])
  await until(() => sandbox.calls().some(({ operation }) => operation === 'accept'))
  t.equal((await post(served.url, '{}')).status, 204)
  const ended = served.end('SIGTERM')
  await served.logged(/stopping/)
  t.equal((await post(served.url, '{}')).status, 503)
  t.equal((await served.get('/readyz')).status, 503)
  t.equal(await ended, 0)
})

t.test('a second signal ends it at once', async t => {
  const { folder, env, sandbox } = await world(t, MANIFEST, [invitation(1, 'a@acme.example')])
  sandbox.addFault({ operation: 'accept', kind: 'latency', ms: 60_000 })
  const served = await serve(t, folder, env)
  await until(() => sandbox.calls().some(({ operation }) => operation === 'accept'))
  served.child.kill('SIGTERM')
  await served.logged(/stopping/)
  t.equal(await served.end('SIGTERM'), 130)
})
