import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createClient } from '../../src/api/client.js'
import { chooseCredentials } from '../../src/auth/credentials.js'
import type { Env } from '../../src/http/proxy.js'
import { ApiError } from '../../src/model/api-error.js'
import { json, serve } from '../helpers/http.js'
import { APP_SECRET, type Oidc, startOidc } from '../helpers/oidc.js'

const BASE = { timeoutMs: 30_000, allowInsecureHttp: false, version: '9.9.9' }

/** An API that takes the tokens which the provider says are good; `seen` counts each token. */
async function api(t: Test, oidc: Oidc) {
  const seen = new Map<string, number>()
  const url = await serve(t, async (request, response) => {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? ''
    const good = await oidc.isGood(token)
    if (good) seen.set(token, (seen.get(token) ?? 0) + 1)
    if (good) response.writeHead(204).end()
    else json(response, 401, { detail: 'no' })
  })
  return { url, seen }
}

async function connected(t: Test, apiUrl: string, env: Env) {
  const credentials = await chooseCredentials(env, { ...BASE, apiUrl })
  const client = createClient({ ...BASE, apiUrl, credentials, env: {} })
  t.teardown(client.close)
  return { client, credentials }
}

const appEnv = (oidc: Oidc): Env => ({
  BIMDATA_CLIENT_ID: 'app',
  BIMDATA_CLIENT_SECRET: APP_SECRET,
  BIMDATA_IAM_URL: oidc.issuer,
})

async function failure(t: Test, promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => null,
    error => error,
  )
  if (!(error instanceof ApiError)) throw new Error(`not an ApiError: ${error}`)
  t.notMatch(`${error.message} ${error.advice} ${error.cause} ${error.stack}`, APP_SECRET, 'no secret in it')
  return error
}

t.test('one token for many calls, at the discovered endpoint', async t => {
  const oidc = await startOidc(t)
  const { url, seen } = await api(t, oidc)
  const { client, credentials } = await connected(t, url, appEnv(oidc))
  await Promise.all(Array.from({ length: 30 }, (_, id) => client.accept(id)))
  t.strictSame([...seen.values()], [30])
  t.equal(oidc.grants.get('client_credentials'), 1)
  t.match(credentials.describe(), {
    source: 'client credentials',
    from: `BIMDATA_CLIENT_ID + BIMDATA_CLIENT_SECRET at ${oidc.issuer}`,
    expiresAt: /^20/,
  })
})

t.test('a token that goes bad under many workers is renewed once, and no call is lost', async t => {
  const oidc = await startOidc(t)
  const { url, seen } = await api(t, oidc)
  const { client } = await connected(t, url, appEnv(oidc))
  await client.accept(1)
  const [first = ''] = seen.keys()
  await oidc.revoke(first)
  await Promise.all(Array.from({ length: 50 }, (_, id) => client.accept(id)))
  t.strictSame([...seen.values()], [1, 50])
  t.equal(oidc.grants.get('client_credentials'), 2)
})

t.test('a token is renewed before it ends', async t => {
  const oidc = await startOidc(t, { tokenLife: 1 })
  const { url } = await api(t, oidc)
  const { client } = await connected(t, url, appEnv(oidc))
  const until = Date.now() + 2500
  while (Date.now() < until) await client.accept(1)
  t.ok((oidc.grants.get('client_credentials') ?? 0) >= 2)
})

t.test('a second 401 is final', async t => {
  const oidc = await startOidc(t)
  let calls = 0
  const url = await serve(t, (_, response) => {
    calls++
    json(response, 401, {})
  })
  const { client } = await connected(t, url, appEnv(oidc))
  t.match(await failure(t, client.accept(1)), { kind: 'http', status: 401 })
  t.equal(calls, 2)
})

t.test('what the provider refuses', async t => {
  const oidc = await startOidc(t)
  const { url } = await api(t, oidc)
  const cases: [string, Env, Partial<ApiError>][] = [
    [
      'a wrong secret',
      { BIMDATA_CLIENT_SECRET: 'wrong-secret' },
      { kind: 'credentials', message: /invalid_client/ as never },
    ],
    ['an unknown client', { BIMDATA_CLIENT_ID: 'nobody' }, { kind: 'credentials', message: /invalid_client/ as never }],
    [
      'no provider there',
      { BIMDATA_IAM_URL: `${url}/realms/x` },
      { kind: 'credentials', message: /HTTP 401/ as never },
    ],
    ['nobody there', { BIMDATA_IAM_URL: 'http://127.0.0.1:9' }, { kind: 'not-sent', message: /refused/ as never }],
  ]
  for (const [name, change, want] of cases) {
    const { client } = await connected(t, url, { ...appEnv(oidc), ...change })
    t.match(await failure(t, client.accept(1)), want, name)
  }
})

