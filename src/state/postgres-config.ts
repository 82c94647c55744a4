import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { GuestlistError } from '../model/error.js'
import { reasonOf } from '../system/errno.js'
import { type PasswordTarget, passwordIn } from './postgres-passfile.js'

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type SslMode = (typeof SSL_MODES)[number]

/** How to connect to the database. `password` is a secret. */
export interface PostgresConfig {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password: string | null
  readonly applicationName: string
  /** `-c name=value …`, for the server. */
  readonly options: string | null
  readonly connectTimeoutMs: number
  /** Null means no TLS. */
  readonly tls: ConnectionOptions | null
  /** Whether to fall back to an unencrypted connection (`prefer`). */
  readonly tlsOptional: boolean
}

/** libpq's settings by their name in a URL, with the variable for each. */
const VARIABLES = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  dbname: 'PGDATABASE',
  application_name: 'PGAPPNAME',
  options: 'PGOPTIONS',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
} as const

type SettingName = keyof typeof VARIABLES
type PostgresSettings = Readonly<Partial<Record<SettingName, string>>>

/** Not supported. They would change which server is trusted or reached, so setting one is an error rather than ignored. */
const UNSUPPORTED: Readonly<Record<string, readonly string[]>> = {
  PGHOSTADDR: [],
  PGSERVICE: [],
  PGSERVICEFILE: [],
  PGREQUIREAUTH: [],
  PGREQUIRESSL: ['0'],
  PGREQUIREPEER: [],
  PGSSLCRL: [],
  PGSSLCRLDIR: [],
  PGSSLCERTMODE: ['allow', 'disable'],
  PGSSLNEGOTIATION: ['postgres'],
  PGSSLSNI: ['1'],
  PGSSLMINPROTOCOLVERSION: ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
  PGSSLMAXPROTOCOLVERSION: ['TLSv1.3'],
  PGCHANNELBINDING: ['disable', 'prefer'],
  PGGSSENCMODE: ['disable', 'prefer'],
  PGGSSDELEGATION: ['0'],
  // The server must accept writes anyway.
  PGTARGETSESSIONATTRS: ['any', 'read-write', 'primary', 'prefer-standby'],
  PGLOADBALANCEHOSTS: ['disable'],
}

const POSTGRES_URL = 'GUESTLIST_STATE_POSTGRES'

/**
 * Reads the environment only: the URL in `GUESTLIST_STATE_POSTGRES`, and libpq's variables for what the URL leaves out:
 * https://www.postgresql.org/docs/current/libpq-envars.html. Files in ~/.postgresql are not read; ~/.pgpass is.
 *
 * Without `sslmode`, local servers get libpq's default (`prefer`) and remote ones `verify-full`, which is stricter.
 *
 * @throws GuestlistError `config`
 */
export function postgresConfigOf(env: NodeJS.ProcessEnv): PostgresConfig {
  refuseUnsupported(env)
  const settings = { ...ofEnvironment(env), ...ofUrl(env[POSTGRES_URL] ?? '') }
  const { host, dbname } = settings
  if (host === undefined && dbname === undefined) {
    throw config(
      `The postgres state has no connection. Set ${POSTGRES_URL} (postgres://user@host/database), or PGHOST.`,
    )
  }
  const where = { host: hostOf(host ?? 'localhost'), port: portOf(settings.port ?? '5432') }
  const user = settings.user ?? userInfo().username
  const database = dbname ?? user
  const mode = modeOf(settings.sslmode, where.host)
  return {
    ...where,
    user,
    database,
    password: settings.password ?? passwordOf(settings, { ...where, user, database }, env),
    applicationName: settings.application_name ?? 'guestlist',
    options: settings.options ?? null,
    connectTimeoutMs: timeoutOf(settings.connect_timeout ?? '10'),
    tls: mode === 'disable' || isSocket(where.host) ? null : tlsOf(mode, settings, where.host),
    tlsOptional: mode === 'prefer',
  }
}

const isSocket = (host: string): boolean => host.startsWith('/')

const isLocal = (host: string): boolean =>
  isSocket(host) || host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

function refuseUnsupported(env: NodeJS.ProcessEnv): void {
  for (const [name, harmless] of Object.entries(UNSUPPORTED)) {
    const value = env[name] ?? ''
    if (value === '' || harmless.includes(value)) continue
    throw config(`${name} is set, and guestlist does not support it. Unset it, or put its value in ${POSTGRES_URL}.`)
  }
}

function ofEnvironment(env: NodeJS.ProcessEnv): PostgresSettings {
  const set = Object.entries(VARIABLES).filter(([, variable]) => (env[variable] ?? '') !== '')
  return Object.fromEntries(set.map(([name, variable]) => [name, env[variable]]))
}

