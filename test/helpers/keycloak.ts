import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const VERSION = '26.4.0'
const REALM_FILE = fileURLToPath(new URL('../keycloak/fixtures/realm.json', import.meta.url))

/** Where Maven keeps what `.ci/run` fetched: the official distribution. */
const ZIP = join(
  homedir(),
  `.m2/repository/org/keycloak/keycloak-quarkus-dist/${VERSION}/keycloak-quarkus-dist-${VERSION}.zip`,
)

/** A Keycloak of its own, in memory, with the realm of test/keycloak/fixtures/realm.json below the base path /auth. */
export interface Keycloak {
  /** With the base path, without a slash at its end. */
  readonly url: string
  readonly realm: string
  /** The folder of Keycloak's own tools. */
  readonly tools: string
  /** What its administrator may do: a call of the admin API. The answer's JSON, null where it has no body. */
  admin(method: string, path: string, body?: object): Promise<unknown>
}

/**
 * Starts it once for all tests: it takes half a minute and 500 MB. Where it cannot be had, null, and it is said plainly that what needs it is left out;
 * with `TESTS_REQUIRE_KEYCLOAK=1`, as in CI, that is a failure.
 */
export async function startKeycloak(t: Test): Promise<Keycloak | null> {
  if (!existsSync(ZIP) || !hasJava()) {
    const message = `left out: Keycloak ${VERSION} is not on this machine (.ci/run fetches it; it needs Java 17 or later)`
    if (process.env.TESTS_REQUIRE_KEYCLOAK === '1') t.fail(message)
    else t.comment(message)
    return null
  }
  const home = unpack()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/auth`
  const child = spawn(
    join(home, 'bin', 'kc.sh'),
    [
      'start-dev',
      '--import-realm',
      '--db=dev-mem',
      `--http-port=${port}`,
      '--http-host=127.0.0.1',
      '--http-relative-path=/auth',
    ],
    {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        // It runs for a minute: optimizing its code would take longer than it saves.
        JAVA_OPTS_APPEND: '-Xmx512m -XX:TieredStopAtLevel=1',
        KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
        KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  )
  const output: string[] = []
  child.stdout?.on('data', chunk => output.push(String(chunk)))
  child.stderr?.on('data', chunk => output.push(String(chunk)))
  t.teardown(() => {
    stop(child)
    rmSync(home, { recursive: true, force: true })
  })
  await ready(url, child, output)
  await addScope(url)
  return {
    url,
    realm: 'bimdata',
    tools: join(home, 'bin'),
    admin: (method, path, body) => callAdmin(url, method, path, body),
  }
}

function hasJava(): boolean {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A copy for this run: Keycloak writes into its own folder. */
function unpack(): string {
  const folder = mkdtempSync(join(tmpdir(), 'guestlist-keycloak-'))
  execFileSync('unzip', ['-q', ZIP, '-d', folder])
  const home = join(folder, `keycloak-${VERSION}`)
  mkdirSync(join(home, 'data', 'import'), { recursive: true })
  copyFileSync(REALM_FILE, join(home, 'data', 'import', 'bimdata-realm.json'))
  return home
}

export function freePort(): Promise<number> {
  const server = createServer()
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    }),
  )
}

/** Java does not listen to the shell's end: the whole group is ended. */
function stop(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

const START_SECONDS = 300

async function ready(url: string, child: ChildProcess, output: readonly string[]): Promise<void> {
  for (let tries = 0; tries < START_SECONDS * 2; tries++) {
    if (child.exitCode !== null) break
    const answer = await fetch(`${url}/realms/bimdata/.well-known/openid-configuration`).catch(() => null)
    if (answer?.ok) return
    await sleep(500)
  }
  stop(child)
  throw new Error(`Keycloak did not start:\n${output.join('').slice(-4000)}`)
}

/** The scope that BIMData's API asks for. Not in the realm's file, where it would displace Keycloak's own scopes. */
async function addScope(url: string): Promise<void> {
  const name = 'org:manage'
  await callAdmin(url, 'POST', '/client-scopes', {
    id: name,
    name,
    protocol: 'openid-connect',
    attributes: { 'include.in.token.scope': 'true' },
  })
  const clients = (await callAdmin(url, 'GET', '/clients')) as { id: string; clientId: string }[]
  for (const { id, clientId } of clients)
    if (['app', 'guestlist-public'].includes(clientId))
      await callAdmin(url, 'PUT', `/clients/${id}/optional-client-scopes/${name}`)
}

async function callAdmin(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const token = await adminToken(url)
  const answer = await fetch(`${url}/admin/realms/bimdata${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

async function adminToken(url: string): Promise<string> {
  const answer = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

/** The variables of a client of the realm file, for leftovers. */
export function account(clientId: string): Record<string, string> {
  const { clients } = JSON.parse(readFileSync(REALM_FILE, 'utf8')) as {
    clients: { clientId: string; secret?: string }[]
  }
  const secret = clients.find(client => client.clientId === clientId)?.secret ?? ''
  return { KEYCLOAK_CLIENT_ID: clientId, KEYCLOAK_CLIENT_SECRET: secret }
}
