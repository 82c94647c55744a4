import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import { isRecord } from '../../../src/manifest/schema.js'
import { browserFor } from '../../helpers/browser.js'
import { guestlist, type Ran } from '../../helpers/guestlist.js'
import type { Keycloak } from '../../helpers/keycloak.js'
import { invitation, type World, world } from '../../helpers/world.js'

/** Every way to sign in, the persons' through Keycloak's own pages in Chromium; the sandbox takes this realm's tokens. */
export async function logins(t: Test, keycloak: Keycloak): Promise<void> {
  const person = await personOf(keycloak)
  await t.test('client credentials', t => clientCredentials(t, keycloak))
  await t.test('what is wrong with a client is told by its own sentence', t => wrongClients(t, keycloak))
  await t.test('the device sign-in needs its challenge', t => deviceChallenge(t, keycloak))
  const browser = await browserFor(t)
  if (browser === null) return
  await t.test('in the browser, refreshed, logged out', t => browserLogin(t, keycloak, browser, person))
  await t.test('by device, then ended by an administrator', t => deviceLogin(t, keycloak, browser, person))
  await t.test('by device, declined', t => deviceDeclined(t, keycloak, browser, person))
  await t.test('a scope that the realm does not know', t => unknownScope(t, keycloak, browser))
}

interface Person {
  readonly name: string
  readonly password: string
  sessions(): Promise<number>
  /** As an administrator does in Keycloak's console. */
  endSessions(): Promise<void>
}

async function personOf({ admin }: Keycloak): Promise<Person> {
  const [user] = asList(await admin('GET', '/users?username=admin.person&exact=true'))
  const id = isRecord(user) ? String(user.id) : ''
  return {
    name: 'admin.person',
    password: 'ada-password',
    sessions: async () => asList(await admin('GET', `/users/${id}/sessions`)).length,
    endSessions: async () => void (await admin('POST', `/users/${id}/logout`)),
  }
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

interface Place extends World {
  /** The variables that a login needs. */
  readonly login: Readonly<Record<string, string>>
  /** Where it is kept. */
  readonly file: string
  stored(): { accessToken: string; refreshToken: string; expiresAt: number }
}

/** A sandbox that takes the realm's tokens and has one invitation; no credential is in the environment. */
async function placeOf(t: Test, { url, realm }: Keycloak, clientId: string): Promise<Place> {
  const issuer = `${url}/realms/${realm}`
  const place = await world(t, '', [invitation(1, 'ann@acme.example')], { issuer })
  const config = join(place.folder, 'config')
  const login = {
    BIMDATA_API_KEY: '',
    BIMDATA_IAM_URL: issuer,
    BIMDATA_CLIENT_ID: clientId,
    GUESTLIST_CONFIG_DIR: config,
    // What would open the address does nothing: the test's own browser does.
    BROWSER: 'true',
  }
  const file = join(config, 'logins.json')
  const stored = () => JSON.parse(readFileSync(file, 'utf8')).logins[0]
  return { ...place, login, file, stored }
}

const LIST = ['invitations', 'list', '--json', '--retries', '0']

async function clientCredentials(t: Test, keycloak: Keycloak): Promise<void> {
  const place = await placeOf(t, keycloak, 'app')
  const env = { ...place.login, BIMDATA_CLIENT_SECRET: 'app-secret', BIMDATA_SCOPE: 'org:manage' }
  const { code, stdout, stderr } = await place.run(LIST, { env })
  t.equal(code, 0, stderr)
  t.match(stdout, 'ann@acme.example')
}

async function wrongClients(t: Test, keycloak: Keycloak): Promise<void> {
  const cases: readonly (readonly [string, string, string, string, RegExp])[] = [
    ['a wrong secret', 'app', 'wrong', '', /The secret is not the one of this client: check BIMDATA_CLIENT_SECRET\./],
    ['a disabled client', 'disabled', 'disabled-secret', '', /or it is disabled, .*enable the client/s],
    ['no such client', 'ghost', 'x-secret', '', /There is no such client/],
    [
      'no service account',
      'no-service-account',
      'no-service-account-secret',
      '',
      /Enable "Service accounts roles" for this client in Keycloak/,
    ],
    ['an unknown scope', 'app', 'app-secret', 'org:mange', /Invalid scopes: org:mange.*set BIMDATA_SCOPE/s],
  ]
  const place = await placeOf(t, keycloak, 'app')
  for (const [name, id, secret, scope, says] of cases) {
    const client = { BIMDATA_CLIENT_ID: id, BIMDATA_CLIENT_SECRET: secret, BIMDATA_SCOPE: scope }
    const { code, stdout, stderr } = await place.call(LIST, { ...place.login, ...client })
    t.equal(code, 1, name)
    t.equal(stdout, '', name)
    t.match(stderr, says, name)
    t.notMatch(stderr, /app-secret|disabled-secret|account-secret/, 'no secret is shown')
  }
  const elsewhere = { ...place.login, BIMDATA_IAM_URL: `${keycloak.url}/realms/nowhere`, BIMDATA_CLIENT_SECRET: 'x' }
  t.match((await place.call(LIST, elsewhere)).stderr, /HTTP 404.*Check BIMDATA_IAM_URL/s, 'no such realm')
  t.strictSame(place.sandbox.calls(), [], 'the API was never asked')
}

/** That Keycloak demands it, so that the login below shows that it is sent. */
async function deviceChallenge(t: Test, { url, realm }: Keycloak): Promise<void> {
  const answer = await fetch(`${url}/realms/${realm}/protocol/openid-connect/auth/device`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'guestlist-public', scope: 'openid' }),
  })
  t.equal(answer.status, 400)
  t.match(await answer.text(), /Missing parameter: code_challenge_method/)
}

