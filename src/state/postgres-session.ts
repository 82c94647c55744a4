import pg from 'pg'
import { GuestlistError } from '../model/error.js'
import type { PostgresConfig } from './postgres-config.js'
import { postgresError } from './postgres-error.js'

/** One connection. Every failure of a query is a GuestlistError. */
export interface Session {
  /** Of the process that serves this connection, as the server said when it began. */
  readonly announcedPid: number
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[], timeoutMs?: number): Promise<Row[]>
  /** Called once, when the connection ends without `close`. */
  onEnd(listener: (why: GuestlistError) => void): void
  close(): Promise<void>
}

/**
 * The server ends a connection that is silent for ten seconds, and one that does not take what it is sent: so the lock of
 * a machine that is gone does not stay, and a holder, which stops within three seconds of silence, has stopped before.
 * A server before PostgreSQL 14 has no idle_session_timeout; the network's settings do it there.
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

/** The package's types leave the time-out of one query out. */
interface TimedQuery extends pg.QueryConfig {
  readonly query_timeout: number
}

/** Connects, or throws a GuestlistError. `where`: host, port and database, for people. */
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

/** 42704: a setting that this server does not have. */
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
    // As a function, or the package would look for one by itself: in the variables of the process, and in ~/.pgpass.
    password: () => password ?? '',
    application_name: config.applicationName,
    ...(config.options === null ? {} : { options: config.options }),
    ssl: tls ?? false,
    connectionTimeoutMillis: config.connectTimeoutMs,
    keepAlive: true,
  })
  // Until somebody listens: an error without a listener would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

/** What the package's types leave out. */
interface Connected extends pg.Client {
  readonly processID?: number
}

/** How long a server is given to take leave that says nothing any more. */
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
