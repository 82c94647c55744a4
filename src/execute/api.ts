import type { KeycloakUser } from '../model/action.js'
import type { Invitation } from '../model/invitation.js'

/**
 * A list as it arrives, in batches that are not kept. It can be read only once. It throws an `ApiError` at the first fault,
 * and nothing read before then counts.
 */
export type Batches = AsyncIterable<readonly Invitation[]>

/** Receives each invitation of a list. */
export interface InvitationObserver {
  observe(invitation: Invitation): void
}

/**
 * Reads a list to its end, starting over if an attempt fails. Each attempt has its own observer, so that none sees parts
 * of two. Resolves to the one that has seen the whole list.
 */
export type ReadList = <O extends InvitationObserver>(start: () => O, status?: string) => Promise<O>

/** Passes every invitation of a list to an observer. */
export async function observeAll<O extends InvitationObserver>(batches: Batches, observer: O): Promise<O> {
  for await (const batch of batches) for (const invitation of batch) observer.observe(invitation)
  return observer
}

/**
 * What the executor needs from the identity provider. One call is one attempt on the wire (apart from token renewal);
 * every failure is an `ApiError`. The executor does the retrying.
 */
export interface Api {
  /** All invitations, or those with one raw status ("P", "A", "D"). The request is sent when reading begins. */
  list(status?: string): Batches
  get(id: number): Promise<{ readonly status: number; readonly invitation: Invitation }>
  /** These three return the HTTP status of the answer. */
  accept(id: number): Promise<number>
  deny(id: number): Promise<number>
  removeUser(email: string): Promise<number>
}

/** What deleting users needs from Keycloak; every failure is an `ApiError`. */
export interface KeycloakWriter {
  /** Null if there is no user with this id. */
  get(id: string): Promise<KeycloakUser | null>
  /** @return the HTTP status of the answer: 204, or 404 if the user was already gone */
  delete(id: string): Promise<number>
}
