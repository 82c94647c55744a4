import { access } from 'node:fs/promises'
import t from 'tap'
import { endLogin } from '../../src/auth/login-flow.js'
import { providerSettings } from '../../src/auth/provider.js'
import { loggedIn, OPTIONS } from '../helpers/login.js'
import { startOidc } from '../helpers/oidc.js'

t.test('logout revokes the tokens at the provider and deletes them', async t => {
  const oidc = await startOidc(t)
  const { env, store, login, choose } = await loggedIn(t, oidc)
  const settings = providerSettings({ ...OPTIONS, env })
  t.strictSame(await endLogin(settings, login, store), { outcome: 'revoked' })
  t.notOk(await oidc.isGood(login.accessToken))
  await t.rejects(access(store.path), 'no file is left')
  await t.rejects(choose(), { message: /no credentials/ })
  await store.update(async () => [{ ...login, expiresAt: 0 }])
  await t.rejects((await choose()).authorization(), { message: /invalid_grant/ }, 'the refresh token is dead too')
})

t.test('logout deletes whatever the provider says', async t => {
  const without = await startOidc(t, { revocation: false })
  const first = await loggedIn(t, without)
  const settings = providerSettings({ ...OPTIONS, env: first.env })
  t.strictSame(await endLogin(settings, first.login, first.store), { outcome: 'kept' })
  t.strictSame(await first.store.read(), [])
  const gone = { ...first.login, issuer: 'http://127.0.0.1:9' }
  await first.store.update(async () => [gone])
  t.match(await endLogin(settings, gone, first.store), { outcome: 'failed', error: { kind: 'not-sent' } })
  t.strictSame(await first.store.read(), [])
})
