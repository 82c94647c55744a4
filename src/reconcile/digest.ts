import { createHash } from 'node:crypto'
import type { Action } from '../model/action.js'
import { canonicalJson } from '../model/json.js'
import type { KeycloakRef } from '../model/plan.js'

/**
 * `sha256:` and 64 hex digits over the API address and, for each action in order, its address, what is done, what it was
 * planned from and, if it was looked up, what a removal deletes besides the account. A Keycloak that is named is included
 * too, because it is sent a secret. Rules, reasons and warnings are left out: they say why, not what.
 */
export function planDigest(apiUrl: string, actions: readonly Action[], keycloak: KeycloakRef | null = null): string {
  const hash = createHash('sha256').update(JSON.stringify(apiUrl))
  for (const planned of actions) {
    const { address, action, before } = planned
    const loss = planned.action === 'remove' && planned.loss !== null ? [planned.loss] : []
    hash.update(`\n${canonicalJson([address, action, before, ...loss])}`)
  }
  if (keycloak !== null) hash.update(`\n${canonicalJson(['keycloak', keycloak])}`)
  return `sha256:${hash.digest('hex')}`
}
