import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import {
  type Client,
  type ClientOptions,
  type CloudClient,
  createClient,
  type RequestLog,
} from '../../src/api/client.js'
import { chooseCredentials } from '../../src/auth/credentials.js'
import type { Api } from '../../src/execute/api.js'
import { ApiError } from '../../src/model/api-error.js'
import type { Invitation } from '../../src/model/invitation.js'
import { collect } from '../helpers/collect.js'
import { json, serve } from '../helpers/http.js'

const BASE = { timeoutMs: 30_000, allowInsecureHttp: false, version: '9.9.9' }

const KEY = 'key-that-must-not-leak'

const wire = {
  id: 56,
  client_id: 12,
  email: 'alice@acme.example',
  status: 'P',
  cloud_name: 'Tower',
  cloud_role: 100,
  redirect_uri: '',
}

async function client(t: Test, apiUrl: string, options: Partial<ClientOptions> = {}): Promise<Client & CloudClient> {
  const credentials = options.credentials ?? (await chooseCredentials({ BIMDATA_API_KEY: KEY }, { ...BASE, apiUrl }))
  const made = createClient({ ...BASE, env: {}, apiUrl, ...options, credentials })
  t.teardown(made.close)
  return made
}

async function failure(t: Test, promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise
  } catch (error) {
    t.ok(error instanceof ApiError, `an ApiError: ${error}`)
    t.notMatch(inspect(error, { depth: 9, showHidden: true }), KEY, 'no secret in it')
    if (error instanceof ApiError) return error
  }
  throw new Error('it did not fail')
}

t.test('the five operations as they go over the wire', async t => {
  const seen: string[] = []
  const log: RequestLog[] = []
  const url = await serve(t, (request, response, body) => {
    const { method, headers } = request
    seen.push(
      `${method} ${request.url} ${headers.authorization} ${headers['user-agent']} ${headers['content-type'] ?? '-'} ${body}`,
    )
    if (request.method !== 'GET') return void response.writeHead(204).end()
    json(response, 200, request.url?.endsWith('/56') ? wire : [wire])
  })
  const api: Api = await client(t, `${url}/prefix/`, { log: entry => log.push(entry) })
  t.match(await collect(api.list()), [{ id: 56, cloud_name: 'Tower' }])
  await collect(api.list('P'))
  t.match(await api.get(56), { status: 200, invitation: { id: 56, email: 'alice@acme.example', client_id: 12 } })
  await api.accept(56)
  await api.deny(57)
  await api.removeUser('Bób@acme.example')
  const tail = `ApiKey ${KEY} guestlist/9.9.9`
  t.strictSame(seen, [
    `GET /prefix/identity-provider/invitation ${tail} - `,
    `GET /prefix/identity-provider/invitation?status=P ${tail} - `,
    `GET /prefix/identity-provider/invitation/56 ${tail} - `,
    `POST /prefix/identity-provider/invitation/56/accept ${tail} - `,
    `POST /prefix/identity-provider/invitation/57/deny ${tail} - `,
    `DELETE /prefix/identity-provider/user ${tail} application/json {"email":"Bób@acme.example"}`,
  ])
  t.strictSame(log.map(({ method, path, status, attempt }) => [method, path, status, attempt])[1], [
    'GET',
    '/identity-provider/invitation?status=P',
    200,
    1,
  ])
  t.notMatch(JSON.stringify(log), KEY)
})

t.test('answers that are read generously', async t => {
  const cases: [string, object, Partial<Invitation>][] = [
    ['client_id as a string', { client_id: '12' }, { client_id: 12 }],
    ['client_id missing', { client_id: undefined }, { client_id: null }],
    ['null project', { project_name: null, project_role: null }, { project_name: null, project_role: null }],
    ['a status nobody knows', { status: 'ZZ' }, { status: 'unknown', raw_status: 'ZZ' }],
    ['a role nobody knows', { cloud_role: 7 }, { cloud_role: 7 }],
    ['an unknown field', { __proto__x: 1, extra: [1] }, { id: 56 }],
    ['the largest id', { id: 9007199254740991 }, { id: 9007199254740991 }],
    ['a sender', { sender_provider_sub: 'auth0|1' }, { sender_provider_sub: 'auth0|1' }],
  ]
  for (const [name, change, want] of cases) {
    const url = await serve(t, (_, response) => json(response, 200, [{ ...wire, ...change }]))
    t.match(await collect((await client(t, url)).list()), [want], name)
  }
})

