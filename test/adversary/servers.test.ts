import t, { type Test } from 'tap'
import { type Answer, flood, headOf, reply, serveRaw } from './fixtures/raw-server.js'
import { assertCivil, folderOf, type Outcome, run, runHere } from './fixtures/run.js'

/*
 * The identity provider and the state server as adversaries: a clear error, nothing more asked of the API, no secret sent on.
 * What is large or has no end is read by a process of its own, whose memory is measured.
 */

const SECRET = 'client-secret-of-the-test'
const html = { 'content-type': 'text/html' }
const MANIFEST = 'apiVersion: guestlist/v1\ninvitations:\n  accept:\n    - id: 1\n'
const heard = ({ stdout, stderr }: Outcome): string => stdout + stderr

const slow: Answer = socket => {
  const timer = setInterval(() => socket.write(' '), 100)
  socket.write(headOf('content-length: 9999'))
  socket.once('close', () => clearInterval(timer))
}

/** What any server may do wrong. */
const RUBBISH: Readonly<Record<string, Answer>> = {
  'a web page': reply('<html>sign in', html),
  nothing: reply(''),
  'text that is no JSON': reply('hello'),
  'half of it': reply('{"issuer":"x'),
  null: reply('null'),
  'a list': reply('[]'),
  'a number': reply('17'),
  'a million brackets': reply('['.repeat(1_000_000)),
  'bytes without end': flood(headOf(), Buffer.alloc(65_536, 'x')),
  'spaces without end': flood(headOf(), Buffer.alloc(65_536, ' ')),
  'headers without end': flood('HTTP/1.1 200 OK\r\n', Buffer.from(`x: ${'y'.repeat(1000)}\r\n`)),
  'a byte now and then': slow,
  'no answer': () => {},
  'a closed connection': socket => socket.end(),
  'another protocol': 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  'no HTTP': 'SSH-2.0-OpenSSH_9.6\r\n',
  'a failure with a hostile sentence': reply(
    `{"error":"\\u001b[2J\\n::error::x","error_description":"${'x'.repeat(9999)}"}`,
    undefined,
    400,
  ),
  'a failure with a web page': reply('<h1>\u001b[2J', html, 502),
  __proto__: reply('{"__proto__":{"issuer":"x","token_endpoint":"y"}}'),
  'UTF-16': reply(Buffer.from('{"a":1}', 'utf16le')),
}

/** How a program is run that is answered with this. */
const how = (what: string) => (/without end|million/.test(what) ? run : runHere)

async function planWith(
  t: Test,
  what: string,
  manifest: string,
  env: Readonly<Record<string, string>>,
  api: string,
): Promise<Outcome> {
  return how(what)(['plan', '--no-color', '--retries', '0', '--timeout', '1'], {
    cwd: folderOf(t, { 'guestlist.yaml': manifest }),
    env: { BIMDATA_API_URL: api, TF_HTTP_RETRY_MAX: '0', ...env },
  })
}

const silentApi = (t: Test) => serveRaw(t, () => reply('[]'))

t.test('the identity provider sends', async t => {
  const credentials = { BIMDATA_CLIENT_ID: 'app', BIMDATA_CLIENT_SECRET: SECRET }
  for (const [what, answer] of Object.entries(RUBBISH)) {
    t.test(`${what} for its configuration`, async t => {
      const [api, provider] = [await silentApi(t), await serveRaw(t, () => answer)]
      const outcome = await planWith(t, what, MANIFEST, { ...credentials, BIMDATA_IAM_URL: provider.url }, api.url)
      assertCivil(t, outcome, what)
      t.equal(outcome.code, 1, heard(outcome))
      t.match(outcome.stderr, /Discovery at|identity provider/)
      t.notMatch(provider.received(), SECRET, 'the secret is not sent for that')
      t.strictSame(api.calls, [])
      t.ok(outcome.peak < 300, `peak memory ${outcome.peak.toFixed(0)} MiB`)
    })
    t.test(`${what} for a token`, async t => {
      const [api, provider] = [await silentApi(t), await serveRaw(t, () => answer)]
      const outcome = await planWith(
        t,
        what,
        MANIFEST,
        { ...credentials, BIMDATA_TOKEN_URL: `${provider.url}/token` },
        api.url,
      )
      assertCivil(t, outcome, what)
      t.equal(outcome.code, 1, heard(outcome))
      t.match(outcome.stderr, /Fetching an access token/)
      t.strictSame(api.calls, [])
      t.notMatch(heard(outcome), SECRET)
    })
  }
})

