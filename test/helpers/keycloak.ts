import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

/** A Keycloak of its own, with the realm of test/keycloak/fixtures/realm.json below the base path /auth. */
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
 * Starts it once for all tests: a copy of one that is prepared once for this machine. Where it cannot be had, null, and it is said plainly that
 * what needs it is left out; with `TESTS_REQUIRE_KEYCLOAK=1`, as in CI, that is a failure.
 */
export async function startKeycloak(t: Test): Promise<Keycloak | null> {
  if (!existsSync(ZIP) || !hasJava()) {
    const message = `left out: Keycloak ${VERSION} is not on this machine (.ci/run fetches it; it needs Java 17 or later)`
    if (process.env.TESTS_REQUIRE_KEYCLOAK === '1') t.fail(message)
    else t.comment(message)
    return null
  }
  const folder = mkdtempSync(join(tmpdir(), 'guestlist-keycloak-'))
  // Before anything is begun: tap's time-out runs it too.
  const started: Server[] = []
  t.teardown(() => {
    for (const server of started) server.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  const home = join(folder, 'keycloak')
  cpSync(await prepared(started), home, { recursive: true, preserveTimestamps: true })
  const { url } = await start(home, started)
  return {
    url,
    realm: 'bimdata',
    tools: join(home, 'bin'),
    admin: (method, path, body) => callAdmin(url, method, path, body),
  }
}

/** It runs for a minute: optimizing its code would take longer than it saves. */
const JAVA_OPTS =
  '-Xms256m -Xmx512m -XX:MetaspaceSize=96M -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.security.egd=file:/dev/urandom'
const BUILD = ['build', '--db=dev-file', '--http-relative-path=/auth']
const START = [
  ...['start', '--optimized', '--cache=local', '--http-enabled=true', '--hostname-strict=false'],
  '--http-host=127.0.0.1',
]

/** Keycloak as it was prepared depends on nothing else. */
const KEY = createHash('sha256')
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .update(readFileSync(REALM_FILE))
  .digest('hex')
  .slice(0, 16)

/**
 * Keycloak's folder with its options built in, its database made, and the realm imported, which take three quarters of the time from the
 * archive to the first answer. Made where there is none, beside the archive: it is there whole, under its name, or not at all.
 */
async function prepared(started: Server[]): Promise<string> {
  const beside = dirname(ZIP)
  const home = join(beside, `prepared-${KEY}`)
  if (existsSync(home)) return home
  for (const name of readdirSync(beside)) {
    const other = join(beside, name)
    if (name.startsWith('prepared-') && statSync(other).mtimeMs < Date.now() - DAY) rmSync(other, { recursive: true })
  }
  const folder = mkdtempSync(join(beside, 'prepared-new-'))
  try {
    execFileSync('unzip', ['-q', ZIP, '-d', folder])
    const made = join(folder, `keycloak-${VERSION}`)
    mkdirSync(join(made, 'data', 'import'), { recursive: true })
    copyFileSync(REALM_FILE, join(made, 'data', 'import', 'bimdata-realm.json'))
    execFileSync(join(made, 'bin', 'kc.sh'), BUILD, { env: environment(made), stdio: 'pipe' })
    const server = await start(made, started, ['--import-realm'])
    await addScope(server.url)
    await server.end()
    renameSync(made, home)
  } catch (error) {
    // Another run was faster.
    if (!existsSync(home)) throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return home
}

const DAY = 86_400_000

const environment = (home: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: home,
  JAVA_OPTS,
  KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
  KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
})

interface Server {
  readonly url: string
  /** Gives it time to close its database. */
  end(): Promise<void>
  kill(): void
}

/** A server of this folder, when it answers; among the `started` ones from its first moment on. */
async function start(home: string, started: Server[], more: readonly string[] = []): Promise<Server> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/auth`
  const child = spawn(join(home, 'bin', 'kc.sh'), [...START, `--http-port=${port}`, ...more], {
    env: environment(home),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const output: string[] = []
  child.stdout.on('data', chunk => output.push(String(chunk)))
  child.stderr.on('data', chunk => output.push(String(chunk)))
  const server: Server = {
    url,
    end: async () => {
      const ended = once(child, 'close')
      stop(child, 'SIGTERM')
      await ended
    },
    kill: () => stop(child, 'SIGKILL'),
  }
  started.push(server)
  await ready(url, child, output)
  return server
}

function hasJava(): boolean {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
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
function stop(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
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
  stop(child, 'SIGKILL')
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
