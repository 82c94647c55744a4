import type { Operation } from './types.js'

/** The nth call, counted from 1, or the calls of a range; without `to` the range has no end. */
export type Calls = number | { readonly from: number; readonly to?: number }

/**
 * When a fault strikes. Calls are counted from the moment when the fault was added, over every call of its operation.
 * With neither `nth` nor `p` it strikes at each of them; with both, `p` decides among the calls of `nth`.
 */
interface When {
  readonly operation: Operation | '*'
  /** Only calls for this: an id, or an address as the request spells it. Calls for others are not counted. */
  readonly target?: string | undefined
  readonly nth?: Calls | readonly Calls[] | undefined
  /** Probability from 0 to 1. It hangs on seed, target and how often the target was called, not on the order of calls. */
  readonly p?: number | undefined
  /** Of `p`; the sandbox's own seed where there is none. */
  readonly seed?: number | undefined
}

/** Where a disruption strikes: before anything is done (default), or after the change took effect. */
interface Where {
  readonly after?: boolean | undefined
}

/** Any status, with an error body as JSON. */
export interface StatusFault extends When, Where {
  readonly kind: 'status'
  readonly status: number
  /** Seconds; or text that is sent as it is; or an HTTP date so many seconds ahead; null for none. 429 has 1 by default. */
  readonly retryAfter?: number | string | { readonly dateIn: number } | null | undefined
  /** In place of the JSON error; its type is given by `headers`. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** The connection is cut without an answer. */
interface CutFault extends When, Where {
  readonly kind: 'cut'
}

/** No answer until the client gives up. */
interface HangFault extends When, Where {
  readonly kind: 'hang'
}

/** A page of HTML in place of the answer, as a proxy or a captive portal sends it. */
export interface HtmlFault extends When, Where {
  readonly kind: 'html'
  /** 200 by default. */
  readonly status?: number | undefined
}

/** The request is carried out, and the connection cut in the middle of the answer. */
interface TruncatedFault extends When {
  readonly kind: 'truncated'
}

/** Waits before the request is looked at; adds up with other faults and with the sandbox's own latency. */
interface LatencyFault extends When {
  readonly kind: 'latency'
  readonly ms: number
}

/** A read answers as before the last `changes` changes, or hides each change from the first `reads` reads after it. */
export type StaleFault = When & { readonly kind: 'stale' } & ({ readonly changes: number } | { readonly reads: number })

/** What takes the place of an answer. */
export type Disruption = StatusFault | CutFault | HangFault | HtmlFault | TruncatedFault

export type Fault = Disruption | LatencyFault | StaleFault

/** What the faults make of one call: the first disruption and the first stale read win, latencies add up. */
interface Strike {
  readonly latencyMs: number
  readonly stale: StaleFault | null
  readonly disruption: Disruption | null
}

export interface Faults {
  add(fault: Fault): void
  /** To be asked once for every call, in the order of arrival. */
  strike(operation: Operation, target: string): Strike
}

/** A number from 0 to 1 that looks random and depends on the text alone: FNV-1a, then the finish of MurmurHash3. */
export function chance(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

const inCalls = (call: number, calls: Calls): boolean =>
  typeof calls === 'number' ? call === calls : call >= calls.from && call <= (calls.to ?? Number.POSITIVE_INFINITY)

const isList = (nth: Calls | readonly Calls[]): nth is readonly Calls[] => Array.isArray(nth)

function meansCall(nth: When['nth'], call: number): boolean {
  if (nth === undefined) return true
  return isList(nth) ? nth.some(calls => inCalls(call, calls)) : inCalls(call, nth)
}

/** Whether this fault strikes at a call; remembers the call. */
type FaultTrigger = (operation: Operation, target: string) => boolean

function createTrigger(fault: When, seed: number, index: number): FaultTrigger {
  let calls = 0
  const calledTargets = new Map<string, number>()
  return (operation, target) => {
    if (fault.operation !== '*' && fault.operation !== operation) return false
    if (fault.target !== undefined && fault.target !== target) return false
    calls += 1
    if (!meansCall(fault.nth, calls)) return false
    if (fault.p === undefined) return true
    const key = `${operation} ${target}`
    const times = (calledTargets.get(key) ?? 0) + 1
    calledTargets.set(key, times)
    return chance(`${fault.seed ?? seed} ${index} ${times} ${key}`) < fault.p
  }
}

const isDisruption = (fault: Fault): fault is Disruption => fault.kind !== 'latency' && fault.kind !== 'stale'

/** The faults of one sandbox. The same seed, faults and calls give the same strikes. */
export function createFaults(seed: number): Faults {
  const faults: { readonly fault: Fault; readonly trigger: FaultTrigger }[] = []
  return {
    add: fault => {
      faults.push({ fault, trigger: createTrigger(fault, seed, faults.length) })
    },
    strike: (operation, target) => {
      const struck = faults.filter(({ trigger }) => trigger(operation, target)).map(({ fault }) => fault)
      return {
        latencyMs: struck.reduce((sum, fault) => sum + (fault.kind === 'latency' ? fault.ms : 0), 0),
        stale: struck.find(fault => fault.kind === 'stale') ?? null,
        disruption: struck.find(isDisruption) ?? null,
      }
    },
  }
}
