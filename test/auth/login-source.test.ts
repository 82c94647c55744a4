import t from 'tap'
import { chooseCredentials } from '../../src/auth/credentials.js'
import { API_URL, loggedIn, OPTIONS } from '../helpers/login.js'
import { startOidc } from '../helpers/oidc.js'
import { bundleWorker } from '../helpers/process.js'

const bare = (header: string): string => header.replace(/^Bearer /, '')

t.test('a login that is still good is used as it is', async t => {
  const oidc = await startOidc(t)
  const { choose, login } = await loggedIn(t, oidc)
  const source = await choose()
  t.equal((await source.authorization()).reveal(), `Bearer ${login.accessToken}`)
  t.equal(oidc.grants.get('refresh_token'), undefined)
  t.match(source.describe(), { source: 'login', from: `client cli at ${oidc.issuer}`, expiresAt: /^20/ })
})

t.test('an access token at its end is refreshed, and the rotated refresh token kept', async t => {
  const oidc = await startOidc(t)
  const { choose, login, store, tamper } = await loggedIn(t, oidc)
  for (const round of [1, 2, 3]) {
    await tamper({ expiresAt: Date.now() - 1 })
    const header = await (await choose()).authorization()
    t.ok(await oidc.isGood(bare(header.reveal())), `round ${round}`)
    const [kept] = await store.read()
    t.equal(kept?.accessToken, bare(header.reveal()))
    t.not(kept?.refreshToken, login.refreshToken)
    t.equal(kept?.scope, 'openid org:manage')
  }
  t.equal(oidc.grants.get('refresh_token'), 3)
})

t.test('a 401 renews once for all callers', async t => {
  const oidc = await startOidc(t)
  const { choose } = await loggedIn(t, oidc)
  const source = await choose()
  const failed = await source.authorization()
  t.strictSame(await Promise.all(Array.from({ length: 20 }, () => source.renew(failed))), Array(20).fill(true))
  t.ok(await oidc.isGood(bare((await source.authorization()).reveal())))
  t.equal(oidc.grants.get('refresh_token'), 1)
})

t.test('a 401 in one process uses what another has refreshed since', async t => {
  const oidc = await startOidc(t)
  const { choose } = await loggedIn(t, oidc)
  const [one, other] = [await choose(), await choose()]
  const failed = await one.authorization()
  t.ok(await one.renew(failed))
  t.ok(await other.renew(failed))
  t.equal((await other.authorization()).reveal(), (await one.authorization()).reveal())
  t.equal(oidc.grants.get('refresh_token'), 1)
})

t.test('many processes refresh one login at once: one does, and the login survives', async t => {
  const oidc = await startOidc(t)
  const { env, tamper, store } = await loggedIn(t, oidc)
  await tamper({ expiresAt: Date.now() - 1 })
  const worker = await bundleWorker('./token-worker.ts', env)
  t.teardown(worker.remove)
  const workers = Array.from({ length: 4 }, () => worker.start(API_URL))
  t.teardown(() => Promise.all(workers.map(each => each.end())))
  await Promise.all(workers.map(each => each.next()))
  const headers = new Set(await Promise.all(workers.map(each => each.ask('go'))))
  t.equal(headers.size, 1, 'all send the same token')
  t.ok(await oidc.isGood(bare([...headers].join())))
  t.equal(oidc.grants.get('refresh_token'), 1)
  t.equal((await store.read()).length, 1)
})

t.test('logins that cannot be refreshed', async t => {
  const oidc = await startOidc(t)
  const { choose, tamper, store } = await loggedIn(t, oidc)
  const source = await choose()
  const failed = await source.authorization()
  await tamper({ refreshToken: 'revoked-or-rotated' })
  await t.rejects(source.renew(failed), { kind: 'credentials', message: /invalid_grant/, advice: /guestlist login/ })
  t.equal((await store.read()).length, 1, 'it stays for logout')
  await tamper({ refreshToken: null })
  await t.rejects(source.renew(failed), { kind: 'credentials', message: /no refresh token/ })
  await store.update(async () => [])
  await t.rejects(source.renew(failed), { kind: 'credentials', message: /logged out/ })
  await t.rejects(choose(), { kind: 'credentials', message: /no credentials/ })
})

t.test('BIMDATA_CLIENT_ID alone names the public client of a login', async t => {
  const oidc = await startOidc(t)
  const { env } = await loggedIn(t, oidc)
  const choose = (id: string) => chooseCredentials({ ...env, BIMDATA_CLIENT_ID: id }, { ...OPTIONS, apiUrl: API_URL })
  t.match((await choose('cli')).describe(), { source: 'login', from: /^client cli at / })
  await t.rejects(choose('other'), {
    message: 'There are no credentials for the API (BIMDATA_CLIENT_ID is set, BIMDATA_CLIENT_SECRET is not)',
    advice: /guestlist login/,
  })
})

t.test('a provider that is away for a moment does not end the login', async t => {
  const oidc = await startOidc(t)
  const { choose } = await loggedIn(t, oidc)
  const source = await choose()
  const failed = await source.authorization()
  oidc.tokenFailures.push(503)
  await t.rejects(source.renew(failed), { kind: 'not-sent', message: /HTTP 503/ })
  t.ok(await source.renew(failed))
})
