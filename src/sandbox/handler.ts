import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../model/error.js'
import { type Answer, done, failure } from './answer.js'
import type { Authenticator } from './auth.js'
import { deliver } from './deliver.js'
import type { Disruption, Faults, StaleFault } from './faults.js'
import { perform } from './operations.js'
import type { UnknownUser } from './options.js'
import { readBody, type Understood, understand } from './request.js'
import type { Router } from './router.js'
import type { Store } from './store.js'
import type { Call, Operation } from './types.js'

export interface Context {
  readonly router: Router
  readonly faults: Faults
  readonly auth: Authenticator
  readonly store: Store
  /** Has the data file written soon, if there is one. Throws where the last write failed. */
  readonly changed: () => void
  readonly unknownUser: UnknownUser
  readonly forwardRemoval: ((email: string) => Promise<void>) | undefined
  readonly latencyMs: number
  readonly calls: Call[]
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

const tooLarge = failure(413, 'too_large', 'A body may have 64 KiB.', { connection: 'close' })

const strikesBefore = (fault: Disruption): boolean => fault.kind !== 'truncated' && fault.after !== true

/** What the API answers. */
async function answerOf(
  { auth, store, changed, unknownUser, forwardRemoval }: Context,
  request: IncomingMessage,
  { input, refusal, scope }: Understood & { readonly scope: string },
  stale: StaleFault | null,
): Promise<Answer> {
  const denied = await auth.check(request.headers.authorization, scope)
  if (denied !== null) return denied
  if (input === null) return refusal ?? failure(400, 'bad_request', 'The request is not as it must be.')
  const effects = store.effects.length
  const answer = perform(store, input, { stale, unknownUser })
  if (store.effects.length > effects) {
    changed()
    if (input.operation === 'remove') await forwardRemoval?.(input.email)
  }
  return answer
}

/** Makes out what a request asks for, and writes it down; or gives the answer to one that asks for nothing. */
async function takeIn(
  { router }: Context,
  request: IncomingMessage,
  call: Mutable<Call>,
): Promise<Answer | (Understood & { readonly operation: Operation; readonly scope: string })> {
  const route = router(call.method, call.path)
  if (route.operation === null) {
    request.resume()
    return route.answer
  }
  const { operation, scope } = route.operation
  call.operation = operation
  const body = await readBody(request)
  if (body === null) return tooLarge
  const understood = understand(route.operation, { ...route, body, type: request.headers['content-type'] })
  if (understood.id !== undefined) call.id = understood.id
  if (understood.email !== undefined) call.email = understood.email
  return { ...understood, operation, scope }
}

async function respond(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  call: Mutable<Call>,
): Promise<void> {
  const note = (status: number): void => {
    call.status = status
  }
  const taken = await takeIn(context, request, call)
  if ('status' in taken) return deliver(response, taken, null, note)
  const strike = context.faults.strike(taken.operation, String(call.id ?? call.email ?? ''))
  const delay = context.latencyMs + strike.latencyMs
  if (delay > 0) await wait(delay, undefined, { signal: context.closing })
  const { disruption, stale } = strike
  const nothingDone = disruption !== null && strikesBefore(disruption)
  const answer = nothingDone ? done : await answerOf(context, request, taken, stale)
  await deliver(response, answer, disruption, note)
}

/** The last resort: says what went wrong if it still can, else cuts the connection. */
async function giveUp(
  { closing }: Context,
  response: ServerResponse,
  error: unknown,
  call: Mutable<Call>,
): Promise<void> {
  if (closing.aborted || response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const answer = failure(500, 'server_error', messageOf(error))
  await deliver(response, answer, null, status => {
    call.status = status
  })
}

/** Answers one request and writes down how. It never throws. */
export async function handle(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const call: Mutable<Call> = {
    operation: null,
    method: request.method ?? '',
    path: request.url ?? '',
    status: null,
    at: Date.now(),
  }
  context.calls.push(call)
  try {
    await respond(context, request, response, call)
  } catch (error) {
    await giveUp(context, response, error, call).catch(() => response.destroy())
  }
}
