import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import type { KeycloakConfig } from '../../model/manifest.js'
import { openKeycloak } from '../shared/open-keycloak.js'
import { type Finding, ok } from './check.js'

/** As an apply begins: it signs in, searches, and reads the roles in its token. */
export async function checkKeycloak(config: KeycloakConfig, flags: CommonFlags, io: Io): Promise<Finding> {
  const keycloak = await openKeycloak(config, { deleting: true }, flags, io)
  keycloak.close()
  return ok(`${config.url}, realm "${config.realm}": the service account may see users and delete them`)
}
