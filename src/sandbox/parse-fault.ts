import type { Calls, Fault } from './faults.js'
import { OPERATIONS, type Operation } from './types.js'

/** For messages and for `--help`. */
export const FAULT_GRAMMAR = `A fault is OPERATION:KIND, then any of :KEY=VALUE.
  OPERATION     list, get, accept, deny, remove, clouds, members, size,
                projects, or * for all of them
  KIND          a status from 200 to 599 (429, 500, 503, ...), expired (a 401),
                cut-before, cut-after, hang, html, latency, stale, truncated;
                503-after (any status), hang-after and html-after strike when
                the change has taken effect
  nth           the calls it strikes: 2, or 1,3, or 2-4, or 5- for every one
                from the fifth
  target        the id or the address that it strikes at; calls for others are
                not counted
  p, seed       a probability from 0 to 1, and a whole number that decides it
  ms            of latency: milliseconds
  changes       of stale (list, get and the cloud operations): answer as before
                the last so many changes (1)
  reads         of stale: hide each change from the first so many reads after it
  retry-after   of a status: seconds, an HTTP date, or none;
                retry-after-in=SECONDS is a date so far ahead
  location      of a status: an address to redirect to
  status        of html: 200 unless told
For example:
  accept:429:nth=2:retry-after=1    remove:cut-after:p=0.1:seed=7
  *:latency:ms=200                  list:stale:nth=1
  members:500:target=9`

/** A fault specification that is invalid in some part. */
class InvalidFault extends Error {}

/** Reads settings by name, keeping track of which were read. */
interface FaultSettings {
  <T>(name: string, read: (text: string, name: string) => T): T | undefined
  readonly unread: () => readonly string[]
}

function wholeNumber(text: string, name: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number
  throw new InvalidFault(`${name} must be a whole number, not "${text}"`)
}

function positive(text: string, name: string): number {
  const number = wholeNumber(text, name)
  if (number === 0) throw new InvalidFault(`${name} counts from 1`)
  return number
}

function probability(text: string): number {
  const p = Number(text)
  if (/^(\d+\.?\d*|\.\d+)$/.test(text) && p <= 1) return p
  throw new InvalidFault(`p must be a number from 0 to 1, not "${text}"`)
}

function status(text: string): number {
  const number = wholeNumber(text, 'the status')
  if (number >= 200 && number <= 599) return number
  throw new InvalidFault(`${text} is no status from 200 to 599`)
}

function calls(text: string): Calls {
  const [, from = text, dash, to = ''] = /^(\d+)(-)?(\d+)?$/.exec(text) ?? []
  if (dash === undefined) return positive(text, 'nth')
  if (to === '') return { from: positive(from, 'nth') }
  const range = { from: positive(from, 'nth'), to: positive(to, 'nth') }
  if (range.from > range.to) throw new InvalidFault(`nth=${text} has no calls in it`)
  return range
}

/** Header values must be printable ASCII. */
function headerText(text: string, name: string): string {
  if (/^[\x20-\x7e]+$/.test(text)) return text
  throw new InvalidFault(`${name} must be printable ASCII`)
}

function retryAfter(text: string, name: string): number | string | null {
  if (text === 'none') return null
  return /^\d+$/.test(text) ? wholeNumber(text, name) : headerText(text, name)
}

function statusFault(number: number, after: boolean, settings: FaultSettings) {
  const ahead = settings('retry-after-in', (text, name) => ({ dateIn: wholeNumber(text, name) }))
  const headers = settings('location', (text, name) => ({ location: headerText(text, name) }))
  const direct = settings('retry-after', retryAfter)
  return { kind: 'status', status: number, after, retryAfter: direct === undefined ? ahead : direct, headers } as const
}

function staleFault(settings: FaultSettings) {
  const reads = settings('reads', positive)
  const changes = settings('changes', positive)
  if (reads === undefined) return { kind: 'stale', changes: changes ?? 1 } as const
  if (changes === undefined) return { kind: 'stale', reads } as const
  throw new InvalidFault('stale takes changes or reads, not both')
}

function latencyFault(settings: FaultSettings) {
  const ms = settings('ms', wholeNumber)
  if (ms === undefined) throw new InvalidFault('latency needs ms=MILLISECONDS')
  return { kind: 'latency', ms } as const
}

/** The kinds that can strike before or after the change. */
function placedEffect(name: string, after: boolean, settings: FaultSettings) {
  if (/^\d+$/.test(name)) return statusFault(status(name), after, settings)
  if (name === 'cut' || name === 'hang') return { kind: name, after } as const
  if (name === 'html') return { kind: name, after, status: settings('status', status) } as const
  return null
}

function effect(kind: string, settings: FaultSettings) {
  const placed = placedEffect(kind.replace(/-(before|after)$/, ''), kind.endsWith('-after'), settings)
  if (placed !== null) return placed
  if (kind === 'expired') return statusFault(401, false, settings)
  if (kind === 'latency') return latencyFault(settings)
  if (kind === 'stale') return staleFault(settings)
  if (kind === 'truncated') return { kind } as const
  throw new InvalidFault(`there is no kind "${kind}"`)
}

function operationOf(word: string): Operation | '*' {
  if (word === '*') return word
  const operation = OPERATIONS.find(name => name === word)
  if (operation === undefined) throw new InvalidFault(`there is no operation "${word}"`)
  return operation
}

function settingsOf(parts: readonly string[]): FaultSettings {
  const texts = new Map<string, string>()
  for (const part of parts) {
    const [, name = '', text = ''] = /^([a-z-]+)=(.+)$/s.exec(part) ?? []
    if (name === '') throw new InvalidFault(`"${part}" is no KEY=VALUE`)
    if (texts.has(name)) throw new InvalidFault(`${name} appears twice`)
    texts.set(name, text)
  }
  const read = new Set<string>()
  const get = <T>(name: string, reader: (text: string, name: string) => T): T | undefined => {
    read.add(name)
    const text = texts.get(name)
    return text === undefined ? undefined : reader(text, name)
  }
  return Object.assign(get, { unread: () => [...texts.keys()].filter(name => !read.has(name)) })
}

const CHANGING: ReadonlySet<string> = new Set(['accept', 'deny', 'remove'])

function parse(text: string): Fault {
  // A colon separates only if KEY= follows, so that dates and addresses may contain colons.
  const [head = '', ...rest] = text.split(/:(?=[a-z-]+=)/)
  const [operation = '', kind = '', ...stray] = head.split(':')
  if (stray.length > 0) throw new InvalidFault(`"${stray.join(':')}" is no KEY=VALUE`)
  const settings = settingsOf(rest)
  const when = {
    operation: operationOf(operation),
    nth: settings('nth', list => list.split(',').map(calls)),
    p: settings('p', probability),
    seed: settings('seed', wholeNumber),
    target: settings('target', text => text),
  }
  if (kind === 'stale' && CHANGING.has(when.operation))
    throw new InvalidFault(`${when.operation} is not a read, so it is never stale`)
  const fault = { ...when, ...effect(kind, settings) }
  const [unread] = settings.unread()
  if (unread !== undefined) throw new InvalidFault(`${kind} takes no ${unread}`)
  return fault
}

/** Parses the value of `--fault`; the error says what is wrong and includes the grammar. */
export function parseFault(text: string): Fault | { readonly error: string } {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof InvalidFault)) throw error
    return { error: `"${text}" is not a fault: ${error.message}.\n${FAULT_GRAMMAR}` }
  }
}
