import type { RateLimiter } from '../http/rate-limiter.js'
import type { RetryPolicy } from '../http/retry.js'
import type { Action } from '../model/action.js'
import type { ApiError } from '../model/api-error.js'
import { messageOf } from '../model/error.js'
import type { RemovalRecord } from '../model/removal-record.js'
import type { Result, Stop, StopReason } from '../model/report.js'
import type { Clock } from '../system/clock.js'
import type { Api, KeycloakWriter } from './api.js'

/** Records removals. Each call is durable once it resolves. */
export interface RemovalMemory {
  /** Proves that writing works. Called before the first removal. */
  prepare(): Promise<void>
  record(key: string, record: RemovalRecord): Promise<void>
}

/** One call on the wire, and how it ended. */
export interface Attempt {
  readonly action: Action
  readonly call: Action['action'] | 'read'
  /** Counted from 1 for each kind of call. */
  readonly attempt: number
  /** HTTP status; null if there was no answer. */
  readonly status: number | null
  /** Null for a success. */
  readonly error: ApiError | null
}

export type ExecuteEvent =
  /** An action begins. Emitted before the first request, so that an audit log has it even after a crash. */
  | { readonly type: 'start'; readonly action: Action }
  | { readonly type: 'attempt'; readonly attempt: Attempt }
  /** The call is repeated after a wait. */
  | { readonly type: 'retry'; readonly action: Action; readonly error: ApiError; readonly delayMs: number }
  | { readonly type: 'settled'; readonly result: Result; readonly done: number; readonly total: number }
  | { readonly type: 'verifying' }
  /** An action reported as failed took effect after all, as the final read shows. */
  | { readonly type: 'confirmed'; readonly result: Result }

export interface ExecuteDeps {
  readonly api: Api
  /** Null if the plan deletes nobody in Keycloak. */
  readonly keycloak: KeycloakWriter | null
  readonly clock: Clock
  readonly memory: RemovalMemory
  /** Awaited. If it rejects (an audit log that cannot be written), nothing new starts. */
  readonly emit: (event: ExecuteEvent) => Promise<void>
  /** Aborts at the first interrupt: nothing new starts, and what is in flight finishes. */
  readonly interrupt: AbortSignal
  /** Aborts when the state's lock is lost: nothing new starts, because another run may have begun. */
  readonly lockLost: AbortSignal
}

export interface ExecuteOptions {
  /** Maximum number of concurrent requests. */
  readonly parallelism: number
  readonly retry: RetryPolicy
  /** Stop at the first failure. */
  readonly failFast: boolean
  /** Treat users whom the API does not know as removed, even if it knows none of those to remove. */
  readonly acceptAbsent?: boolean
}

/** One run: its dependencies, and whether it is to stop. */
export interface ExecutionContext extends ExecuteDeps {
  readonly options: ExecuteOptions
  readonly limiter: RateLimiter
  /** Aborts when nothing new may start, whatever the reason. */
  readonly stop: AbortSignal
  halt(reason: StopReason, message: string): void
  /** Called at the end of each request: after five in a row that did not reach the API, the run halts. */
  reached(error: ApiError | null): void
  stopped(): Stop | null
  /** Removes the listeners: a service's signals outlive its runs. */
  end(): void
}

export function startExecution(deps: ExecuteDeps, options: ExecuteOptions, limiter: RateLimiter): ExecutionContext {
  const controller = new AbortController()
  let stopped: Stop | null = null
  const halt = (reason: StopReason, message: string) => {
    stopped = stopped === null ? { reason, message } : alsoFor(stopped, reason, message)
    controller.abort()
  }
  const listeners = [
    onAbort(deps.interrupt, () => halt('interrupted', 'The run was interrupted.')),
    onAbort(deps.lockLost, () => halt('lock_lost', "The state's lock was lost: another run may have begun.")),
  ]
  const end = () => {
    for (const remove of listeners) remove()
  }
  let unreached = 0
  const reached = (error: ApiError | null) => {
    unreached = error?.kind === 'not-sent' ? unreached + 1 : 0
    if (unreached === UNREACHED_LIMIT) halt('unreachable', `The API cannot be reached. ${error?.message}.`)
  }
  const emit = async (event: ExecuteEvent) => {
    try {
      await deps.emit(event)
    } catch (error) {
      halt('audit', `What is done can no longer be recorded: ${messageOf(error)}`)
    }
  }
  return { ...deps, emit, options, limiter, stop: controller.signal, halt, reached, stopped: () => stopped, end }
}

/** Across all workers: further requests would fail the same way, each after its own retries. */
const UNREACHED_LIMIT = 5

/** @return a function that removes the listener */
function onAbort(signal: AbortSignal, then: () => void): () => void {
  if (signal.aborted) then()
  else signal.addEventListener('abort', then, { once: true })
  return () => signal.removeEventListener('abort', then)
}

/** Keeps the first reason. Later messages are appended, because one may be about a removal that was not recorded. */
function alsoFor(stopped: Stop, reason: StopReason, message: string): Stop {
  if (stopped.reason === reason || stopped.message.includes(message)) return stopped
  return { ...stopped, message: `${stopped.message} ${message}` }
}

/** Halts the run when the API rejects the caller, not just this request. */
export function haltIfUnauthorized(run: ExecutionContext, error: ApiError): void {
  if (error.status === 403) run.halt('forbidden', `${error.message}.`)
  else run.halt('unauthorized', `${error.message}.`)
}
