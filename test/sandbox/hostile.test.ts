import { connect } from 'node:net'
import t from 'tap'
import type { Sandbox } from '../../src/sandbox/options.js'
import { call, INVITATIONS, sandboxFor, USER } from './fixtures/call.js'

const json = { 'content-type': 'application/json' }

/** Sends bytes as they are and returns what comes back until the connection ends. */
const raw = (sandbox: Sandbox, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port, hostname } = new URL(sandbox.url)
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', chunk => {
      answer += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
    socket.end(text)
  })

const alive = async (sandbox: Sandbox): Promise<boolean> => (await call(sandbox, `GET ${INVITATIONS}`)).status === 200

const LINES: readonly (readonly [string, number])[] = [
  ['GET /', 404],
  ['GET /nothing', 404],
  ['GET //identity-provider/invitation', 404],
  [`GET ${INVITATIONS}/`, 404],
  [`GET ${INVITATIONS}/51/`, 404],
  [`GET ${INVITATIONS}/51/accept/more`, 404],
  ['GET /Identity-Provider/invitation', 404],
  ['GET /%', 404],
  [`GET ${INVITATIONS}/%zz`, 404],
  [`GET ${INVITATIONS}/%E0%A4%A`, 404],
  [`GET ${INVITATIONS}/%00`, 404],
  [`GET ${INVITATIONS}/5%31`, 200],
  [`GET ${INVITATIONS}/51%2Faccept`, 404],
  [`GET ${INVITATIONS}/__proto__`, 404],
  [`GET ${INVITATIONS}/constructor`, 404],
  [`GET ${INVITATIONS}/-51`, 404],
  [`GET ${INVITATIONS}/0x33`, 404],
  [`GET ${INVITATIONS}/${'5'.repeat(5000)}`, 404],
  [`GET ${INVITATIONS}?__proto__=1&status=%zz`, 400],
  [`GET ${INVITATIONS}?status[]=A`, 200],
  [`GET ${INVITATIONS}/51/accept`, 405],
  [`POST ${INVITATIONS}`, 405],
  [`DELETE ${INVITATIONS}/51`, 405],
  [`PUT ${INVITATIONS}`, 405],
  [`PATCH ${INVITATIONS}/51`, 405],
  [`OPTIONS ${INVITATIONS}`, 405],
  [`HEAD ${INVITATIONS}`, 405],
  [`GET ${USER}`, 405],
]

t.test('odd request lines', async t => {
  const sandbox = await sandboxFor(t)
  for (const [line, status] of LINES) {
    const got = await call(sandbox, line)
    t.equal(got.status, status, line.slice(0, 60))
    if (status === 405) t.ok(got.headers.has('allow'), 'it says what is allowed')
    if (status >= 400 && !line.startsWith('HEAD')) t.match(got.body, { code: String, detail: String })
  }
  t.strictSame(sandbox.effects(), [])
  t.equal(sandbox.calls().length, LINES.length, 'every request is written down')
})

for (const [what, body, status] of [
  ['a prototype in the body', '{"__proto__":{"email":"admin@it.acme.example"}}', 400],
  ['a prototype beside the e-mail', '{"__proto__":{"x":1},"email":"nobody@acme.example"}', 404],
  ['bytes that are not UTF-8', '{"email":"\udc80@acme.example"}', 404],
  ['depth', '['.repeat(30_000), 400],
  ['deep JSON', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 400],
  ['a zero byte', '{"email":"a\\u0000@acme.example"}', 404],
  ['just at the limit', `{"email":"nobody@acme.example","x":"${'x'.repeat(65_536 - 38)}"}`, 404],
  ['a byte over the limit', `{"email":"nobody@acme.example","x":"${'x'.repeat(65_536 - 37)}"}`, 413],
  ['far over the limit', `{"email":"${'x'.repeat(3_000_000)}"}`, 413],
] as const) {
  t.test(`${what}: ${status}`, async t => {
    const sandbox = await sandboxFor(t)
    const got = await call(sandbox, `DELETE ${USER}`, { headers: json, body })
    t.equal(got.status, status)
    t.match(got.body, { code: String, detail: String })
    t.strictSame(sandbox.effects(), [])
    t.ok(await alive(sandbox))
  })
}

t.test('a body that an operation does not take is not looked at, up to the limit', async t => {
  const sandbox = await sandboxFor(t)
  const accept = `POST ${INVITATIONS}/51/accept`
  t.equal((await call(sandbox, accept, { headers: json, body: 'x'.repeat(70_000) })).status, 413)
  t.equal((await call(sandbox, accept, { headers: json, body: '{' })).status, 204)
})

t.test('bytes that are not UTF-8 in a body', async t => {
  const sandbox = await sandboxFor(t)
  const response = await fetch(sandbox.url + USER, {
    method: 'DELETE',
    headers: { ...json, authorization: `ApiKey ${sandbox.apiKey}` },
    body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  })
  t.equal(response.status, 400)
})

for (const [what, text] of [
  ['noise', '\u0000\u0001\u0002\r\n\r\n'],
  ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an absolute URL', 'GET http://other.example/identity-provider/invitation HTTP/1.0\r\n\r\n'],
  ['a star', 'OPTIONS * HTTP/1.0\r\n\r\n'],
  ['an upgrade', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n'],
  ['a body that never comes', `DELETE ${USER} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`],
  ['a bad chunk', `DELETE ${USER} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`],
  ['a header too long', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
  ['half a request', 'GET /identity-prov'],
] as const) {
  t.test(`${what} on the wire does no harm`, async t => {
    const sandbox = await sandboxFor(t)
    const answer = await raw(sandbox, text).catch(() => '')
    t.notMatch(answer, /^HTTP\/1\.1 2/)
    t.strictSame(sandbox.effects(), [])
    t.ok(await alive(sandbox))
  })
}

t.test('many requests on one connection', async t => {
  const sandbox = await sandboxFor(t)
  const line = `GET ${INVITATIONS}/51 HTTP/1.1\r\nHost: x\r\nAuthorization: ApiKey ${sandbox.apiKey}\r\n`
  const answer = await raw(sandbox, `${`${line}\r\n`.repeat(4)}${line}Connection: close\r\n\r\n`)
  t.equal(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 5)
})
