import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import t, { type Test } from 'tap'
import { loginWithBrowser, loginWithDevice } from '../../src/auth/login-flow.js'
import { type ProviderSettings, providerSettings } from '../../src/auth/provider.js'
import { ApiError } from '../../src/model/api-error.js'
import { browse, type Oidc, startOidc, type TokenAnswer } from '../helpers/oidc.js'

const API = 'https://api.example'

const settingsOf = (oidc: Oidc): ProviderSettings =>
  providerSettings({
    env: { BIMDATA_IAM_URL: oidc.issuer },
    timeoutMs: 30_000,
    allowInsecureHttp: false,
    version: '9.9.9',
  })

/** A browser login whose person does `person` with the address; what was told is kept. */
function start(
  oidc: Oidc,
  person: (url: URL) => unknown,
  change: Partial<Parameters<typeof loginWithBrowser>[0]> = {},
) {
  const told: string[] = []
  const done = loginWithBrowser({
    settings: settingsOf(oidc),
    client: { id: 'cli', secret: null },
    apiUrl: API,
    redirectUri: 'http://127.0.0.1:0/oidc-callback',
    waitMs: 10_000,
    show: line => told.push(line),
    openBrowser: person,
    ...change,
  })
  return { told, done }
}

async function failure(t: Test, promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => null,
    error => error,
  )
  if (!(error instanceof ApiError)) throw new Error(`not an ApiError: ${error?.stack ?? error}`)
  t.equal(error.kind, 'credentials')
  return error
}

t.test('a person signs in with the browser', async t => {
  const oidc = await startOidc(t)
  let page: ReturnType<typeof browse> | null = null
  let asked: URL | null = null
  const { told, done } = start(oidc, url => {
    asked = url
    page = browse(url)
  })
  const login = await done
  t.ok(await oidc.isGood(login.accessToken), 'the access token is good')
  t.match(login, {
    apiUrl: API,
    issuer: oidc.issuer,
    clientId: 'cli',
    refreshToken: /./,
    expiresAt: Number,
    scope: 'openid org:manage',
  })
  t.match(await page, { status: 200, text: /You are signed in/ })
  const parameters = Object.fromEntries(new URL(asked ?? '').searchParams)
  t.match(parameters, {
    code_challenge_method: 'S256',
    code_challenge: /.{43}/,
    state: /./,
    nonce: undefined,
    response_type: 'code',
  })
  t.match(told.join('\n'), String(asked), 'the address is printed too')
})

t.test('a return with the wrong state is refused with a page, and the right one still counts', async t => {
  const oidc = await startOidc(t)
  const pages: unknown[] = []
  const { done } = start(oidc, async url => {
    const callback = new URL(url.searchParams.get('redirect_uri') ?? '')
    for (const path of ['?code=stolen&state=wrong', '?code=stolen', '/../favicon.ico']) {
      const { status, text } = await browse(`${callback.href}${path}`)
      pages.push([status, /not the sign-in/.test(text)])
    }
    const posted = await fetch(callback, { method: 'POST', body: 'code=x' })
    pages.push(posted.status)
    await browse(url)
  })
  t.ok(await oidc.isGood((await done).accessToken))
  t.strictSame(pages, [[400, true], [400, true], [404, false], 405])
})

t.test(
  'requests that no browser sends, and a browser that opens more than it uses, neither end nor hold a login',
  async t => {
    const oidc = await startOidc(t)
    const answers: string[] = []
    const idle: Promise<unknown>[] = []
    const { done } = start(oidc, async url => {
      const { hostname, port } = new URL(url.searchParams.get('redirect_uri') ?? '')
      const open = () => connect(Number(port), hostname).on('error', () => undefined)
      for (const target of ['GET http://evil.example/x', 'OPTIONS *', 'GET @evil.example/']) {
        const socket = open()
        socket.write(`${target} HTTP/1.1\r\nhost: x\r\n\r\n`)
        answers.push(String((await once(socket, 'data'))[0]).slice(9, 12))
      }
      const unused = open()
      await once(unused, 'connect')
      idle.push(once(unused, 'close'))
      unused.resume()
      await browse(url)
    })
    t.ok(await oidc.isGood((await done).accessToken))
    t.strictSame(answers, ['404', '404', '400'])
    await Promise.all(idle)
  },
)

t.test('a return that comes twice is answered twice, and its code used once', async t => {
  let again: URL | string = ''
  const pages: unknown[] = []
  const see = async (page: ReturnType<typeof browse>) => {
    const { status, text } = await page
    pages.push([status, /<p>(.*?)\./.exec(text)?.[1]])
  }
  const oidc = await startOidc(t, { beforeToken: () => see(browse(again)) })
  let first = Promise.resolve()
  const { done } = start(oidc, url => {
    again = `${url.searchParams.get('redirect_uri')}?state=${url.searchParams.get('state')}&code=x`
    first = see(browse(url))
  })
  t.ok(await oidc.isGood((await done).accessToken))
  await first
  t.strictSame(pages, [
    [400, 'This sign-in has already been received'],
    [200, 'You are signed in'],
  ])
})

