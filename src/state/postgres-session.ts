import pg from 'pg'
import { GuestlistError } from '../model/error.js'
import type { PostgresConfig } from './postgres-config.js'
import { postgresError } from './postgres-error.js'

/** One connection. Every failure of a query is a GuestlistError. */
export interface Session {
  /** Process id that the server announced when the connection was made. */
  readonly announcedPid: number
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[], timeoutMs?: number): Promise<Row[]>
  /** Called once if the connection ends without `close`. */
  onEnd(listener: (why: GuestlistError) => void): void
  close(): Promise<void>
}

/**
 * The server drops a connection that is silent for ten seconds or does not acknowledge data. So a machine that disappeared does
 * not keep its lock, and a holder, which stops after three seconds of silence, has stopped by then.
 * Before PostgreSQL 14 there is no idle_session_timeout; there the TCP settings have this effect.
 */
const SETTINGS = `
  SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '5', false),
    set_config('tcp_keepalives_count', '2', false), set_config('idle_in_transaction_session_timeout', '10s', false),
    set_config('statement_timeout', '30s', false), set_config('lock_timeout', '5s', false),
    set_config('client_min_messages', 'warning', false)`
const NEWER_SETTINGS = [
  `SELECT set_config('tcp_user_timeout', '10s', false)`,
  `SELECT set_config('idle_session_timeout', '10s', false)`,
]

/** The package's types lack the time-out for a single query. */
interface TimedQuery extends pg.QueryConfig {
  readonly query_timeout: number
}

/** Connects, or throws a GuestlistError. `where`: host, port and database, for messages. */
export type OpenSession = (config: PostgresConfig, where: string) => Promise<Session>

export const openSession: OpenSession = async (config, where) => {
  const client = await connect(config, where)
  const session = sessionOf(client, where)
  try {
    await session.query(SETTINGS)
    for (const setting of NEWER_SETTINGS) await session.query(setting).catch(unlessUnknown)
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

/** 42704: the server does not know this setting. */
function unlessUnknown(error: unknown): void {
  const cause = error instanceof GuestlistError ? error.cause : error
  if (!(cause instanceof pg.DatabaseError) || cause.code !== '42704') throw error
}

async function connect(config: PostgresConfig, where: string): Promise<pg.Client> {
  try {
    return await connectOnce(config, config.tls)
  } catch (error) {
    const without = error instanceof Error && error.message === 'The server does not support SSL connections'
    if (!without || !config.tlsOptional) throw postgresError(error, where)
    return connectOnce(config, null).catch(error => {
      throw postgresError(error, where)
    })
  }
}

async function connectOnce(config: PostgresConfig, tls: PostgresConfig['tls']): Promise<pg.Client> {
  const { host, port, user, database, password } = config
  const client = new pg.Client({
    host,
    port,
    user,
    database,
    // A function, because otherwise the package would look for a password itself, in process variables and ~/.pgpass.
    password: () => password ?? '',
    application_name: config.applicationName,
    ...(config.options === null ? {} : { options: config.options }),
    ssl: tls ?? false,
    connectionTimeoutMillis: config.connectTimeoutMs,
    keepAlive: true,
  })
  // An error without a listener would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

/** The package's types lack this member. */
interface Connected extends pg.Client {
  readonly processID?: number
}

/** How long to wait for a server that no longer responds when closing. */
const GOODBYE_MS = 2_000

async function close(client: Connected): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), GOODBYE_MS)
  await client.end().catch(() => {})
  clearTimeout(timer)
}

function sessionOf(client: Connected, where: string): Session {
  let closing: Promise<void> | null = null
  return {
    announcedPid: client.processID ?? 0,
    async query(text, values = [], timeoutMs = 30_000) {
      try {
        const query: TimedQuery = { text, values: [...values], query_timeout: timeoutMs }
        return (await client.query(query)).rows
      } catch (error) {
        throw postgresError(error, where)
      }
    },
    onEnd(listener) {
      let reported = false
      const report = (error: unknown) => {
        if (reported || closing !== null) return
        reported = true
        listener(postgresError(error, where))
      }
      client.once('error', report)
      client.once('end', () => report(new Error('the connection ended')))
    },
    close: () => (closing ??= close(client)),
  }
}
