/** Generated from schemas/manifest-test.schema.json by "npm run generate". Do not edit. */

/**
 * Tests of what a manifest decides: guestlist test runs those of *.test.yaml beside the manifest, offline.
 */
export interface ManifestTestFile {
  /**
   * The version of the format; each file has it.
   */
  apiVersion: 'guestlist/v1'
  /**
   * The day, YYYY-MM-DD, UTC, on which these tests are; else --now, else the present.
   */
  today?: string
  /**
   * A list of tests.
   *
   * @minItems 1
   */
  tests: [WrittenTest, ...WrittenTest[]]
}
/**
 * What is given, an `invitation` or a whole world under `given`, and what is expected of it.
 */
export interface WrittenTest {
  /**
   * What the test shows; unique in the file.
   */
  name: string
  invitation?: WrittenInvitation
  /**
   * Invitations, and users who were removed before.
   */
  given?: {
    /**
     * The invitations that there are.
     */
    invitations?: WrittenInvitation[] | null
    /**
     * Addresses that the state remembers as removed.
     */
    removed?: string[] | null
  }
  /**
   * Of one invitation: accept, deny, nothing, untouched (its status is unknown) or contradiction. Of what is given: by id what becomes of an invitation, by address whether the user is removed (remove or nothing), how many of each the plan has, and whether it is refused.
   */
  expect:
    | string
    | {
        /**
         * How many invitations are accepted and denied, and how many users removed; those left out are not looked at.
         */
        plan?: {
          /**
           * How many invitations are accepted.
           */
          accept?: number
          /**
           * How many invitations are denied.
           */
          deny?: number
          /**
           * How many users are removed.
           */
          remove?: number
        }
        /**
         * Whether a guard or a protection refuses the plan.
         */
        refused?: boolean
        /**
         * What becomes of the invitation with this id, or of the user with this address.
         */
        [k: string]:
          | {
              [k: string]: unknown
            }
          | {
              /**
               * How many invitations are accepted.
               */
              accept?: number
              /**
               * How many invitations are denied.
               */
              deny?: number
              /**
               * How many users are removed.
               */
              remove?: number
            }
          | boolean
          | undefined
      }
  /**
   * The winning rule of one invitation: its name, or its place as in guestlist.yaml:12.
   */
  by?: string
}
/**
 * An invitation, by the keys of a rule's selector, and its status. What is left out is as in most invitations: pending, a user of some cloud, without project, application and sender.
 */
export interface WrittenInvitation {
  /**
   * The invitation's number; without it one that no rule names.
   */
  id?: number
  /**
   * An exact address.
   */
  email?: string
  /**
   * The name of the cloud.
   */
  cloud?: string
  /**
   * The name of the project; without it the invitation is to no project.
   */
  project?: string
  /**
   * The role in the cloud that the invitation grants.
   */
  cloudRole?: 'admin' | 'user'
  /**
   * The role in the project that the invitation grants.
   */
  projectRole?: 'admin' | 'user' | 'guest'
  /**
   * The number of the application that the invitation was sent from.
   */
  client?: number
  /**
   * The sender's subject at their identity provider.
   */
  sender?: string
  /**
   * The invitation's status: pending, accepted, denied, or unknown, as of a later version of the API; or the API's own letters, as in P.
   */
  status?: string
}
