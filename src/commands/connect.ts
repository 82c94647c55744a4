import { type Client, createClient } from '../client/api.js'
import { chooseCredentials } from '../client/credentials.js'
import type { StartVisit } from '../execute/api.js'
import { type Clock, systemClock } from '../execute/clock.js'
import { createGate, type Gate } from '../execute/gate.js'
import { DEFAULT_RETRY, type RetryPolicy, readWithRetries } from '../execute/retry.js'
import { VERSION } from '../version.js'
import type { Io } from './io.js'
import { createLog, type Log } from './log.js'
import type { Flags } from './options.js'

export const DEFAULT_API_URL = 'https://api.bimdata.io'

export interface Connection {
  readonly client: Client
  readonly clock: Clock
  readonly gate: Gate
  readonly policy: RetryPolicy
  readonly log: Log
  /** The list, read as often as the policy allows. */
  list(start: StartVisit, status?: string): Promise<void>
}

/** @throws ApiError where there are no credentials, or the address is not allowed */
export async function connect(flags: Flags, io: Io, rateLimit: number | null = null): Promise<Connection> {
  const log = createLog(flags.logLevel, io)
  const wire = {
    apiUrl: flags.apiUrl ?? DEFAULT_API_URL,
    timeoutMs: flags.timeout,
    allowInsecureHttp: flags.allowInsecureHttp,
    version: VERSION,
  }
  const credentials = await chooseCredentials(io.env, wire)
  const client = createClient({
    ...wire,
    credentials,
    env: io.env,
    log: ({ method, path, status, ms, attempt, error }) =>
      log.debug(`${method} ${path} ${status ?? error ?? 'no answer'} ${ms} ms${attempt > 1 ? ', token renewed' : ''}`),
  })
  const gate = createGate(systemClock, rateLimit)
  const policy = { ...DEFAULT_RETRY, retries: flags.retries }
  const list = (start: StartVisit, status?: string) =>
    readWithRetries(() => client.list(start, status), {
      gate,
      clock: systemClock,
      policy,
      stop: io.interrupt,
      onRetry: (error, attempt, delayMs) => log.retry(error.message, attempt, delayMs),
    })
  return { client, clock: systemClock, gate, policy, log, list }
}
