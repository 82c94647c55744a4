/** Generated from schemas/manifest.schema.json by "npm run generate". Do not edit. */

/**
 * Which invitations of a BIMData identity provider are to be accepted, which denied, and which users removed. Several files merge into one manifest: lists append; a scalar may be set in one file only, or to the same value in each. A section or a list that is left empty counts as not written.
 */
export interface ManifestFile {
  /**
   * The version of the manifest's format; each file has it.
   */
  apiVersion: 'guestlist/v1'
  /**
   * What becomes of invitations. A rule with `id` beats one with an exact e-mail, which beats any other; among equals deny beats accept.
   */
  invitations?: {
    /**
     * A list of rules; an invitation that matches one is accepted. Left empty, it is an empty list.
     */
    accept?: WrittenRule[] | null
    /**
     * A list of rules; an invitation that matches one is denied. Left empty, it is an empty list.
     */
    deny?: WrittenRule[] | null
    /**
     * What becomes of pending invitations that no rule matches: they are left alone (ignore, the default), accepted or denied.
     */
    unmatched?: 'ignore' | 'accept' | 'deny'
  } | null
  /**
   * Which users are removed from the identity provider, and which never are.
   */
  users?: {
    /**
     * A list of users to delete, by exact address. A removal cannot be undone, and takes the clouds in which the user is alone. Left empty, it is an empty list.
     */
    remove?: WrittenRemoval[] | null
    /**
     * A list of addresses that are never removed, whatever a list says; `*` and `?` are wildcards. Left empty, it is an empty list.
     */
    protect?: string[] | null
  } | null
  /**
   * What one apply may do; over any of them, nothing at all is done.
   */
  guards?: {
    /**
     * How many invitations one apply may accept. Without it there is no limit.
     */
    maxAccepts?: number
    /**
     * How many invitations one apply may deny. Without it there is no limit.
     */
    maxDenials?: number
    /**
     * How many users one apply may remove. Without it the limit is 5.
     */
    maxRemovals?: number
    /**
     * How many clouds the removals of one apply may delete. Without it there is no limit; with it, a plan of which that cannot be known is refused.
     */
    maxCloudsLost?: number
    /**
     * How many people have to sign a plan before it is applied.
     */
    approvals?: {
      /**
       * How many approvals a plan with removals needs. Without it none is needed.
       */
      removals?: number
    } | null
  } | null
  /**
   * Where removals are remembered. Credentials never stand here: they come from the environment alone.
   */
  state?: {
    /**
     * A file on this machine (local, the default), Terraform's HTTP backend protocol (http) or a PostgreSQL database (postgres).
     */
    backend?: 'local' | 'http' | 'postgres'
    /**
     * The name under which the postgres backend keeps the state.
     */
    name?: string
    /**
     * The file in which the local backend keeps the state.
     */
    path?: string
    /**
     * Where the http backend reads and writes the state, without user name or password; TF_HTTP_ADDRESS otherwise.
     */
    address?: string
    /**
     * Where the http backend takes the lock, without user name or password; TF_HTTP_LOCK_ADDRESS otherwise.
     */
    lockAddress?: string
    /**
     * Where the http backend gives the lock back, without user name or password; TF_HTTP_UNLOCK_ADDRESS otherwise.
     */
    unlockAddress?: string
    /**
     * The HTTP method that writes the state; TF_HTTP_UPDATE_METHOD otherwise, POST by default.
     */
    updateMethod?: string
    /**
     * The HTTP method that takes the lock; TF_HTTP_LOCK_METHOD otherwise, LOCK by default.
     */
    lockMethod?: string
    /**
     * The HTTP method that gives the lock back; TF_HTTP_UNLOCK_METHOD otherwise, UNLOCK by default.
     */
    unlockMethod?: string
  } | null
  /**
   * The Keycloak that you run yourselves in front of BIMData. Users to remove are looked up there, shown by the plan, and deleted after the API's removal. Its account comes from KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET, never from here.
   */
  keycloak?: {
    /**
     * With its base path, which is often /auth; without /realms/…, user name or password.
     */
    url: string
    /**
     * The name of the realm that BIMData uses.
     */
    realm: string
    /**
     * The alias of your identity provider in the realm: its slug at BIMData. Only users who came through it, and no other, are deleted.
     */
    alias: string
  } | null
}
/**
 * Which invitations the rule speaks for: all keys that are written must match. It needs at least one of id, email, cloud, project, cloudRole, projectRole, client and sender.
 */
export interface WrittenRule {
  /**
   * The invitation's number at the API. A rule with it beats all others.
   */
  id?: number
  /**
   * The e-mail address invited, whatever its case; `*` and `?` are wildcards.
   */
  email?: string
  /**
   * The cloud's name, or a list of names of which any may match; `*` and `?` are wildcards.
   *
   * @minItems 1
   */
  cloud?: string | [string, ...string[]]
  /**
   * The project's name, or a list of names of which any may match; `*` and `?` are wildcards.
   *
   * @minItems 1
   */
  project?: string | [string, ...string[]]
  /**
   * The role in the cloud that the invitation grants.
   */
  cloudRole?: 'admin' | 'user'
  /**
   * The role in the project that the invitation grants.
   */
  projectRole?: 'admin' | 'user' | 'guest'
  /**
   * The number of the application that the invitation was sent from (client_id at the API).
   */
  client?: number
  /**
   * The sender's subject at their identity provider (sender_provider_sub at the API), case-sensitive; `*` and `?` are wildcards.
   */
  sender?: string
  /**
   * What plans and tests call the rule; unique in the whole manifest.
   */
  name?: string
  /**
   * Who answers for the rule in a review.
   */
  owner?: string
  /**
   * Why the rule is there; plans and audit logs repeat it.
   */
  reason?: string
  /**
   * The day, YYYY-MM-DD, from whose beginning (UTC) the rule applies.
   */
  from?: string
  /**
   * The day, YYYY-MM-DD, at the end of which (UTC) the rule stops applying.
   */
  until?: string
}
/**
 * A user to remove.
 */
export interface WrittenRemoval {
  /**
   * The user's exact e-mail address, without wildcards.
   */
  email: string
  /**
   * Why the user is removed; plans and audit logs repeat it.
   */
  reason?: string
  /**
   * The day, YYYY-MM-DD, from whose beginning (UTC) the user is to be removed; before it a plan only says that the removal is coming.
   */
  from?: string
}