/** `postgres://user:password@host:port/database?sslmode=…`; a socket folder is given as `?host=/folder`. */
function ofUrl(text: string): PostgresSettings {
  if (text === '') return {}
  // The value is not shown: it may hold a password.
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
    throw config(`${POSTGRES_URL} is not a URL such as postgres://user@host:5432/database?sslmode=verify-full.`)
  }
  const url = new URL(text)
  if (url.hash !== '') throw config(`${POSTGRES_URL} contains a #, after which all would be ignored: write it as %23.`)
  const empty = [...url.searchParams].find(([, value]) => value === '')
  if (empty !== undefined)
    throw config(`${POSTGRES_URL} sets ${empty[0]} to nothing: give it a value, or leave it out.`)
  const parts: [string, string][] = [
    ['host', url.hostname.replace(/^\[(.*)\]$/, '$1')],
    ['port', url.port],
    ['user', url.username],
    ['password', url.password],
    ['dbname', url.pathname.slice(1)],
  ]
  const decoded = parts.map(([name, value]): [string, string] => [name, decodeOf(value)])
  const all = [...decoded, ...url.searchParams].filter(([, value]) => value !== '')
  const unknown = all.find(([name]) => !(name in VARIABLES))
  if (unknown !== undefined) {
    throw config(
      `${POSTGRES_URL}: guestlist does not support the parameter ${JSON.stringify(unknown[0])}. ` +
        `Those that it knows: ${Object.keys(VARIABLES).join(', ')}.`,
    )
  }
  const twice = all.find(([name], index) => all.findIndex(([other]) => other === name) !== index)
  if (twice !== undefined) throw config(`${POSTGRES_URL} sets ${twice[0]} twice.`)
  return Object.fromEntries(all)
}

function decodeOf(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw config(`${POSTGRES_URL} contains a % that begins no escape: write it as %25.`)
  }
}

function hostOf(host: string): string {
  if (!/[,\s]/.test(host)) return host
  throw config(`The state has several hosts (${JSON.stringify(host)}), and guestlist takes one.`)
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65_535) return port
  throw config(`The port of the state's database is ${JSON.stringify(text)}: it must be a number from 1 to 65535.`)
}

/** In libpq, 0 means to wait forever, which a run that others are waiting for must not do. */
function timeoutOf(text: string): number {
  if (!/^\d{1,4}$/.test(text))
    throw config(`connect_timeout is ${JSON.stringify(text)}: it must be a number of seconds.`)
  return (Number(text) || 10) * 1000
}

function modeOf(text: string | undefined, host: string): SslMode {
  if (text === undefined) return isLocal(host) ? 'prefer' : 'verify-full'
  const mode = SSL_MODES.find(known => known === text)
  if (mode !== undefined) return mode
  throw config(`sslmode is ${JSON.stringify(text)}: it must be one of ${SSL_MODES.join(', ')}.`)
}

/**
 * | sslmode | encrypted | the certificate's authority | its name |
 * | --- | --- | --- | --- |
 * | disable | no | | |
 * | prefer | if the server supports it | not checked | not checked |
 * | require | yes | checked if sslrootcert is set | not checked |
 * | verify-ca | yes | checked | not checked |
 * | verify-full | yes | checked | checked |
 *
 * The authority is the one in sslrootcert, or otherwise those that Node.js trusts (also with sslrootcert=system).
 */
function tlsOf(mode: SslMode, { sslrootcert, sslcert, sslkey }: PostgresSettings, host: string): ConnectionOptions {
  const ownRoot = sslrootcert !== undefined && sslrootcert !== 'system'
  if (sslrootcert === 'system' && mode !== 'verify-full') {
    throw config(`sslrootcert=system needs sslmode=verify-full, not ${mode}: anybody can have a certificate of these.`)
  }
  if ((sslcert === undefined) !== (sslkey === undefined)) throw config('sslcert and sslkey go together: set both.')
  const verified = mode === 'verify-full' || mode === 'verify-ca' || (mode === 'require' && ownRoot)
  return {
    rejectUnauthorized: verified,
    ...(verified && ownRoot ? { ca: authorityOf(sslrootcert) } : {}),
    ...(sslcert === undefined ? {} : { cert: fileOf('sslcert', sslcert) }),
    ...(sslkey === undefined ? {} : { key: fileOf('sslkey', sslkey) }),
    ...(mode === 'verify-full' ? { host } : { checkServerIdentity: () => undefined }),
  }
}

/** Node would accept a file without certificates as an authority that signed nothing. */
function authorityOf(path: string): Buffer {
  const bytes = fileOf('sslrootcert', path)
  if (bytes.includes('CERTIFICATE-----')) return bytes
  throw config(`The file of sslrootcert, ${path}, contains no certificate in PEM.`)
}

function fileOf(name: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw config(`The file of ${name}, ${path}, cannot be read: ${reasonOf(error)}.`)
  }
}

function passwordOf({ passfile }: PostgresSettings, target: PasswordTarget, env: NodeJS.ProcessEnv): string | null {
  const path = passfile ?? join(env.HOME ?? homedir(), '.pgpass')
  try {
    return passwordIn(path, target)
  } catch (error) {
    if (passfile === undefined && error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw config(`The password file ${path} cannot be used: ${reasonOf(error)}.`)
  }
}

function config(message: string): GuestlistError {
  return new GuestlistError('state-config', message)
}
