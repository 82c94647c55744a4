import t, { type Test } from 'tap'
import { authStatus } from '../../src/commands/auth-status.js'
import { COMMON_FLAGS, testIo } from '../helpers/command.js'
import { json, serve } from '../helpers/http.js'
import { API_URL, loggedIn } from '../helpers/login.js'
import { APP_SECRET, startOidc } from '../helpers/oidc.js'

const SECRET = 'hunter2-hunter2'

async function run(t: Test, apiUrl: string, variables: NodeJS.ProcessEnv) {
  const env = { GUESTLIST_CONFIG_DIR: t.testdirName, ...variables }
  const flags = { ...COMMON_FLAGS, apiUrl }
  const text = testIo(env)
  const code = await authStatus(flags, text)
  const asJson = testIo(env)
  t.equal(await authStatus({ ...flags, format: 'json' }, asJson), code)
  const shown = [...text.stdout, ...text.stderr, ...asJson.stdout, ...asJson.stderr].join('')
  for (const secret of [SECRET, APP_SECRET]) t.notOk(shown.includes(secret), 'no secret is shown')
  return { code, text: text.stdout.join(''), document: JSON.parse(asJson.stdout.join('')) }
}

t.test('what the API says of the credential', async t => {
  const cases: [number, string, number][] = [
    [200, 'works', 0],
    [401, 'refused', 1],
    [403, 'forbidden', 1],
    [404, 'failed', 1],
    [503, 'failed', 1],
  ]
  for (const [status, word, code] of cases) {
    const calls: (string | undefined)[] = []
    const url = await serve(t, (request, response) => {
      calls.push(`${request.method} ${request.url}`)
      json(response, status, status === 200 ? [] : { detail: `${request.headers.authorization} no` })
    })
    const { text, document, ...result } = await run(t, url, { BIMDATA_API_KEY: SECRET, BIMDATA_CLIENT_ID: 'x' })
    t.equal(result.code, code, word)
    t.match(document, {
      api_url: url,
      ok: code === 0,
      status: word,
      credential: { source: 'API key', from: 'BIMDATA_API_KEY', not_used: ['BIMDATA_CLIENT_ID'], expires_at: null },
    })
    t.match(
      text,
      new RegExp(
        `^Credential: API key \\(BIMDATA_API_KEY\\)$[\\s\\S]*^Not used:   BIMDATA_CLIENT_ID$[\\s\\S]*^Status:     ${word}: `,
        'm',
      ),
    )
    if (status === 403) t.match(text, 'org:manage')
    t.strictSame(new Set(calls), new Set(['GET /identity-provider/invitation?status=P']))
  }
})

t.test('an API that cannot be reached, or must not be', async t => {
  t.match(await run(t, 'http://127.0.0.1:9', { BIMDATA_API_KEY: SECRET }), {
    code: 1,
    document: { status: 'unreachable' },
  })
  const holds = await run(t, `https://me:${SECRET}@api.example`, { BIMDATA_API_KEY: SECRET })
  t.match(holds, { code: 1, text: /\(not usable\)/, document: { api_url: '(not usable)' } })
})

t.test('no credential, or none that yields a token', async t => {
  const none = await run(t, API_URL, {})
  t.match(none, {
    code: 1,
    document: { status: 'unusable', credential: null },
    text: /BIMDATA_ACCESS_TOKEN[\s\S]*guestlist login/,
  })
  const oidc = await startOidc(t)
  const env = { BIMDATA_CLIENT_ID: 'app', BIMDATA_CLIENT_SECRET: SECRET, BIMDATA_IAM_URL: oidc.issuer }
  const wrong = await run(t, API_URL, env)
  t.match(wrong, {
    code: 1,
    document: { status: 'unusable', credential: { source: 'client credentials' } },
    text: /invalid_client/,
  })
})

t.test('when a fetched token ends, and a login that is not used', async t => {
  const url = await serve(t, (_, response) => json(response, 200, []))
  const oidc = await startOidc(t)
  const { env, store, login } = await loggedIn(t, oidc)
  await store.update(async () => [{ ...login, apiUrl: url }])
  const own = await run(t, url, { ...env })
  t.match(own, { code: 0, document: { credential: { source: 'login', not_used: [], expires_at: /^20/ } } })
  const app = { ...env, BIMDATA_CLIENT_ID: 'app', BIMDATA_CLIENT_SECRET: APP_SECRET }
  t.match(await run(t, url, app), { code: 0, text: /^Ends: {7}20/m, document: { credential: { not_used: [] } } })
  const key = await run(t, url, { ...env, BIMDATA_API_KEY: SECRET })
  t.match(key.document, { credential: { not_used: [`the login of client cli at ${oidc.issuer}`] } })
})