t.test('bodies that are not what the contract says', async t => {
  const item = JSON.stringify(wire)
  const cases: [string, string, string | Buffer, RegExp][] = [
    ['a web page', 'text/html', '<html>', /web page/],
    ['a web page that says it is JSON', 'application/json', '<html>', /web page/],
    ['plain text', 'text/plain', 'hello', /text\/plain instead of JSON/],
    ['cut short', 'application/json', `[${item},{"id": 1`, /cut short/],
    ['cut in a string', 'application/json', '[{"email": "al', /cut short/],
    ['not JSON', 'application/json', '[nope]', /not JSON/],
    ['empty', 'application/json', '', /empty/],
    ['not UTF-8', 'application/json', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), /not UTF-8/],
    ['an object', 'application/json', '{"results": []}', /an object where a list/],
    ['null', 'application/json', 'null', /null where a list/],
    ['an id past 2^53', 'application/json', `[${item},{"id": 9007199254740993}]`, /index 1/],
    ['an id with a fraction', 'application/json', `[${item.replace('56', '5.5')}]`, /index 0 has a bad "id"/],
    ['a negative id', 'application/json', `[${item.replace('56', '-1')}]`, /index 0 has a bad "id"/],
    ['no e-mail', 'application/json', '[{"id": 1}]', /index 0 must have required property 'email'/],
    ['client_id of words', 'application/json', `[${item.replace('12', '"x"')}]`, /bad "client_id"/],
    ['an item that is null', 'application/json', '[null]', /index 0/],
    ['nested deep', 'application/json', '['.repeat(100_000), /nested deeper/],
  ]
  for (const [name, type, body, message] of cases) {
    const url = await serve(t, (_, response) => void response.writeHead(200, { 'content-type': type }).end(body))
    const error = await failure(t, collect((await client(t, url)).list()))
    t.equal(error.kind, 'invalid-answer', name)
    t.match(error.message, message, name)
  }
})

t.test('a body without a type, or compressed, is read; a bomb is not', async t => {
  const plain = await serve(t, (_, response) => void response.writeHead(200).end(JSON.stringify([wire])))
  t.equal((await collect((await client(t, plain)).list())).length, 1)
  const zipped = await serve(t, (_, response) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    response.writeHead(200, headers).end(gzipSync(Buffer.alloc(4 * 2 ** 20, ' ')))
  })
  const error = await failure(t, collect((await client(t, zipped, { maxBodyBytes: 2 ** 20 })).list()))
  t.equal(error.kind, 'too-large')
})

t.test('statuses', async t => {
  const cases: [number, Record<string, string>, Partial<ApiError>][] = [
    [400, {}, { kind: 'http', status: 400 }],
    [401, {}, { kind: 'http', status: 401 }],
    [403, {}, { kind: 'http', status: 403 }],
    [404, {}, { kind: 'http', status: 404 }],
    [429, { 'retry-after': '7' }, { kind: 'http', status: 429, retryAfterMs: 7000 }],
    [503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, { kind: 'http', retryAfterMs: 0 }],
    [500, { 'retry-after': 'soon' }, { kind: 'http', status: 500, retryAfterMs: null }],
    [302, { location: 'https://evil.example/x' }, { kind: 'invalid-answer', status: 302 }],
    [307, { location: '/elsewhere' }, { kind: 'invalid-answer', status: 307 }],
  ]
  for (const [status, headers, want] of cases) {
    const calls: string[] = []
    const url = await serve(t, (request, response) => {
      calls.push(request.url ?? '')
      response.writeHead(status, headers).end(JSON.stringify({ detail: `no\nto ${request.headers.authorization}` }))
    })
    const error = await failure(t, (await client(t, url)).accept(1))
    t.match(error, want, `${status}`)
    t.ok(error.advice, `${status} advises`)
    t.equal(calls.length, 1, `${status} is not repeated and not followed`)
    if (status === 302) t.match(error.message, /evil\.example/)
    if (status === 404) t.match(error.message, 'Invitation 1 was not found (HTTP 404): no to [redacted]')
  }
})

