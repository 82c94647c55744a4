import type { KeycloakUser } from '../model/action.js'
import { emailKey } from '../model/email-address.js'

export type LeftoverDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'delete'; readonly user: KeycloakUser }
  | { readonly kind: 'leave'; readonly why: string }

/**
 * What is done with what Keycloak found for an address. Whatever is in doubt is left alone, for a deletion cannot be undone.
 *
 * | found | done |
 * | --- | --- |
 * | nobody | nothing |
 * | more than one | left alone |
 * | somebody of another address | left alone |
 * | a service account | left alone |
 * | somebody of an LDAP federation | left alone: a writable one would delete them there too |
 * | no federated identity | left alone: they did not come through the provider |
 * | an identity of another alias, alone or beside this one | left alone |
 * | this alias alone | deleted |
 */
export function decideLeftover(email: string, found: readonly KeycloakUser[], alias: string): LeftoverDecision {
  const [user, ...others] = found
  if (user === undefined) return { kind: 'none' }
  if (others.length > 0) return leave(`${found.length} or more users of Keycloak have this address`)
  if (emailKey(user.email) !== emailKey(email))
    return leave(`Keycloak found a user of another address: ${user.email || 'none'}`)
  if (user.service_account) return leave('it is a service account')
  if (user.federation_link !== null) return leave('they come from an LDAP federation, and are to be removed there')
  if (user.identities.length === 0) return leave(`they did not sign up through the identity provider "${alias}"`)
  const foreign = user.identities.filter(each => each !== alias).map(each => `"${each}"`)
  if (foreign.length > 0) return leave(`they have an identity of another provider: ${foreign.join(', ')}`)
  return { kind: 'delete', user }
}

const leave = (why: string): LeftoverDecision => ({ kind: 'leave', why })
