import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../model/error.js'
import type { Authenticator } from './auth.js'
import { deliver, type Note } from './deliver.js'
import type { Faults, StaleFault } from './faults.js'
import { type Answer, done, failure } from './http-answer.js'
import { perform } from './operations.js'
import type { UnknownUser } from './options.js'
import { type Router, readBody, validateRequest } from './request.js'
import type { SandboxStore } from './store.js'
import type { Call, Input, Operation } from './types.js'

export interface SandboxContext {
  readonly router: Router
  readonly faults: Faults
  readonly auth: Authenticator
  readonly store: SandboxStore
  /** Schedules writing the data file, if there is one. Throws if the last write failed. */
  readonly changed: () => void
  readonly unknownUser: UnknownUser
  readonly forwardRemoval: ((email: string) => Promise<void>) | undefined
  readonly latencyMs: number
  readonly calls: Call[]
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

interface AskedFor {
  readonly input: Input | Answer
  readonly operation: Operation
  readonly scope: string
}

const tooLarge = failure(413, 'too_large', 'A body may have 64 KiB.', { connection: 'close' })

/** The API's response. */
async function answerOf(
  { auth, store, changed, unknownUser, forwardRemoval }: SandboxContext,
  request: IncomingMessage,
  { input, scope }: AskedFor,
  stale: StaleFault | null,
): Promise<Answer> {
  const denied = await auth.check(request.headers.authorization, scope)
  if (denied !== null) return denied
  if ('headers' in input) return input
  const effects = store.effects.length
  const answer = perform(store, input, stale, unknownUser)
  if (store.effects.length > effects) {
    changed()
    if (input.operation === 'remove') await forwardRemoval?.(input.email)
  }
  return answer
}

/** Parses and records a request, or returns the response to one that matches no operation. */
async function readRequest(
  { router }: SandboxContext,
  request: IncomingMessage,
  call: Mutable<Call>,
): Promise<Answer | AskedFor> {
  const route = router(call.method, call.path)
  if ('status' in route) {
    request.resume()
    return route
  }
  const { operation, scope } = route.operation
  call.operation = operation
  const body = await readBody(request)
  if (body === null) return tooLarge
  const { input, ...target } = validateRequest(route.operation, {
    ...route,
    body,
    type: request.headers['content-type'],
  })
  Object.assign(call, target)
  return { input, operation, scope }
}

async function respond(
  context: SandboxContext,
  request: IncomingMessage,
  response: ServerResponse,
  call: Mutable<Call>,
  note: Note,
): Promise<void> {
  const asked = await readRequest(context, request, call)
  if ('status' in asked) return deliver(response, asked, null, note)
  const { latencyMs, disruption, stale } = context.faults.strike(asked.operation, String(call.id ?? call.email ?? ''))
  const delay = context.latencyMs + latencyMs
  if (delay > 0) await wait(delay, undefined, { signal: context.closing })
  const nothingDone = disruption !== null && disruption.kind !== 'truncated' && disruption.after !== true
  const answer = nothingDone ? done : await answerOf(context, request, asked, stale)
  await deliver(response, answer, disruption, note)
}

/** Answers one request and records the call. Never throws. */
export async function handle(
  context: SandboxContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call: Mutable<Call> = {
    operation: null,
    method: request.method ?? '',
    path: request.url ?? '',
    status: null,
    at: Date.now(),
  }
  const note = (status: number): void => {
    call.status = status
  }
  context.calls.push(call)
  try {
    await respond(context, request, response, call, note)
  } catch (error) {
    if (context.closing.aborted || response.headersSent) response.destroy()
    else
      await deliver(response, failure(500, 'server_error', messageOf(error)), null, note).catch(() =>
        response.destroy(),
      )
  }
}
