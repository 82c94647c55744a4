import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Env, proxyFor } from '../../src/http/proxy.js'
import { createTransport } from '../../src/http/transport.js'
import { selfSigned } from '../helpers/certificate.js'
import { serve } from '../helpers/http.js'
import { bundleWorker } from '../helpers/process.js'
import { startProxy } from '../helpers/proxy.js'

t.test('which proxy is used', async t => {
  const P = 'http://proxy.example:3128'
  const cases: [string, string, Env, string | null][] = [
    ['none set', 'https://api.example', {}, null],
    ['HTTPS_PROXY', 'https://api.example', { HTTPS_PROXY: P }, `${P}/`],
    ['lower case wins', 'https://api.example', { HTTPS_PROXY: 'http://other', https_proxy: P }, `${P}/`],
    ['HTTPS_PROXY is not for http', 'http://api.example', { HTTPS_PROXY: P }, null],
    ['HTTP_PROXY', 'http://api.example', { HTTP_PROXY: P }, `${P}/`],
    ['HTTP_PROXY under CGI', 'http://api.example', { HTTP_PROXY: P, REQUEST_METHOD: 'GET' }, null],
    ['ALL_PROXY', 'https://api.example', { ALL_PROXY: P }, `${P}/`],
    ['without a scheme', 'https://api.example', { HTTPS_PROXY: 'proxy.example:3128' }, `${P}/`],
    ['empty', 'https://api.example', { HTTPS_PROXY: '' }, null],
    ['loopback', 'https://localhost:1', { HTTPS_PROXY: P }, null],
    ['loopback by number', 'http://127.0.0.1:1', { HTTP_PROXY: P }, null],
    ['exempt', 'https://api.example', { HTTPS_PROXY: P, NO_PROXY: 'x.example, api.example' }, null],
    ['exempt below', 'https://api.example', { HTTPS_PROXY: P, no_proxy: '.example' }, null],
    ['exempt by star', 'https://api.example', { HTTPS_PROXY: P, no_proxy: '*' }, null],
    ['exempt by starred domain', 'https://api.example', { HTTPS_PROXY: P, no_proxy: '*.example' }, null],
    ['exempt by port', 'https://api.example', { HTTPS_PROXY: P, no_proxy: 'api.example:443' }, null],
    ['another port', 'https://api.example', { HTTPS_PROXY: P, no_proxy: 'api.example:8443' }, `${P}/`],
    ['a name that only ends alike', 'https://myapi.example', { HTTPS_PROXY: P, no_proxy: 'api.example' }, `${P}/`],
  ]
  for (const [name, address, env, want] of cases) t.equal(proxyFor(new URL(address), env)?.href ?? null, want, name)
})

async function secureServer(t: Test) {
  const certificate = selfSigned('api.guestlist.example')
  const server = createTlsServer(certificate, (_, response) => response.writeHead(204).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { certificate, port: (server.address() as AddressInfo).port }
}

t.test('https goes through the proxy, with its password and an authority of one’s own', async t => {
  const { certificate, port } = await secureServer(t)
  const { asked, port: proxyPort } = await startProxy(t, port, 'p@ss wörd')
  const file = join(t.testdir(), 'ca.pem')
  await writeFile(file, certificate.cert)
  const worker = await bundleWorker('./request-worker.ts', {
    NODE_EXTRA_CA_CERTS: file,
    HTTPS_PROXY: `http://me:${encodeURIComponent('p@ss wörd')}@127.0.0.1:${proxyPort}`,
  })
  t.teardown(worker.remove)
  const one = worker.start()
  t.equal(await one.ask('https://api.guestlist.example/x'), '204')
  t.equal(await one.ask('https://api.guestlist.example/y'), '204')
  t.strictSame(asked, ['api.guestlist.example:443'], 'one tunnel, used again')
  t.match(
    await one.ask('https://other.guestlist.example/x'),
    /certificate of other\.guestlist\.example is for another host/,
  )
  await one.end()
})

t.test('what a proxy can do wrong', async t => {
  const { port } = await secureServer(t)
  const strict = await startProxy(t, port, 'secret-of-the-proxy')
  const open = await startProxy(t, port)
  const forbidding = new URL(await serve(t, () => {}))
  const cases: [string, string, RegExp][] = [
    [
      'a wrong password',
      `http://me:wrong-pass@127.0.0.1:${strict.port}`,
      /wants a user name and password \(HTTP 407\)/,
    ],
    ['nobody there', 'http://127.0.0.1:9', /The proxy 127\.0\.0\.1:9 could not connect .*ECONNREFUSED/],
    ['no CONNECT', forbidding.origin, /could not connect/],
    ['a certificate nobody vouches for', `http://127.0.0.1:${open.port}`, /is not trusted here/],
  ]
  for (const [name, address, message] of cases) {
    const env = { HTTPS_PROXY: address }
    const transport = createTransport({ timeoutMs: 30_000, allowInsecureHttp: false, version: '9.9.9', env })
    t.teardown(transport.close)
    const error = await transport
      .send({ method: 'GET', url: new URL('https://api.guestlist.example/x'), headers: {} })
      .catch(cause => cause)
    t.match(error, { kind: 'not-sent', message }, name)
    t.notMatch(`${error.message} ${error.advice} ${error.cause}`, 'wrong-pass', name)
  }
})
