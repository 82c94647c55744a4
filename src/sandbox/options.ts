import type { AcceptedCredential } from './auth.js'
import type { Fault } from './faults.js'
import type { Call, CloudData, InvitationData, RecordedEffect, SandboxData } from './types.js'
import type { WebhookOptions } from './webhooks.js'

/** What the removal of an unknown user is answered. */
export type UnknownUser = 204 | 400 | 404

export interface SandboxOptions {
  /** 0 by default: one that is free. */
  readonly port?: number
  /** What there is at the start, not written to; a small demonstration by default. */
  readonly data?: SandboxData
  /** A YAML file, or a JSON file if it is named so, in place of `data`. It is rewritten as `createSaver` says. */
  readonly dataFile?: string
  /** Milliseconds before each answer. */
  readonly latencyMs?: number
  readonly faults?: readonly Fault[]
  /** Decides the faults that have a probability and no seed of their own; 1 by default. */
  readonly seed?: number
  /** The key of `Sandbox.apiKey`; random by default. */
  readonly apiKey?: string
  /** 404 by default, as the reference documents it. */
  readonly unknownUser?: UnknownUser
  /** Carries a removal on to the identity provider before it is answered, as the API does; nobody by default. */
  readonly forwardRemoval?: (email: string) => Promise<void>
  /** Further keys, such as one without a scope. */
  readonly apiKeys?: readonly AcceptedCredential[]
  /** Fixed tokens that are taken as `Bearer TOKEN`. */
  readonly accessTokens?: readonly (string | AcceptedCredential)[]
  /** Who is told of each new invitation. */
  readonly webhook?: WebhookOptions
  /** The issuer identifier of the OpenID provider whose access tokens are taken too. */
  readonly issuer?: string
}

/** A running sandbox. What it returns are copies or never change. */
export interface Sandbox {
  /** Without a slash at the end. */
  readonly url: string
  readonly apiKey: string
  /** Cuts every connection, writes what is not written yet, and ends. Rejects where that cannot be written. */
  close(): Promise<void>
  invitations(): readonly InvitationData[]
  /** The users' addresses, as they were spelled when they came. */
  users(): readonly string[]
  /** Hidden ones included. */
  clouds(): readonly CloudData[]
  /** Every request so far, in the order of arrival. */
  calls(): readonly Call[]
  /** Every change that took effect through the API, in order, whatever the client was told. */
  effects(): readonly RecordedEffect[]
  /** Its calls are counted from now on. */
  addFault(fault: Fault): void
  /** Adds an access token, as `accessTokens`. */
  addAccessToken(token: string | AcceptedCredential): void
  /** That key or token is answered 401 from now on. */
  revoke(secret: string): void
  /** Changes a status behind the API's back; seen at once, and in the file when the promise ends. */
  setStatus(id: number, status: string): Promise<void>
  /** Adds an invitation, or replaces the one with its id; a new one is announced by the webhook. */
  putInvitation(invitation: InvitationData): Promise<void>
  /** Adds a cloud, or replaces the one with its id. */
  putCloud(cloud: CloudData): Promise<void>
  /** What a first connection does, which no call of the API can. */
  addUser(email: string): Promise<void>
}
