import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openState } from '../../src/state/state-store.js'
import { selfSigned } from '../helpers/certificate.js'
import { startHttpStateServer } from '../helpers/http-state-server.js'
import { startProxy } from '../helpers/proxy.js'
import { world } from '../helpers/world.js'

const HOST = 'state.guestlist.example'

const MANIFEST = `users:
  remove:
    - email: bob@acme.example
state:
  backend: http
  address: https://${HOST}/state
  lockAddress: https://${HOST}/state/lock
`

/** A state server behind a proxy, under a name that only the proxy knows. */
async function behindProxy(t: Test, password?: string) {
  const certificate = selfSigned(HOST)
  const server = await startHttpStateServer(certificate)
  t.teardown(() => server.close())
  const proxy = await startProxy(t, server.port, password)
  const office = await world(t, MANIFEST, [], { users: ['bob@acme.example'] })
  const env = {
    NODE_EXTRA_CA_CERTS: join(office.folder, 'ca.pem'),
    HTTPS_PROXY: `http://me:${password}@127.0.0.1:${proxy.port}`,
    TF_HTTP_RETRY_MAX: '0',
  }
  writeFileSync(env.NODE_EXTRA_CA_CERTS, certificate.cert)
  return { ...office, server, proxy, env }
}

t.test('a run goes through the proxy that the environment names', async t => {
  const { server, proxy, env, run } = await behindProxy(t, 'hunter2')
  const applied = await run(['apply', '--auto-approve'], { env })
  t.equal(applied.code, 0, applied.stderr)
  t.match(applied.stdout, /^Apply complete! 0 accepted, 0 denied, 1 removed\.$/m)
  t.match(JSON.parse(String(server.state)), { removals: { 'bob@acme.example': { outcome: 'removed' } } })
  t.equal(server.lock, null)
  t.strictSame([...new Set(proxy.asked)], [`${HOST}:443`])
})

t.test('NO_PROXY exempts the state server', async t => {
  const { proxy, env, run } = await behindProxy(t)
  const direct = await run(['state', 'list'], { env: { ...env, NO_PROXY: '.guestlist.example' } })
  t.equal(direct.code, 1)
  t.match(direct.stderr, /No answer from https:\/\/state\.guestlist\.example\/state to GET: There is no host named/)
  t.strictSame(proxy.asked, [])
})

t.test('what a proxy can do wrong is said with its name, and without its password', async t => {
  const { server, env, run, proxy } = await behindProxy(t, 'hunter2')
  const silent = createServer(() => undefined)
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => silent.close())
  const { port } = silent.address() as AddressInfo
  for (const [name, address, says] of [
    [
      'a wrong password',
      `http://me:wrong-pass@127.0.0.1:${proxy.port}`,
      /The proxy \S+ wants a user name and password \(HTTP 407\)\. Put them/,
    ],
    [
      'nobody there',
      'http://me:wrong-pass@127.0.0.1:9',
      /The proxy 127\.0\.0\.1:9 could not connect to \S+ \(ECONNREFUSED\)\. Check HTTPS_PROXY/,
    ],
    [
      'silence',
      `http://me:wrong-pass@127.0.0.1:${port}`,
      /The proxy \S+ could not connect to \S+ \((ETIMEDOUT|no answer)\)\. Check HTTPS_PROXY/,
    ],
  ] as const) {
    const ran = await run(['state', 'list', '--timeout', '1'], { env: { ...env, HTTPS_PROXY: address } })
    t.equal(ran.code, 1, name)
    t.match(ran.stderr, says, name)
    t.match(ran.stderr, new URL(address).host, name)
    t.notMatch(ran.stderr, 'wrong-pass', name)
  }
  t.strictSame(server.requests, [])
})

t.test('plain http goes through a proxy too, where it is allowed', async t => {
  const server = await startHttpStateServer()
  t.teardown(() => server.close())
  const proxy = await startProxy(t, server.port, 'hunter2')
  const storeBy = (password: string) =>
    openState(
      { backend: 'http', address: `http://${HOST}/state`, lockAddress: `http://${HOST}/state/lock` },
      {
        apiUrl: 'https://api.example',
        cwd: '/',
        env: { TF_HTTP_RETRY_MAX: '0', HTTP_PROXY: `http://me:${password}@127.0.0.1:${proxy.port}` },
        allowInsecureHttp: true,
      },
    )
  await t.rejects(storeBy('wrong').read(), {
    code: 'state-unreachable',
    message: `The proxy 127.0.0.1:${proxy.port} wants a user name and password (HTTP 407).`,
  })
  proxy.asked.length = 0
  const store = storeBy('hunter2')
  const lock = await store.lock({ operation: 'apply', timeoutMs: 0 })
  await store.checkWritable()
  await lock.release()
  t.match(JSON.parse(String(server.state)), { serial: 1 })
  t.strictSame(proxy.asked, [`${HOST}:80`], 'one tunnel, used again')
})

t.test('a server that changes the protocol is no answer', async t => {
  const server = createServer(socket => {
    socket.once('data', () => socket.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'))
    socket.on('error', () => undefined)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const store = openState(
    { backend: 'http', address: `http://127.0.0.1:${port}/state` },
    { apiUrl: 'https://api.example', cwd: '/', env: { TF_HTTP_RETRY_MAX: '0' } },
  )
  await t.rejects(store.read(), { code: 'state-unreachable', message: /The connection to \S+ broke/ })
})