t.test('an identity provider that names or redirects to another server does not bring the secret there', async t => {
  const other = await serveRaw(t, () => reply('{}'))
  const api = await silentApi(t)
  const configuration = (issuer: string) =>
    JSON.stringify({ issuer, token_endpoint: `${other.url}/token`, authorization_endpoint: `${other.url}/auth` })
  const providers: Readonly<Record<string, (url: () => string) => Answer>> = {
    'names an endpoint there': url => socket => socket.end(reply(configuration(url()))),
    'redirects there': () => reply('', { location: `${other.url}/x` }, 302),
    'redirects with the method': () => reply('', { location: `${other.url}/x` }, 307),
    'says to be another': () => reply(configuration(other.url)),
  }
  for (const [what, answer] of Object.entries(providers)) {
    let url = ''
    const provider = await serveRaw(t, () => answer(() => url))
    url = provider.url
    for (const variable of ['BIMDATA_IAM_URL', 'BIMDATA_TOKEN_URL']) {
      const env = { BIMDATA_CLIENT_ID: 'app', BIMDATA_CLIENT_SECRET: SECRET, [variable]: url }
      const outcome = await planWith(t, what, MANIFEST, env, api.url)
      assertCivil(t, outcome, what)
      t.equal(outcome.code, 1, `${what}: ${heard(outcome)}`)
    }
  }
  t.strictSame(other.calls, [])
  t.strictSame(api.calls, [])
})

const stateAt = (address: string): string =>
  `${MANIFEST}state:\n  backend: http\n  address: ${address}\n  lockAddress: ${address}\n`

t.test('the state server sends', async t => {
  // An empty body is how the protocol says that there is no state yet.
  const { nothing: _, ...rubbish } = RUBBISH
  const wrong: Readonly<Record<string, Answer>> = {
    ...rubbish,
    'a state of another version': reply('{"version":2}'),
    'a state of another API': reply(
      '{"version":1,"serial":1,"lineage":"x","api_url":"https://other.example","removals":{}}',
    ),
    'a state of wrong types': reply('{"version":1,"serial":"1","lineage":[],"api_url":{},"removals":[]}'),
  }
  for (const [what, answer] of Object.entries(wrong)) {
    t.test(what, async t => {
      const [api, server] = [await silentApi(t), await serveRaw(t, () => answer)]
      const env = { BIMDATA_API_KEY: 'some-key', TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: SECRET }
      const outcome = await planWith(t, what, stateAt(`${server.url}/state`), env, api.url)
      assertCivil(t, outcome, what)
      t.equal(outcome.code, 1, heard(outcome))
      t.match(outcome.stderr, /state|No answer from/)
      t.strictSame(api.calls, [])
      t.ok(outcome.peak < 400, `peak memory ${outcome.peak.toFixed(0)} MiB`)
    })
  }
})

t.test('a state server that redirects does not bring the password to another', async t => {
  const other = await serveRaw(t, () => reply(''))
  const api = await silentApi(t)
  for (const status of [301, 302, 303, 307, 308]) {
    const server = await serveRaw(t, () => reply('', { location: `${other.url}/state` }, status))
    const env = { BIMDATA_API_KEY: 'some-key', TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: SECRET }
    const outcome = await planWith(t, `${status}`, stateAt(`${server.url}/state`), env, api.url)
    assertCivil(t, outcome, `${status}`)
    t.equal(outcome.code, 1, heard(outcome))
    t.match(outcome.stderr, /Redirects are not followed/)
  }
  t.strictSame(other.calls, [])
})

t.test('whatever a state server answers to the lock, nothing is done without it', async t => {
  for (const [what, answer] of Object.entries(RUBBISH)) {
    const api = await silentApi(t)
    const server = await serveRaw(t, call => (call.startsWith('LOCK') ? answer : reply('', {}, 204)))
    const outcome = await how(what)(['apply', '--auto-approve', '--no-color', '--retries', '0', '--timeout', '1'], {
      cwd: folderOf(t, { 'guestlist.yaml': stateAt(`${server.url}/state`) }),
      env: { BIMDATA_API_URL: api.url, BIMDATA_API_KEY: 'some-key', TF_HTTP_RETRY_MAX: '0' },
    })
    assertCivil(t, outcome, what)
    // A status of 200 is the protocol's word for locked, whatever its body is.
    if (outcome.code !== 0) t.strictSame(api.calls, [], what)
    else
      t.ok(
        server.calls.some(call => call.startsWith('UNLOCK')),
        what,
      )
  }
})
