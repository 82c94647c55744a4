import type { AcceptedCredential } from './auth.js'
import type { Fault } from './faults.js'
import type { Call, CloudData, InvitationData, RecordedEffect, SandboxData } from './types.js'
import type { WebhookOptions } from './webhooks.js'

/** The response to the removal of an unknown user. */
export type UnknownUser = 204 | 400 | 404

export interface SandboxOptions {
  /** 0 by default: any free port. */
  readonly port?: number
  /** The initial data, which is not modified; a small demonstration by default. */
  readonly data?: SandboxData
  /** A YAML file, or JSON if it has that extension, in place of `data`. Updated as described at `createSaver`. */
  readonly dataFile?: string
  /** Milliseconds before each response. */
  readonly latencyMs?: number
  readonly faults?: readonly Fault[]
  /** For faults with a probability and no seed of their own; 1 by default. */
  readonly seed?: number
  /** The value of `Sandbox.apiKey`; random by default. */
  readonly apiKey?: string
  /** 404 by default, as the reference documents it. */
  readonly unknownUser?: UnknownUser
  /** Forwards a removal to the identity provider before responding, as the API does; none by default. */
  readonly forwardRemoval?: (email: string) => Promise<void>
  /** Further keys, such as one without a scope. */
  readonly apiKeys?: readonly AcceptedCredential[]
  /** Fixed tokens that are accepted as `Bearer TOKEN`. */
  readonly accessTokens?: readonly (string | AcceptedCredential)[]
  /** The receiver of each new invitation. */
  readonly webhook?: WebhookOptions
  /** The issuer identifier of an OpenID provider whose access tokens are also accepted. */
  readonly issuer?: string
}

/** A running sandbox. Everything it returns is a copy or immutable. */
export interface Sandbox {
  /** Without a trailing slash. */
  readonly url: string
  readonly apiKey: string
  /** Cuts every connection, saves unsaved data, and stops. Rejects if the data cannot be written. */
  close(): Promise<void>
  invitations(): readonly InvitationData[]
  /** The users' addresses, as first spelled. */
  users(): readonly string[]
  /** Including hidden ones. */
  clouds(): readonly CloudData[]
  /** Every request so far, in the order of arrival. */
  calls(): readonly Call[]
  /** Every change made through the API, in order, whatever response the client received. */
  effects(): readonly RecordedEffect[]
  /** Adds a fault, counting calls from now on. */
  addFault(fault: Fault): void
  /** Adds an access token, like `accessTokens`. */
  addAccessToken(token: string | AcceptedCredential): void
  /** Answers 401 to that key or token from now on. */
  revoke(secret: string): void
  /** Changes a status bypassing the API; visible at once, and saved when the promise resolves. */
  setStatus(id: number, status: string): Promise<void>
  /** Adds an invitation, or replaces the one with its id; a new one triggers the webhook. */
  putInvitation(invitation: InvitationData): Promise<void>
  /** Adds a cloud, or replaces the one with its id. */
  putCloud(cloud: CloudData): Promise<void>
  /** Does what a user's first connection does, which no API call can. */
  addUser(email: string): Promise<void>
}
