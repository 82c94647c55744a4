import t from 'tap'
import { login, logout } from '../../src/commands/login.js'
import { COMMON_FLAGS, testIo } from '../helpers/command.js'
import { browse, startOidc } from '../helpers/oidc.js'

const FLAGS = { ...COMMON_FLAGS, device: false, redirectUri: 'http://127.0.0.1:0/oidc-callback' }

t.test('login, login again, logout, logout again', async t => {
  const oidc = await startOidc(t)
  // The person finds the address on standard error; the program that would open it does nothing.
  const env = {
    BIMDATA_CLIENT_ID: 'cli',
    BIMDATA_IAM_URL: oidc.issuer,
    GUESTLIST_CONFIG_DIR: t.testdir(),
    BROWSER: 'true',
  }
  const person = (text: string) => {
    const address = /http:\S+\/auth\S+/.exec(text)?.[0]
    if (address !== undefined) void browse(address)
  }
  for (const _ of [1, 2]) {
    const io = testIo(env, person)
    t.equal(await login(FLAGS, io), 0)
    t.strictSame(io.stdout, [`Logged in to ${oidc.issuer} for https://api.bimdata.io.\n`])
  }
  const asJson = testIo({ ...env, BIMDATA_API_KEY: 'key' }, person)
  t.equal(await login({ ...FLAGS, format: 'json' }, asJson), 0)
  t.match(JSON.parse(asJson.stdout.join('')), { issuer: oidc.issuer, client_id: 'cli', expires_at: /^20/ })
  t.match(asJson.stderr.join(''), 'BIMDATA_API_KEY takes precedence over this login')
  const out = testIo(env)
  t.equal(await logout(COMMON_FLAGS, out), 0)
  t.match(out.stdout, [/^Logged out of .*: the tokens are revoked and deleted\.\n$/])
  const again = testIo(env)
  t.equal(await logout(COMMON_FLAGS, again), 0)
  t.match(again.stdout, [/^There is no login for/])
})

t.test('logout without the provider deletes, says so and fails', async t => {
  const oidc = await startOidc(t)
  const env = {
    BIMDATA_CLIENT_ID: 'cli',
    BIMDATA_IAM_URL: oidc.issuer,
    GUESTLIST_CONFIG_DIR: t.testdir(),
    BROWSER: 'true',
  }
  const person = (text: string) => void browse(/http:\S+/.exec(text)?.[0] ?? '')
  t.equal(await login(FLAGS, testIo(env, person)), 0)
  oidc.stop()
  const io = testIo(env)
  t.equal(await logout({ ...COMMON_FLAGS, format: 'json' }, io), 1)
  t.match(JSON.parse(io.stdout.join('')), { outcome: 'failed', issuer: oidc.issuer })
  t.match(io.stderr.join(''), /the tokens are not revoked: .*refused the connection/)
  t.equal(await logout(COMMON_FLAGS, testIo(env)), 0, 'nothing is left')
})

t.test('logins that do not begin', async t => {
  const env = { GUESTLIST_CONFIG_DIR: t.testdir() }
  await t.rejects(login(FLAGS, testIo(env)), { message: 'BIMDATA_CLIENT_ID is not set', exitCode: 1 })
  await t.rejects(login({ ...FLAGS, noInput: true }, testIo(env)), { message: /needs a person/ })
  const id = { ...env, BIMDATA_CLIENT_ID: 'cli' }
  await t.rejects(login({ ...FLAGS, apiUrl: 'http://api.example' }, testIo(id)), { message: /plain http/ })
  await t.rejects(login({ ...FLAGS, redirectUri: 'https://evil.example' }, testIo(id)), { message: /not http on this/ })
})
