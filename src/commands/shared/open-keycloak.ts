import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { createLog } from '../../cli/log.js'
import { createRateLimiter } from '../../http/rate-limiter.js'
import { DEFAULT_RETRY, readWithRetries } from '../../http/retry.js'
import { connectKeycloak, type KeycloakClient, requireRoles } from '../../keycloak/client.js'
import type { KeycloakRef } from '../../model/plan.js'
import { systemClock } from '../../system/clock.js'
import { VERSION } from '../../version.js'

/**
 * Signs in to Keycloak and sees that the service account may do what is to be done, before anything else is asked or changed
 * anywhere. Its reads are repeated as the API's are; a deletion never is.
 *
 * @throws ApiError which setting is wrong, or which role is missing
 */
export async function openKeycloak(
  config: KeycloakRef,
  to: { readonly deleting: boolean },
  flags: CommonFlags,
  io: Io,
): Promise<KeycloakClient> {
  const log = createLog(flags.logLevel, io)
  const retrying = {
    limiter: createRateLimiter(systemClock, null),
    clock: systemClock,
    policy: { ...DEFAULT_RETRY, retries: flags.retries },
    stop: io.interrupt,
    onRetry: (error: Error, attempt: number, delayMs: number) => log.retry(error.message, attempt, delayMs),
  }
  const options = {
    env: io.env,
    timeoutMs: flags.timeout,
    allowInsecureHttp: flags.allowInsecureHttp,
    version: VERSION,
  }
  const client = await readWithRetries(() => connectKeycloak(config, options), retrying)
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
