import type { Test } from 'tap'
import { chooseCredentials } from '../../src/auth/credentials.js'
import { loginWithBrowser } from '../../src/auth/login-flow.js'
import { providerSettings } from '../../src/auth/provider.js'
import { type StoredLogin, sameLogin, type TokenStore, tokenStore } from '../../src/auth/token-store.js'
import type { Env } from '../../src/http/proxy.js'
import { browse, type Oidc } from './oidc.js'

export const API_URL = 'https://api.example'
export const OPTIONS = { timeoutMs: 5000, allowInsecureHttp: false, version: '9.9.9' }

export interface LoggedIn {
  readonly env: Env
  readonly store: TokenStore
  readonly login: StoredLogin
  choose(): ReturnType<typeof chooseCredentials>
  /** Changes the stored login without anybody noticing. */
  tamper(change: Partial<StoredLogin>): Promise<void>
}

/** A login with client `cli`, stored in the test's own folder. */
export async function loggedIn(t: Test, oidc: Oidc): Promise<LoggedIn> {
  const env: Env = { GUESTLIST_CONFIG_DIR: t.testdir(), BIMDATA_IAM_URL: oidc.issuer }
  const login = await loginWithBrowser({
    settings: providerSettings({ ...OPTIONS, env }),
    client: { id: 'cli', secret: null },
    apiUrl: API_URL,
    redirectUri: 'http://127.0.0.1:0/oidc-callback',
    waitMs: 10_000,
    show: () => {},
    openBrowser: url => void browse(url),
  })
  const store = await tokenStore(env, 5000)
  await store.update(async () => [login])
  return {
    env,
    store,
    login,
    choose: () => chooseCredentials(env, { ...OPTIONS, apiUrl: API_URL }),
    tamper: change =>
      store.update(async logins => logins.map(each => (sameLogin(each, login) ? { ...each, ...change } : each))),
  }
}