t.test('a provider that fails for a moment leaves the call not sent, and the next call tries again', async t => {
  const oidc = await startOidc(t)
  const { url } = await api(t, oidc)
  const { client } = await connected(t, url, appEnv(oidc))
  oidc.tokenFailures.push(503)
  t.match(await failure(t, client.accept(1)), { kind: 'not-sent', message: /HTTP 503/ })
  await client.accept(1)
})

t.test('with BIMDATA_TOKEN_URL nothing is discovered, and every character of a secret arrives', async t => {
  const secret = 'é ü%20+&=:日本\u{1F511}'
  const seen: string[] = []
  const iam = await serve(t, (request, response, body) => {
    seen.push(`${request.method} ${request.url} ${request.headers['content-type']} ${request.headers['user-agent']}`)
    const form = new URLSearchParams(body)
    t.strictSame(
      [form.get('grant_type'), form.get('client_id'), form.get('client_secret'), form.get('scope')],
      ['client_credentials', 'app', secret, 'org:manage'],
    )
    json(response, 200, { access_token: createHash('sha256').update(body).digest('hex'), token_type: 'Bearer' })
  })
  const url = await serve(t, (_, response) => void response.writeHead(204).end())
  const { client } = await connected(t, url, {
    BIMDATA_CLIENT_ID: 'app',
    BIMDATA_CLIENT_SECRET: secret,
    BIMDATA_TOKEN_URL: `${iam}/protocol/openid-connect/token`,
    BIMDATA_SCOPE: 'org:manage',
  })
  await client.accept(1)
  await client.accept(2)
  t.strictSame(seen, [
    'POST /protocol/openid-connect/token application/x-www-form-urlencoded;charset=UTF-8 guestlist/9.9.9',
  ])
})

t.test('issue 12.14: after each token the connection to the provider is closed, also where it refuses', async t => {
  const open = new Set<Socket>()
  let connections = 0
  let status = 200
  const iam = await serve(t, ({ socket }, response) => {
    if (!open.has(socket)) connections++
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    json(response, status, { access_token: 'of-the-app', token_type: 'Bearer', error: 'invalid_client' })
  })
  const api = await serve(t, (_, response) => void response.writeHead(401).end())
  for (status of [200, 401]) {
    const before = connections
    const { client } = await connected(t, api, { ...(await envOf(iam)), BIMDATA_TOKEN_URL: `${iam}/token` })
    await failure(t, client.accept(1))
    t.ok(connections > before)
    for (let waited = 0; open.size > 0 && waited < 100; waited++) await wait(20)
    t.equal(open.size, 0, `after HTTP ${status}, while the client is still in use`)
  }
})

t.test('secrets go to no other origin than the configured one', async t => {
  let stolen = ''
  const evil = await serve(t, (_, response, body) => {
    stolen += body
    json(response, 200, {})
  })
  let issuer = ''
  const iam = await serve(t, (_, response) => json(response, 200, { issuer, token_endpoint: `${evil}/token` }))
  issuer = iam
  const { client } = await connected(t, iam, { ...(await envOf(iam)), BIMDATA_CLIENT_SECRET: APP_SECRET })
  t.match(await failure(t, client.accept(1)), { kind: 'credentials', message: /another origin/ })
  t.equal(stolen, '')
  const redirecting = await serve(t, (_, response) => void response.writeHead(307, { location: evil }).end())
  const other = await connected(t, iam, { ...(await envOf(iam)), BIMDATA_TOKEN_URL: redirecting })
  t.match(await failure(t, other.client.accept(1)), { kind: 'credentials', message: /HTTP 307/ })
  t.equal(stolen, '')
})

const envOf = async (iam: string): Promise<Env> => ({
  BIMDATA_CLIENT_ID: 'app',
  BIMDATA_CLIENT_SECRET: APP_SECRET,
  BIMDATA_IAM_URL: iam,
})

t.test('plain http to the provider is refused but for loopback', async t => {
  const cases: Env[] = [
    { BIMDATA_IAM_URL: 'http://iam.example/realms/x' },
    { BIMDATA_TOKEN_URL: 'http://iam.example/t' },
  ]
  for (const change of cases) {
    const env = { BIMDATA_CLIENT_ID: 'app', BIMDATA_CLIENT_SECRET: APP_SECRET, ...change }
    t.match(await failure(t, chooseCredentials(env, { ...BASE, apiUrl: 'https://api.example' })), {
      kind: 'not-sent',
      message: /plain http/,
    })
  }
})
