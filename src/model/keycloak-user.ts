/** A user of Keycloak as a plan shows them: what a deletion is approved on, and compared with before it is done. */
export interface KeycloakUser {
  readonly id: string
  readonly username: string
  /** As Keycloak spells it; empty where there is none. */
  readonly email: string
  /** RFC 3339, UTC; null where Keycloak does not say. */
  readonly created_at: string | null
  /** Aliases of the identity providers that they came through, in code-unit order. */
  readonly identities: readonly string[]
  /** Of an LDAP federation: the id of its component. */
  readonly federation_link: string | null
  readonly service_account: boolean
}
