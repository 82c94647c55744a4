import type { Clock } from '../http/clock.js'
import type { Gate } from '../http/rate-limiter.js'
import type { RetryPolicy } from '../http/retry.js'
import type { ApiError } from '../model/api-error.js'
import type { Action } from '../model/plan.js'
import type { Result, Stop, StopReason } from '../model/report.js'
import type { RemovalRecord } from '../model/state.js'
import type { Api } from './api.js'

/** Where removals are remembered. Each call is durable once it resolves. */
export interface RemovalMemory {
  /** Proves that writing works; called before the first removal. */
  prepare(): Promise<void>
  record(key: string, record: RemovalRecord): Promise<void>
}

/** What happened on the wire: the call, and how it ended. */
export interface Attempt {
  readonly action: Action
  readonly call: Action['action'] | 'read'
  /** From 1, by kind of call. */
  readonly attempt: number
  /** Null for an answer of success. */
  readonly error: ApiError | null
}

export type ExecuteEvent =
  /** An action begins; for a removal it is told before the first request, so that an audit log has it even after a crash. */
  | { readonly type: 'start'; readonly action: Action }
  | { readonly type: 'attempt'; readonly attempt: Attempt }
  /** A repeat is due after a wait. */
  | { readonly type: 'retry'; readonly action: Action; readonly error: ApiError; readonly delayMs: number }
  | { readonly type: 'settled'; readonly result: Result; readonly done: number; readonly total: number }
  | { readonly type: 'verifying' }

export interface World {
  readonly api: Api
  readonly clock: Clock
  readonly memory: RemovalMemory
  /** Awaited. Where it rejects (an audit log that cannot be written), nothing new starts. */
  readonly tell: (event: ExecuteEvent) => Promise<void>
  /** Aborts at the first interrupt: nothing new starts, what is in flight finishes. */
  readonly interrupt: AbortSignal
}

export interface ExecuteOptions {
  /** Requests under way at once. */
  readonly parallelism: number
  readonly retry: RetryPolicy
  /** Stop at the first failure. */
  readonly failFast: boolean
}

/** One run: the world, and whether it is to stop. */
export interface Run extends World {
  readonly options: ExecuteOptions
  readonly gate: Gate
  /** Aborts when nothing new may start, for whatever reason. */
  readonly stop: AbortSignal
  halt(reason: StopReason, message: string): void
  stopped(): Stop | null
}

export function startRun(world: World, options: ExecuteOptions, gate: Gate): Run {
  const controller = new AbortController()
  let stopped: Stop | null = null
  const halt = (reason: StopReason, message: string) => {
    stopped = stopped === null ? { reason, message } : alsoFor(stopped, reason, message)
    controller.abort()
  }
  const interrupted = () => halt('interrupted', 'The run was interrupted.')
  if (world.interrupt.aborted) interrupted()
  else world.interrupt.addEventListener('abort', interrupted, { once: true })
  const tell = async (event: ExecuteEvent) => {
    try {
      await world.tell(event)
    } catch (error) {
      halt('audit', `What is done can no longer be recorded: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { ...world, tell, options, gate, stop: controller.signal, halt, stopped: () => stopped }
}

/** The first reason stays; what else went wrong is said too, for it may be that a removal is not remembered. */
function alsoFor(stopped: Stop, reason: StopReason, message: string): Stop {
  if (stopped.reason === reason || stopped.message.includes(message)) return stopped
  return { ...stopped, message: `${stopped.message} ${message}` }
}

/** Halts the run where the API refuses the caller as such. */
export function haltIfDenied(run: Run, error: ApiError): void {
  if (error.status === 403) run.halt('forbidden', `The API answered 403: ${error.message}`)
  else run.halt('unauthorized', error.message)
}
