import type { Invitation } from '../model/invitation.js'

/** Called once as each attempt at the list begins; what it returns is given every invitation of that attempt. */
export type StartVisit = () => (invitation: Invitation) => void

/**
 * What the executor needs of the identity provider. One call is one attempt on the wire (a renewed token aside);
 * every failure is an `ApiError`. Retrying is the executor's business.
 */
export interface Api {
  /** All invitations, or those with one raw status ("P", "A", "D"). */
  list(start: StartVisit, status?: string): Promise<void>
  get(id: number): Promise<Invitation>
  accept(id: number): Promise<void>
  deny(id: number): Promise<void>
  removeUser(email: string): Promise<void>
}