t.test('a browser that is closed before the sign-in is complete does not hold the login', async t => {
  const gone = new AbortController()
  const oidc = await startOidc(t, {
    beforeToken: async () => {
      gone.abort()
      // Until the closed connection is known here too.
      await new Promise(resolve => setTimeout(resolve, 200))
    },
  })
  const { done } = start(oidc, async url => {
    await browse(url, gone.signal).catch(() => undefined)
  })
  t.ok(await oidc.isGood((await done).accessToken))
})

t.test('what ends a browser login', async t => {
  const oidc = await startOidc(t)
  const back = (url: URL, query: string) =>
    browse(`${url.searchParams.get('redirect_uri')}?state=${url.searchParams.get('state')}&${query}`)
  const iss = `iss=${encodeURIComponent(oidc.issuer)}`
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const cases: [string, (url: URL) => unknown, object, RegExp][] = [
    ['declined', url => back(url, `error=access_denied&${iss}`), {}, /access_denied/],
    ['a code that was never given', url => back(url, `code=forged&${iss}`), {}, /invalid_grant/],
    ['another issuer', url => back(url, 'code=x&iss=https%3A%2F%2Fevil.example'), {}, /./],
    ['nobody comes', () => {}, { waitMs: 50 }, /in time/],
    ['interrupted', () => {}, { signal: AbortSignal.timeout(50) }, /interrupted/],
    ['the port is taken', () => {}, { redirectUri: `http://127.0.0.1:${port}/oidc-callback` }, /is taken by another/],
    ['not this machine', () => {}, { redirectUri: 'http://evil.example/cb' }, /not http on this machine/],
    ['not an address', () => {}, { redirectUri: 'localhost' }, /redirect-uri/],
    ['an unknown client', () => {}, { client: { id: 'nobody', secret: null }, waitMs: 50 }, /in time/],
  ]
  for (const [name, person, change, message] of cases) {
    const pages: unknown[] = []
    const { done } = start(oidc, async url => pages.push(await person(url)), change)
    const error = await failure(t, done)
    t.match(error.message, message, name)
    t.ok(error.advice, name)
  }
})

/** Its claims changed, its signature not: what the token endpoint itself sends is trusted by its connection. */
function withClaims(idToken: unknown, change: Readonly<Record<string, unknown>>): string {
  const [header, payload = '', signature] = String(idToken).split('.')
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...change }
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
}

t.test('a provider need not give an ID token; one that it gives is verified', async t => {
  const login = async (change: (answer: TokenAnswer) => TokenAnswer) => {
    const oidc = await startOidc(t, { changeTokens: change })
    return { oidc, done: start(oidc, url => browse(url)).done }
  }
  const without = await login(({ id_token, ...rest }) => {
    t.ok(id_token, 'the provider made one')
    return rest
  })
  t.ok(await without.oidc.isGood((await without.done).accessToken))
  const unchanged = await login(answer => ({ ...answer, id_token: withClaims(answer.id_token, {}) }))
  t.ok((await unchanged.done).accessToken)
  const bad: Record<string, Readonly<Record<string, unknown>>> = {
    'for another client': { aud: 'somebody else' },
    'of another issuer': { iss: 'https://evil.example' },
    'that has ended': { exp: 1 },
    'made for another sign-in': { nonce: 'of another' },
  }
  for (const [name, claims] of Object.entries(bad)) {
    const { done } = await login(answer => ({ ...answer, id_token: withClaims(answer.id_token, claims) }))
    t.match((await failure(t, done)).message, /^Signing in: /, name)
  }
})

t.test('localhost is caught on both loopback addresses, and freed afterwards', async t => {
  const oidc = await startOidc(t)
  for (const _ of [1, 2]) {
    const { done } = start(oidc, url => browse(url), { redirectUri: 'http://localhost:0/oidc-callback' })
    t.ok((await done).accessToken)
  }
})

t.test('a person signs in on another device', async t => {
  const oidc = await startOidc(t)
  const told: string[] = []
  const login = await loginWithDevice({
    settings: settingsOf(oidc),
    client: { id: 'cli', secret: null },
    apiUrl: API,
    waitMs: 10_000,
    pollSeconds: 0.05,
    show: line => {
      told.push(line)
      const address = /http:\S+/.exec(line)?.[0]
      if (address !== undefined) void browse(address)
    },
  })
  t.ok(await oidc.isGood(login.accessToken))
  t.match(told.join(), /code: \w{4}-\w{4}/)
})

t.test('what ends a device login', async t => {
  const without = await startOidc(t, { deviceFlow: false })
  const request = {
    client: { id: 'cli', secret: null },
    apiUrl: API,
    waitMs: 100,
    pollSeconds: 0.02,
    show: () => {},
  }
  t.match(
    (await failure(t, loginWithDevice({ ...request, settings: settingsOf(without) }))).message,
    /no device sign-in/,
  )
  const oidc = await startOidc(t)
  t.match((await failure(t, loginWithDevice({ ...request, settings: settingsOf(oidc) }))).message, /in time/)
})