/** Runs a login as a process; `person` is given the address that it shows. */
async function logIn(place: Place, args: readonly string[], person: (address: string) => Promise<void>): Promise<Ran> {
  let told = ''
  let acted: Promise<void> | null = null
  const ran = await guestlist(['login', ...args], {
    cwd: place.folder,
    env: { ...place.env, ...place.login },
    onErr(text) {
      told += text
      const [address] = /http:\S+/.exec(told) ?? []
      if (address !== undefined && told.includes(`${address}\n`)) acted ??= person(address)
    },
  })
  await acted
  return ran
}

/** Keycloak's own sign-in page. */
async function signIn(page: Page, { name, password }: Person): Promise<void> {
  await page.fill('#username', name)
  await page.fill('#password', password)
  await page.click('#kc-login')
}

async function browserLogin(t: Test, keycloak: Keycloak, browser: Browser, person: Person): Promise<void> {
  const place = await placeOf(t, keycloak, 'guestlist-public')
  const page = await (await browser.newContext()).newPage()
  const ran = await logIn(place, ['--redirect-uri', 'http://127.0.0.1:0/oidc-callback'], async address => {
    await page.goto(address)
    await signIn(page, person)
    await page.getByText('You are signed in').waitFor()
  })
  t.equal(ran.code, 0, ran.stderr)
  t.match(ran.stdout, /^Logged in to http:.*\/auth\/realms\/bimdata for http:/)
  t.match(page.url(), /^http:\/\/127\.0\.0\.1:\d+\/oidc-callback\?/)

  const first = place.stored()
  t.match((await place.run(LIST, { env: place.login })).stdout, 'ann@acme.example', 'with the login alone')
  t.match((await place.run(['auth', 'status'], { env: place.login })).stdout, /login/)

  await sleep(Math.max(0, first.expiresAt - Date.now()) + 1000)
  const refreshed = await place.run(LIST, { env: place.login })
  t.equal(refreshed.code, 0, refreshed.stderr)
  t.not(place.stored().accessToken, first.accessToken, 'its access token had ended, and was refreshed')

  t.equal(await person.sessions(), 1)
  const out = await place.run(['logout'], { env: place.login })
  t.equal(out.code, 0, out.stderr)
  t.match(out.stdout, /the tokens are revoked and deleted/)
  t.equal(await person.sessions(), 0, 'the session has ended at the server')
  t.match((await place.run(LIST, { env: place.login })).stderr, /There are no credentials/)
}

async function deviceLogin(t: Test, keycloak: Keycloak, browser: Browser, person: Person): Promise<void> {
  const place = await placeOf(t, keycloak, 'guestlist-public')
  const page = await (await browser.newContext()).newPage()
  const ran = await logIn(place, ['--device'], async address => {
    await page.goto(address)
    await signIn(page, person)
    await page.click('[name=accept]')
    await page.getByText('Device Login Successful').waitFor()
  })
  t.equal(ran.code, 0, ran.stderr)
  t.match((await place.run(LIST, { env: place.login })).stdout, 'ann@acme.example', 'with the login alone')

  await person.endSessions()
  const logins = JSON.parse(readFileSync(place.file, 'utf8'))
  for (const login of logins.logins) login.expiresAt = 0
  writeFileSync(place.file, JSON.stringify(logins))
  const { code, stderr } = await place.run(LIST, { env: place.login })
  t.equal(code, 1)
  t.match(stderr, /Refreshing the login: .*invalid_grant.*The login has ended or was revoked\. Run `guestlist login`/s)
  t.notOk(stderr.includes(place.stored().refreshToken), 'no token is shown')
}

async function deviceDeclined(t: Test, keycloak: Keycloak, browser: Browser, person: Person): Promise<void> {
  const place = await placeOf(t, keycloak, 'guestlist-public')
  const page = await (await browser.newContext()).newPage()
  const { code, stdout, stderr } = await logIn(place, ['--device'], async address => {
    await page.goto(address)
    await signIn(page, person)
    await page.click('[name=cancel]')
  })
  t.match({ code, stdout }, { code: 1, stdout: '' })
  t.match(stderr, 'The sign-in was declined. Run `guestlist login` again to try once more.')
  t.notOk(existsSync(place.file), 'nothing is kept')
}

async function unknownScope(t: Test, keycloak: Keycloak, browser: Browser): Promise<void> {
  const place = await placeOf(t, keycloak, 'guestlist-public')
  const scoped = { ...place, login: { ...place.login, BIMDATA_SCOPE: 'openid org:mange' } }
  const page = await (await browser.newContext()).newPage()
  const args = ['--redirect-uri', 'http://127.0.0.1:0/oidc-callback']
  const ran = await logIn(scoped, args, async address => void (await page.goto(address)))
  t.equal(ran.code, 1)
  t.match(ran.stderr, /Invalid scopes: openid org:mange.*set BIMDATA_SCOPE/s)
  t.match((await page.textContent('body')) ?? '', /The sign-in failed/)
}
