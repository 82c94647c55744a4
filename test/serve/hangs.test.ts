import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { serve as serveHttp } from '../helpers/http.js'
import { startPostgres, startSilentProxy } from '../helpers/postgres.js'
import { post, SECRET, type Served, serve, until } from '../helpers/serve.js'
import { invitation, world } from '../helpers/world.js'

const ACCEPT = 'invitations:\n  accept:\n    - email: "*@acme.example"\n'
const ARGS = ['--interval', '1h', '--grace', '500ms']

/** What hangs does so for a minute or for ever: what ends before this, with its grace and two seconds for the report, did not wait for it. */
const PATIENCE_MS = 30_000

interface Hanging {
  readonly name: string
  /** The exit code after the grace. */
  readonly code: number
  /** Starts a service, and resolves when it hangs. Null where what is needed is not installed. */
  start(t: Test): Promise<Served | null>
}

const postgres = await startPostgres(t)

const HANGING: readonly Hanging[] = [
  {
    name: 'a read of the API',
    code: 5,
    async start(t) {
      const { folder, env, sandbox } = await world(t, ACCEPT, [])
      sandbox.addFault({ operation: 'list', kind: 'latency', ms: 60_000 })
      const served = await serve(t, folder, env, ARGS)
      await until(() => sandbox.calls().length > 0)
      return served
    },
  },
  {
    name: 'an accept',
    code: 5,
    async start(t) {
      const { folder, env, sandbox } = await world(t, ACCEPT, [invitation(1, 'a@acme.example')])
      sandbox.addFault({ operation: 'accept', kind: 'latency', ms: 60_000 })
      const served = await serve(t, folder, env, ARGS)
      await until(() => sandbox.calls().some(({ operation }) => operation === 'accept'))
      return served
    },
  },
  {
    name: 'a database that no longer answers, in a run',
    code: 5,
    async start(t) {
      if (postgres === null) return null
      const { folder, env, sandbox } = await world(t, `state: { backend: postgres, name: acme }\n${ACCEPT}`, [])
      const proxy = await startSilentProxy(t, postgres.port)
      const database = { ...(await postgres.database()), PGPORT: String(proxy.port) }
      const served = await serve(t, folder, { ...env, ...database }, ARGS)
      await served.logged(/No changes/)
      sandbox.addFault({ operation: 'list', kind: 'latency', ms: 300 })
      served.child.kill('SIGHUP')
      await until(() => sandbox.calls().length === 2)
      proxy.freeze()
      return served
    },
  },
  {
    name: 'a state server',
    code: 5,
    async start(t) {
      let asked = 0
      const url = await serveHttp(t, () => {
        asked++
      })
      const manifest = `state: { backend: http, address: "${url}/state" }\n${ACCEPT}`
      const { folder, env } = await world(t, manifest, [])
      const served = await serve(t, folder, env, ARGS)
      await until(() => asked > 0)
      return served
    },
  },
  {
    name: 'who takes what is passed on',
    code: 5,
    async start(t) {
      let asked = 0
      const url = await serveHttp(t, () => {
        asked++
      })
      const { folder, env } = await world(t, ACCEPT, [])
      const served = await serve(t, folder, { ...env, GUESTLIST_WEBHOOK_SECRET: SECRET }, [...ARGS, '--forward', url])
      await served.logged(/No changes/)
      await post(served.url, '{}')
      await until(() => asked > 0)
      return served
    },
  },
  {
    name: 'the body of a webhook: nothing of ours waits for it',
    code: 0,
    async start(t) {
      const { folder, env } = await world(t, ACCEPT, [])
      const served = await serve(t, folder, { ...env, GUESTLIST_WEBHOOK_SECRET: SECRET }, ARGS)
      await served.logged(/No changes/)
      const socket = connect(Number(new URL(served.url).port), '127.0.0.1')
      t.teardown(() => socket.destroy())
      socket.on('error', () => {})
      socket.write('POST /webhook HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{')
      await new Promise(resolve => setTimeout(resolve, 200))
      return served
    },
  },
]

for (const { name, code, start } of HANGING) {
  t.test(`it hangs, ${name}: after the grace the process ends, with ${code}`, async t => {
    const served = await start(t)
    if (served === null) return
    const began = performance.now()
    t.equal(await served.end('SIGTERM'), code, served.log())
    const took = Math.round(performance.now() - began)
    t.ok(took < PATIENCE_MS, `${took} ms`)
  })
  if (code === 0) continue
  t.test(`it hangs, ${name}: a second signal ends the process at once`, async t => {
    const served = await start(t)
    if (served === null) return
    served.child.kill('SIGTERM')
    await served.logged(/stopping/)
    const began = performance.now()
    t.equal(await served.end('SIGTERM'), 130)
    t.ok(performance.now() - began < PATIENCE_MS)
  })
}
