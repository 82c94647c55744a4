import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createClient } from '../../src/api/client.js'
import { Secret } from '../../src/http/secret.js'
import { readClouds } from '../../src/loss/read-clouds.js'
import { ApiError } from '../../src/model/api-error.js'
import type { Clouds } from '../../src/model/clouds.js'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(value))
  }

async function read(t: Test, answers: Readonly<Record<string, Answer>>, stop = new AbortController().signal) {
  const server = createServer((request, response) =>
    (answers[request.url ?? ''] ?? json({}, 404))(request, response),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const secret = new Secret('ApiKey key')
  const client = createClient({
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: {
      name: 'API key',
      describe: () => ({ source: 'API key', from: 'test', shadowed: [], expiresAt: null }),
      authorization: async () => secret,
      renew: async () => false,
    },
    timeoutMs: 30_000,
    allowInsecureHttp: false,
    version: 'test',
    env: {},
  })
  t.teardown(() => client.close())
  return readClouds(client, { parallelism: 3, stop })
}

const BOB = { id: 1, email: 'bob@acme.example', cloud_role: 100 }

t.test('clouds and their members, in the order of the list', async t => {
  const clouds = await read(t, {
    '/cloud': json([
      { id: 9, name: 'Campus', features: [] },
      { id: 7, name: 'Tower' },
    ]),
    '/cloud/9/user': json([BOB, { id: null, email: 'new@acme.example', cloud_role: null }]),
    '/cloud/7/user': json([]),
  })
  t.strictSame(clouds, {
    unread: null,
    clouds: [
      {
        id: 9,
        name: 'Campus',
        unread: null,
        members: [
          { id: 1, email: 'bob@acme.example', role: 100 },
          { id: null, email: 'new@acme.example', role: null },
        ],
      },
      { id: 7, name: 'Tower', unread: null, members: [] },
    ],
  } satisfies Clouds)
})

const WHY: readonly (readonly [string, Answer, string])[] = [
  ['401', json({}, 401), '401'],
  ['403', json({}, 403), '403'],
  ['404', json({}, 404), '404'],
  ['500', json({}, 500), 'failed'],
  ['a cut connection', (_, response) => response.destroy(), 'failed'],
  ['no list', json({ results: [] }), 'failed'],
  ['no JSON', (_, response) => response.end('<html>'), 'failed'],
  ['a part of it', json([BOB], 206), 'partial'],
  ['more on another page', json([BOB], 200, { link: '<http://x/?page=2>; rel="next"' }), 'partial'],
  ['a row without an e-mail', json([BOB, { id: 2 }]), 'partial'],
  ['a row whose id is no number', json([BOB, { id: 'x', email: 'a@b' }]), 'partial'],
  ['a row that is none', json([null, BOB]), 'partial'],
]

for (const [what, answer, why] of WHY) {
  t.test(`members: ${what} is ${why}`, async t => {
    const clouds = await read(t, {
      '/cloud': json([
        { id: 9, name: 'Campus' },
        { id: 7, name: 'Tower' },
      ]),
      '/cloud/9/user': answer,
      '/cloud/7/user': json([BOB]),
    })
    t.match(clouds, {
      unread: null,
      clouds: [
        { id: 9, unread: why },
        { id: 7, unread: null, members: { length: 1 } },
      ],
    })
  })
}

for (const [what, answer, why] of WHY.filter(([what]) => !what.startsWith('a row'))) {
  t.test(`the list: ${what} is ${why}`, async t => {
    t.match(await read(t, { '/cloud': answer }), { unread: why, clouds: [] })
  })
}

t.test(
  'a cloud without a name is left out, and the list is not whole; one that is there twice is read once',
  async t => {
    const tower = { id: 7, name: 'Tower' }
    const clouds = await read(t, { '/cloud': json([{ id: 9 }, tower, tower]), '/cloud/7/user': json([BOB]) })
    t.match(clouds, { unread: 'partial', clouds: [{ id: 7, unread: null }] })
    t.equal(clouds.clouds.length, 1)
  },
)

t.test('an interrupt ends it: what was not read then is not said to be unknown', async t => {
  const controller = new AbortController()
  await t.rejects(
    read(
      t,
      {
        '/cloud': (request, response) => {
          controller.abort()
          json([{ id: 7, name: 'Tower' }])(request, response)
        },
      },
      controller.signal,
    ),
    ApiError,
  )
})
