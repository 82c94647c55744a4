import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Test } from 'tap'

/** Debian does not put the server's programs on PATH. */
function programsOf(): string | null {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map(version => join(root, version, 'bin')), ...(process.env.PATH ?? '').split(':')]
  return folders.find(folder => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null
}

const PROGRAMS = programsOf()
const NOBODY = 65_534

/** PostgreSQL refuses to run as root. */
const unprivileged = (command: string, args: readonly string[]): [string, string[]] =>
  process.getuid?.() === 0
    ? ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', command, ...args]]
    : [command, [...args]]

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export interface Postgres {
  readonly port: number
  readonly folder: string
  /** Creates a database, and returns `PG…` variables for its owner. */
  database(): Promise<PgEnv>
  /** As the superuser. */
  sql(text: string, database?: string): Promise<pg.QueryResult>
  stop(): Promise<void>
  start(): Promise<void>
}

export type PgEnv = Readonly<
  Record<'PGHOST' | 'PGPORT' | 'PGUSER' | 'PGPASSWORD' | 'PGDATABASE', string> & { readonly HOME: string }
>

/** A server for this test. Null, with a comment, if PostgreSQL is not installed; an error if it is required. */
export async function startPostgres(t: Test, settings: readonly string[] = []): Promise<Postgres | null> {
  if (PROGRAMS === null) {
    if (process.env.TESTS_REQUIRE_POSTGRES === '1') throw new Error('PostgreSQL is required and not installed')
    t.comment('LEFT OUT: PostgreSQL is not installed (Debian: apt-get install postgresql)')
    return null
  }
  const folder = ownedFolder('guestlist-pg-')
  const data = join(folder, 'data')
  writeFileSync(join(folder, 'password'), 'super-secret')
  own(join(folder, 'password'))
  const init = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${folder}/password`,
    '--no-sync',
    '-E',
    'UTF8',
  ]
  execFileSync(...unprivileged(join(PROGRAMS, 'initdb'), [...init, '--locale=C.UTF-8']), { stdio: 'pipe', cwd: folder })
  const port = await freePort()
  let server: ChildProcess | null = null
  const sql = async (text: string, database = 'postgres') => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: 'super-secret', database })
    await client.connect()
    return client.query(text).finally(() => client.end())
  }
  const start = async () => {
    const options = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      'fsync=off',
      'max_connections=50',
    ]
    const args = ['-D', data, '-p', String(port), ...[...options, ...settings].flatMap(option => ['-c', option])]
    server = spawn(...unprivileged(join(PROGRAMS, 'postgres'), args), { stdio: 'ignore', cwd: folder })
    for (let tries = 0; ; tries++) {
      try {
        await sql('SELECT 1')
        return
      } catch (error) {
        if (tries > 300) throw error
        await sleep(50)
      }
    }
  }
  const stop = async () => {
    const running = server
    server = null
    if (running === null || running.exitCode !== null) return
    const ended = new Promise(resolve => running.once('exit', resolve))
    running.kill('SIGINT')
    await ended
  }
  await start()
  t.teardown(async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  })
  let databases = 0
  return {
    port,
    folder,
    sql,
    stop,
    start,
    async database() {
      const name = `guests${++databases}`
      await sql(`CREATE ROLE ${name} LOGIN PASSWORD 's3cr:et@/'`)
      await sql(`CREATE DATABASE ${name} OWNER ${name}`)
      return {
        PGHOST: '127.0.0.1',
        PGPORT: String(port),
        PGUSER: name,
        PGPASSWORD: 's3cr:et@/',
        PGDATABASE: name,
        HOME: folder,
      }
    },
  }
}

function ownedFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  chmodSync(folder, 0o755)
  own(folder)
  return folder
}

function own(path: string): void {
  if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY)
}

const POOLER = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find(existsSync)

/** PgBouncer in front of a server. Null, with a comment, if it is not installed. */
export async function startPgBouncer(t: Test, server: PgEnv, mode: 'transaction' | 'session'): Promise<PgEnv | null> {
  if (POOLER === undefined) {
    if (process.env.TESTS_REQUIRE_POSTGRES === '1') throw new Error('PgBouncer is required and not installed')
    t.comment('LEFT OUT: PgBouncer is not installed (Debian: apt-get install pgbouncer)')
    return null
  }
  const folder = ownedFolder('guestlist-bouncer-')
  const port = await freePort()
  writeFileSync(join(folder, 'users.txt'), `"${server.PGUSER}" "${server.PGPASSWORD}"\n`)
  writeFileSync(
    join(folder, 'bouncer.ini'),
    `[databases]
* = host=127.0.0.1 port=${server.PGPORT}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = scram-sha-256
auth_file = ${folder}/users.txt
pool_mode = ${mode}
unix_socket_dir =
`,
  )
  const [command, args] = unprivileged(POOLER, ['-q', join(folder, 'bouncer.ini')])
  const child = spawn(command, args, { stdio: 'ignore' })
  t.teardown(async () => {
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  const env = { ...server, PGPORT: String(port) }
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: env.PGUSER,
      password: env.PGPASSWORD,
      database: env.PGDATABASE,
    })
    try {
      await client.connect()
      await client.end()
      return env
    } catch (error) {
      if (tries > 100) throw error
      await sleep(50)
    }
  }
}

/** A proxy to the server on loopback whose connections can be cut without either end noticing. */
export async function startSilentProxy(t: Test, port: number): Promise<{ port: number; freeze(): void; cut(): void }> {
  const { connect } = await import('node:net')
  let frozen = false
  const sockets = new Set<import('node:net').Socket>()
  const proxy = createServer(inside => {
    const outside = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(from)
      from.on('data', bytes => {
        if (!frozen) to.write(bytes)
      })
      from.on('error', () => {})
      from.on('close', () => {
        if (!frozen) to.destroy()
      })
    }
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  t.teardown(() => {
    cut()
    proxy.close()
  })
  return {
    port: address.port,
    freeze: () => {
      frozen = true
    },
    cut,
  }
}
