import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { createRateLimiter } from '../../http/rate-limiter.js'
import { readWithRetries } from '../../http/retry.js'
import { connectKeycloak, type KeycloakClient, requireRoles } from '../../keycloak/client.js'
import type { KeycloakRef } from '../../model/plan.js'
import { systemClock } from '../../system/clock.js'
import { readRetryOf, wireOf } from './wire.js'

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
