import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import t, { type Test } from 'tap'
import { call, INVITATIONS, sandboxFor } from './fixtures/call.js'

const KEY = 'key-4711'
const FIXED = {
  apiKey: KEY,
  apiKeys: [{ secret: 'small-key', scopes: ['user:read'] }],
  accessTokens: ['t-1', { secret: 't-2', scopes: ['openid', 'org:manage'] }, { secret: 'small-token', scopes: [] }],
}

const HEADERS: readonly (readonly [string | null, number])[] = [
  [`ApiKey ${KEY}`, 200],
  [`apikey   ${KEY}`, 200],
  [`Bearer ${KEY}`, 200],
  [KEY, 200],
  ['Bearer t-1', 200],
  ['bearer t-2', 200],
  ['ApiKey small-key', 403],
  ['small-key', 403],
  ['Bearer small-token', 403],
  ['ApiKey t-1', 401],
  ['t-1', 401],
  ['Bearer wrong', 401],
  [`Basic ${KEY}`, 401],
  [`Token ${KEY}`, 401],
  [`ApiKey ${KEY} ${KEY}`, 401],
  [`${KEY}x`, 401],
  ['ApiKey', 401],
  ['__proto__', 401],
  ['', 401],
  [null, 401],
]

t.test('what a header gives', async t => {
  const sandbox = await sandboxFor(t, FIXED)
  for (const [authorization, status] of HEADERS) {
    const got = await call(sandbox, `GET ${INVITATIONS}`, { authorization })
    t.equal(got.status, status, `${authorization}`)
    t.equal(got.headers.has('www-authenticate'), status === 401)
    t.notOk(got.text.includes(KEY), 'the credential is not repeated')
  }
})

t.test('a credential that is revoked, and a token that is added', async t => {
  const sandbox = await sandboxFor(t, FIXED)
  const statusOf = async (authorization: string) =>
    (await call(sandbox, `GET ${INVITATIONS}`, { authorization })).status
  sandbox.revoke('t-1')
  sandbox.revoke(KEY)
  t.equal(await statusOf('Bearer t-1'), 401)
  t.equal(await statusOf(`ApiKey ${KEY}`), 401)
  sandbox.addAccessToken('t-9')
  t.equal(await statusOf('Bearer t-9'), 200)
  sandbox.addAccessToken({ secret: 't-8', scopes: ['user:read'] })
  t.equal(await statusOf('Bearer t-8'), 403)
})

t.test('a key is random, and each sandbox has its own', async t => {
  const [one, two] = [await sandboxFor(t), await sandboxFor(t)]
  t.match(one.apiKey, /^[0-9a-f]{40}$/)
  t.not(one.apiKey, two.apiKey)
})

/** An OpenID provider: discovery and keys. */
async function issuerFor(t: Test) {
  const keys = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256' }
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    asked.push(request.url ?? '')
    const answers: Record<string, unknown> = {
      '/realm/.well-known/openid-configuration': {
        issuer: `${url}/realm`,
        jwks_uri: `${url}/keys`,
      },
      '/keys': { keys: [jwk] },
    }
    const answer = answers[request.url ?? '']
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? {}))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm`
  const sign = (claims: Record<string, unknown>, expires?: string, key = keys.privateKey) => {
    const token = new SignJWT({ iss: url, scope: 'openid org:manage', ...claims })
    token.setProtectedHeader({ alg: 'RS256', kid: 'k' })
    return (expires === undefined ? token : token.setExpirationTime(expires)).sign(key)
  }
  return { url, sign, asked }
}

t.test('JWTs of an issuer', async t => {
  const { url, sign, asked } = await issuerFor(t)
  const stranger = await generateKeyPair('RS256')
  const sandbox = await sandboxFor(t, { issuer: url })
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`
  const good = await sign({}, '1h')
  for (const [what, token, status] of [
    ['a good one', good, 200],
    ['one without the scope', await sign({ scope: 'openid org:managers' }, '1h'), 403],
    ['one without any scope', await sign({ scope: undefined }, '1h'), 403],
    ['one that has expired', await sign({}, '-1s'), 401],
    ['one of another issuer', await sign({ iss: `${url}/other` }, '1h'), 401],
    ['one signed by a stranger', await sign({}, '1h', stranger.privateKey), 401],
    ['one that is not signed', unsigned, 401],
    ['one without an end', await sign({}), 401],
    ['an opaque one', 'opaque', 401],
    ['text with dots', 'a.b.c', 401],
  ] as const) {
    const got = await call(sandbox, `GET ${INVITATIONS}`, { authorization: `Bearer ${token}` })
    t.equal(got.status, status, what)
  }
  t.equal(asked.filter(path => path.endsWith('openid-configuration')).length, 1, 'discovered once')
  sandbox.revoke(good)
  t.equal((await call(sandbox, `GET ${INVITATIONS}`, { authorization: `Bearer ${good}` })).status, 401)
  t.equal((await call(sandbox, `GET ${INVITATIONS}`)).status, 200, 'the key still works')
})

t.test('an issuer that cannot be asked says nothing about a token: 500, and it is asked again', async t => {
  const { url } = await issuerFor(t)
  const sandbox = await sandboxFor(t, { issuer: `${url}/nowhere` })
  for (const _ of [1, 2]) {
    const got = await call(sandbox, `GET ${INVITATIONS}`, { authorization: 'Bearer a.b.c' })
    t.equal(got.status, 500)
  }
})
