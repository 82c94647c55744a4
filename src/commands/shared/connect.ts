import { type Client, createClient } from '../../api/client.js'
import type { CredentialSource } from '../../auth/credential-source.js'
import { chooseCredentials, cloudCredentials } from '../../auth/credentials.js'
import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { createLog, type Log } from '../../cli/log.js'
import { startProgress } from '../../cli/progress.js'
import { type Batches, observeAll, type ReadList } from '../../execute/api.js'
import { createRateLimiter, type RateLimiter } from '../../http/rate-limiter.js'
import { type RetryPolicy, readWithRetries } from '../../http/retry.js'
import { connectKeycloak, type KeycloakClient, requireRoles } from '../../keycloak/keycloak-client.js'
import { readClouds } from '../../loss/read-clouds.js'
import { ApiError } from '../../model/api-error.js'
import type { Clouds } from '../../model/clouds.js'
import type { KeycloakRef } from '../../model/plan.js'
import { type Clock, systemClock } from '../../system/clock.js'
import { limitsOf, readRetryOf, wireOf } from './wire-options.js'

/** Default for reads. */
const PARALLELISM = 10

export interface Connection {
  readonly client: Client
  readonly clock: Clock
  readonly limiter: RateLimiter
  readonly policy: RetryPolicy
  readonly log: Log
  /** Reads the list, with retries as the policy allows. */
  readonly list: ReadList
  /** Null if the manifest or saved plan configures none, or if nobody is to be removed. */
  readonly keycloak: KeycloakClient | null
  /** Reads the clouds and their members, with a separate credential if one is set. */
  readonly clouds: () => Promise<Clouds>
}

interface ConnectOptions {
  readonly keycloak?: KeycloakRef | null | undefined
  /** Whether users in Keycloak are to be deleted, not only looked up. */
  readonly deleting?: boolean
  /** Requests per second, across all workers. */
  readonly rateLimit?: number | undefined
  /** Concurrent requests; 10 by default. */
  readonly parallelism?: number | undefined
  /** Whether an interrupt lets requests in flight finish, as it must if they change something, or aborts them. */
  readonly finishInFlight?: boolean
  /** Credentials that the caller has already chosen. */
  readonly credentials?: CredentialSource
}

/** @throws ApiError if there are no credentials, or the address is not allowed */
export async function connect(flags: CommonFlags, io: Io, options: ConnectOptions = {}): Promise<Connection> {
  const log = createLog(flags.logLevel, io)
  const wire = wireOf(flags, io)
  const clientWith = (credentials: CredentialSource) =>
    createClient({
      ...wire,
      credentials,
      ...limitsOf(flags),
      ...(options.finishInFlight ? {} : { signal: io.interrupt }),
      log: ({ method, path, status, ms, attempt, error }) =>
        log.debug(
          `${method} ${path} ${status ?? error ?? 'no answer'} ${ms} ms${attempt > 1 ? ', token renewed' : ''}`,
        ),
    })
  const client = clientWith(options.credentials ?? (await chooseCredentials(io.env, wire)))
  const limiter = createRateLimiter(systemClock, options.rateLimit ?? null)
  const retrying = readRetryOf(flags, io, limiter)
  const list: ReadList = (start, status) =>
    withProgress('Reading invitations', flags, io, onRead =>
      readWithRetries(() => observeAll(counted(client.list(status), onRead), start()), retrying),
    ).catch(error => {
      throw error instanceof ApiError && error.status === 404 ? noApiAt(client.apiUrl, error) : error
    })
  const clouds = async (): Promise<Clouds> => {
    const own = await cloudCredentials(io.env, wire)
    const reader = own === null ? client : clientWith(own)
    const source = {
      clouds: () => readWithRetries(() => reader.clouds(), retrying),
      members: (id: number) => readWithRetries(() => reader.members(id), retrying),
    }
    try {
      return await withProgress('Reading clouds', flags, io, onRead =>
        readClouds(source, { parallelism: options.parallelism ?? PARALLELISM, stop: io.interrupt, onRead }),
      )
    } finally {
      if (own !== null) reader.close()
    }
  }
  const deleting = options.deleting ?? false
  const keycloak = options.keycloak ? await openKeycloak(options.keycloak, { deleting }, flags, io) : null
  const close = () => {
    client.close()
    keycloak?.close()
  }
  return {
    client: { ...client, close },
    clock: systemClock,
    limiter,
    policy: retrying.policy,
    log,
    list,
    clouds,
    keycloak,
  }
}

/** Every BIMData API has the list: a 404 means that the address is wrong. */
const noApiAt = (apiUrl: string, error: ApiError): ApiError =>
  new ApiError(`There is no BIMData API at ${apiUrl}: ${error.message}`, {
    kind: error.kind,
    status: 404,
    advice: 'Check --api-url (or BIMDATA_API_URL): it is the address without a path, unless the API is below one.',
    cause: error,
  })

/** Shows how many items have been read. */
async function withProgress<T>(
  label: string,
  { format }: CommonFlags,
  io: Io,
  read: (onRead: (count: number) => void) => Promise<T>,
): Promise<T> {
  const progress = startProgress({ label, total: null, quiet: format === 'json' }, io)
  try {
    return await read(progress.done)
  } finally {
    progress.end()
  }
}

async function* counted(batches: Batches, onRead: (count: number) => void): Batches {
  let count = 0
  for await (const batch of batches) {
    yield batch
    count += batch.length
    onRead(count)
  }
}

/**
 * Signs in to Keycloak and checks that the service account has the roles it needs, before anything else is read or
 * changed. Reads are retried as the API's are; deletions never are.
 *
 * @throws ApiError naming the wrong setting or the missing role
 */
export async function openKeycloak(
  config: KeycloakRef,
  to: { readonly deleting: boolean },
  flags: CommonFlags,
  io: Io,
): Promise<KeycloakClient> {
  const retrying = readRetryOf(flags, io, createRateLimiter(systemClock, null))
  const client = await readWithRetries(() => connectKeycloak(config, wireOf(flags, io)), retrying)
  try {
    await readWithRetries(() => requireRoles(client, to), retrying)
  } catch (error) {
    client.close()
    throw error
  }
  return {
    ...client,
    find: email => readWithRetries(() => client.find(email), retrying),
    get: id => readWithRetries(() => client.get(id), retrying),
  }
}
