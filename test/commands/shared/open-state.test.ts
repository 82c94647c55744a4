import { join } from 'node:path'
import t from 'tap'
import { start, until } from '../../execute/fixtures/spawn.js'
import { startHttpStateServer } from '../../helpers/http-state-server.js'
import { world } from '../../helpers/world.js'

const MANIFEST = `users:
  remove:
    - email: bob@acme.example
`

const APPLY = ['apply', '--auto-approve', '--lock-timeout', '60']

t.test('interrupted while it waits for the lock: exit 130, and nothing was done', async t => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    t.test(`a local state, ${signal}`, async t => {
      const { folder, env, write, sandbox } = await world(t, MANIFEST, [], { users: ['bob@acme.example'] })
      write('.guestlist.state.json.lock', '')
      const running = start(t, APPLY, { cwd: folder, env })
      await until(running, () => running.stderr().includes('waiting'), 'the wait for the lock')
      running.kill(signal)
      t.equal(await running.exited, 130)
      t.match(running.stderr(), /\nInterrupted while waiting for the lock\. Nothing was changed\.\n$/)
      t.same(sandbox.effects(), [])
    })

    t.test(`an http state, ${signal}`, async t => {
      const server = await startHttpStateServer()
      t.teardown(() => server.close())
      server.lock = JSON.stringify({ ID: 'theirs', Who: 'eve' })
      const { folder, env, sandbox } = await world(
        t,
        `${MANIFEST}state:
  backend: http
  address: ${server.address}
  lockAddress: ${server.lockAddress}
`,
        [],
        { users: ['bob@acme.example'] },
      )
      const running = start(t, APPLY, { cwd: folder, env })
      await until(running, () => running.stderr().includes('held by eve, lock id theirs'), 'the wait for the lock')
      running.kill(signal)
      t.equal(await running.exited, 130)
      t.match(running.stderr(), /\nInterrupted while waiting for the lock\. Nothing was changed\.\n$/)
      t.same(sandbox.effects(), [])
    })
  }
})

t.test('a lock that cannot be read is named by its file', async t => {
  const { folder, write, run } = await world(t, MANIFEST, [])
  const lock = write('.guestlist.state.json.lock', 'garbage')
  const locked = await run(['apply', '--auto-approve'])
  t.equal(locked.code, 1)
  t.match(locked.stderr, `by somebody unknown.`)
  t.match(locked.stderr, `remove its lock by hand: ${lock}\n`)
  t.equal(lock, join(folder, '.guestlist.state.json.lock'))
})
