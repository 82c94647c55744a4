import type { Operation } from './types.js'

/** The nth call, counted from 1, or a range of calls; without `to`, the range is open-ended. */
export type Calls = number | { readonly from: number; readonly to?: number }

/**
 * When a fault strikes. Every call of its operation since the fault was added counts. With neither `nth` nor `p`, it
 * strikes at each of them; with both, `p` decides among the calls of `nth`.
 */
interface When {
  readonly operation: Operation | '*'
  /** Only calls for this target: an id, or an address as the request spells it. Calls for others are not counted. */
  readonly target?: string | undefined
  readonly nth?: Calls | readonly Calls[] | undefined
  /** Probability from 0 to 1. The outcome depends on seed, target and the target's call count, not on call order. */
  readonly p?: number | undefined
  /** The seed of `p`; the sandbox's by default. */
  readonly seed?: number | undefined
}

/** Whether a disruption strikes before anything is done (the default) or after the change has taken effect. */
interface Where {
  readonly after?: boolean | undefined
}

/** Any status, with a JSON error as its body. */
export interface StatusFault extends When, Where {
  readonly kind: 'status'
  readonly status: number
  /** Seconds, text to send verbatim, or an HTTP date `dateIn` seconds ahead; null for none. 1 by default for a 429. */
  readonly retryAfter?: number | string | { readonly dateIn: number } | null | undefined
  /** Replaces the JSON error; `headers` gives its type. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** The connection is cut without a response. */
interface CutFault extends When, Where {
  readonly kind: 'cut'
}

/** No response until the client gives up. */
interface HangFault extends When, Where {
  readonly kind: 'hang'
}

/** An HTML page in place of the response, like that of a proxy or a captive portal. */
export interface HtmlFault extends When, Where {
  readonly kind: 'html'
  /** 200 by default. */
  readonly status?: number | undefined
}

/** The request is carried out, and the connection is cut in the middle of the response. */
interface TruncatedFault extends When {
  readonly kind: 'truncated'
}

/** Delays the processing of the request, in addition to other faults and the sandbox's own latency. */
interface LatencyFault extends When {
  readonly kind: 'latency'
  readonly ms: number
}

/** A read returns the data before the last `changes` changes, or each change is hidden from the next `reads` reads. */
export type StaleFault = When & { readonly kind: 'stale' } & ({ readonly changes: number } | { readonly reads: number })

/** What replaces a response. */
export type Disruption = StatusFault | CutFault | HangFault | HtmlFault | TruncatedFault

export type Fault = Disruption | LatencyFault | StaleFault

/** The combined effect of all faults on one call: the first disruption and the first stale read win, latencies add. */
interface Strike {
  readonly latencyMs: number
  readonly stale: StaleFault | null
  readonly disruption: Disruption | null
}

export interface Faults {
  add(fault: Fault): void
  /** Call once for every request, in the order of arrival. */
  strike(operation: Operation, target: string): Strike
}

/** A pseudorandom number from 0 to 1 that depends only on the text: FNV-1a, then the finalizer of MurmurHash3. */
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

/** Whether this fault strikes at a call; counts the call. */
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

/** The faults of one sandbox, reproducible: the same seed, faults and calls give the same strikes. */
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
