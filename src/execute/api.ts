import type { KeycloakUser } from '../model/action.js'
import type { Invitation } from '../model/invitation.js'

/**
 * A list as it comes, in batches that nobody keeps. It can be read once, and throws an `ApiError` at the first thing that
 * is wrong: what came before counts for nothing then.
 */
export type Batches = AsyncIterable<readonly Invitation[]>

/**
 * A list that is read whole, or again from its beginning: `consume` is called with each attempt, so that what it builds
 * is never half of one attempt and half of the next.
 */
export type ReadList = <T>(consume: (batches: Batches) => Promise<T>, status?: string) => Promise<T>

/**
 * What the executor needs of the identity provider. One call is one attempt on the wire (a renewed token aside);
 * every failure is an `ApiError`. Retrying is the executor's business.
 */
export interface Api {
  /** All invitations, or those with one raw status ("P", "A", "D"). The request is sent when the reading begins. */
  list(status?: string): Batches
  get(id: number): Promise<{ readonly status: number; readonly invitation: Invitation }>
  /** These three give the status that was sent. */
  accept(id: number): Promise<number>
  deny(id: number): Promise<number>
  removeUser(email: string): Promise<number>
}

/** What deleting needs of Keycloak; every failure is an `ApiError`. */
export interface KeycloakWriter {
  /** Null where there is none of this id. */
  get(id: string): Promise<KeycloakUser | null>
  /** @return the status that was sent: 204, or 404 where somebody else was faster */
  delete(id: string): Promise<number>
}