t.test('a 204 is a success whatever type its framework says an empty body has', async t => {
  const url = await serve(
    t,
    (_, response) => void response.writeHead(204, { 'content-type': 'text/html; charset=utf-8' }).end(),
  )
  await t.resolves((await client(t, url)).accept(1))
})

t.test("any 2xx that can be the API's own is done, and gives its status", async t => {
  for (const status of [200, 201, 204]) {
    const url = await serve(t, (_, response) => void response.writeHead(status).end(status === 204 ? undefined : '{}'))
    t.equal(await (await client(t, url)).removeUser('a@b.example'), status)
  }
  const url = await serve(t, (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'))
  t.match(await failure(t, (await client(t, url)).removeUser('a@b.example')), { kind: 'invalid-answer' })
})

const PAGE = ['text/html', '<html>not found</html>'] as const
const FOREIGN: readonly (readonly [status: number, type: string, body: string])[] = [
  [404, ...PAGE],
  [400, ...PAGE],
  [409, ...PAGE],
  [404, 'text/plain', '404 page not found'],
  [404, '', 'not found'],
  [200, 'text/plain', 'OK'],
  [201, ...PAGE],
]

for (const [status, type, body] of FOREIGN) {
  t.test(`issue 12.5: ${status} with ${type || 'an untyped text'} is not the API's word`, async t => {
    const headers = type === '' ? {} : { 'content-type': type }
    const url = await serve(t, (_, response) => void response.writeHead(status, headers).end(body))
    const api = await client(t, url)
    for (const call of [api.removeUser('a@b.example'), api.accept(1)])
      t.match(await failure(t, call), { kind: 'invalid-answer', status, message: new RegExp(`HTTP ${status}`) })
  })
}

for (const status of [200, 404]) {
  t.test(`a ${status} with a page that is longer than is read, or breaks off, is not the API's word`, async t => {
    const headers = { 'content-type': 'text/html' }
    const long = await serve(t, (_, response) => void response.writeHead(status, headers).end('x'.repeat(100_000)))
    const cut = await serve(t, (_, response) => {
      response.writeHead(status, { ...headers, 'content-length': '500' }).write('<html>', () => response.destroy())
    })
    for (const url of [long, cut]) {
      const api = await client(t, url)
      for (const call of [api.removeUser('a@b.example'), api.accept(1)])
        t.match(await failure(t, call), { kind: 'invalid-answer', status })
    }
  })
}

const OWN: readonly (readonly [name: string, type: string, body: string])[] = [
  ['JSON', 'application/json', '{"detail":"No such user."}'],
  ['a problem in JSON', 'application/problem+json; charset=utf-8', '{}'],
  ['no body, whatever its type', 'text/html', ''],
]

for (const [name, type, body] of OWN) {
  t.test(`issue 12.5: a 404 with ${name} is the API's word`, async t => {
    const url = await serve(t, (_, response) => void response.writeHead(404, { 'content-type': type }).end(body))
    t.match(await failure(t, (await client(t, url)).removeUser('a@b.example')), { kind: 'http', status: 404 })
  })
}

t.test("issue 12.20: the server's full stop is not doubled, and a time is said as people say it", async t => {
  const url = await serve(t, (_, response) => json(response, 503, { detail: 'A fault on demand.' }))
  const error = await failure(t, (await client(t, url)).accept(1))
  t.equal(error.message, 'The API failed (HTTP 503): A fault on demand')
  const silent = await serve(t, () => undefined)
  const late = await failure(t, (await client(t, silent, { timeoutMs: 1500 })).accept(1))
  t.match(late.message, /did not answer within 1\.5 s$/)
})

t.test('a part of a list is not taken for all of it: not 206, and no link to a next page', async t => {
  const link = '<https://api.example/cloud?page=2>; rel="next"'
  for (const [status, headers] of [
    [206, {}],
    [200, { link }],
  ] as const) {
    const url = await serve(
      t,
      (_, response) => void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('[]'),
    )
    const api = await client(t, url)
    t.match(await failure(t, collect(api.list())), { kind: 'invalid-answer', status, message: /only a part/ })
    // What is lost is known from what there is of these, and said not to be all.
    for (const call of [api.clouds(), api.members(1)]) t.match(await call, { items: [], whole: false })
  }
})
