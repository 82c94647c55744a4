import { redact } from '../http/secret.js'
import { GuestlistError } from '../model/error.js'
import type { StateConfig } from '../model/manifest.js'
import type { LockAttempt } from '../system/lock-file.js'
import { type LockInfo, parseLockInfo } from '../system/lock-info.js'
import type { Backend } from './backend.js'
import { type HttpConfig, type HttpOptions, httpConfigOf } from './http-config.js'
import {
  describe,
  isTransient,
  md5Of,
  pauseBefore,
  requestOnce,
  requestWithRetries,
  type StateAnswer,
  type StateWire,
  stateWire,
} from './http-request.js'

const DONE = [200, 201, 204]
const HELD = [409, 423]

/**
 * Terraform's HTTP backend protocol: https://developer.hashicorp.com/terraform/language/backend/http
 *
 * | request | answers |
 * | --- | --- |
 * | GET address | 200 the state (empty: none yet), 204 and 404 none yet |
 * | POST address?ID=lock, Content-MD5 | 200, 201, 204 written |
 * | LOCK lockAddress, lock info | 200 locked; 409, 423 held, with the holder's lock info |
 * | UNLOCK unlockAddress, lock info | 200 unlocked |
 */
export function httpBackend(config: StateConfig, options: HttpOptions): Backend {
  const http = httpConfigOf(config, options)
  const wire = stateWire(http, options)
  const unlock = (info: LockInfo) =>
    requestWithRetries(wire, lockRequest(http.unlockMethod, http.unlockAddress ?? http.address, info))
  return {
    description: describe(http.address),
    whyUnwritable: async () => null,
    canLock: http.lockAddress !== null,
    firstPauseMs: 500,
    longestPauseMs: 5_000,
    read: async () => stateOf(http, await requestWithRetries(wire, { method: 'GET', url: http.address })),
    write: (bytes, lockId) => write(wire, bytes, lockId),
    pauseBeforeRepeat: async repeats => {
      if (repeats >= http.retryMax) return false
      await pauseBefore(http, repeats)
      return true
    },
    tryLock: async info => {
      const request = lockRequest(http.lockMethod, http.lockAddress ?? http.address, info)
      return attemptOf(http, info, await requestWithRetries(wire, request).catch(advising(LOCKED_ALL_THE_SAME, info)))
    },
    holder: async () => 'unknown',
    unlock: async info => released(http, info, await unlock(info).catch(advising(STILL_LOCKED, info))),
    forceUnlock: async (id, remover) => {
      const answer = await unlock({ ...remover, ID: id })
      if (DONE.includes(answer.status)) return { removed: true, holder: null }
      if (answer.status === 404) return { removed: false, holder: null }
      if (HELD.includes(answer.status)) return { removed: false, holder: holderOf(answer) }
      throw refused(http.unlockMethod, http.unlockAddress ?? http.address, answer.status)
    },
  }
}

function lockRequest(method: string, url: URL, info: LockInfo) {
  return { method, url, body: new TextEncoder().encode(JSON.stringify(info)) }
}

function stateOf(http: HttpConfig, answer: StateAnswer): Uint8Array | null {
  if (answer.status === 204 || answer.status === 404) return null
  if (answer.status !== 200) throw refused('GET', http.address, answer.status)
  if (answer.body.length === 0) return null
  if (answer.md5 !== null && answer.md5 !== md5Of(answer.body)) {
    throw new GuestlistError(
      'state-broken',
      `The state ${describe(http.address)} does not match the Content-MD5 that came with it. ` +
        'It was damaged on the way, or on the server. Nothing was changed; try again.',
    )
  }
  return answer.body
}

async function write(wire: StateWire, body: Uint8Array, lockId: string | null): Promise<void> {
  const http = wire.config
  const url = new URL(http.address)
  if (lockId !== null && http.lockAddress !== null) url.searchParams.set('ID', lockId)
  const method = http.updateMethod
  const unconfirmed = (why: string, cause?: unknown) =>
    new GuestlistError(
      'state-unconfirmed',
      `The state ${describe(url)} may not have been written: ${why}. ` +
        'Look at it with: guestlist state list. The next apply requests any removal that it lacks again.',
      { cause },
    )
  const answer = await requestOnce(wire, { method, url, body }).catch(error => {
    throw unconfirmed(`no answer to ${method}`, error)
  })
  if (DONE.includes(answer.status)) return
  if (isTransient(answer.status)) throw unconfirmed(`status ${answer.status} for ${method}`)
  if (HELD.includes(answer.status)) throw lockLost(url, answer, lockId)
  throw refused(method, url, answer.status)
}

function lockLost(url: URL, answer: StateAnswer, lockId: string | null): GuestlistError {
  const what = lockId === null ? 'is locked by somebody else' : `is no longer locked by this run (id ${lockId})`
  return new GuestlistError(
    lockId === null ? 'state-locked' : 'state-lock-lost',
    `The state ${describe(url)} ${what}: status ${answer.status}. Nothing was written. ` +
      'Find out who locked it, and run again.',
  )
}

/** A lock with our own id is ours: we never received the answer to an earlier attempt. */
function attemptOf(http: HttpConfig, info: LockInfo, answer: StateAnswer): LockAttempt {
  if (DONE.includes(answer.status)) return { kind: 'acquired', tookOverFrom: null }
  if (!HELD.includes(answer.status)) throw refused(http.lockMethod, http.lockAddress ?? http.address, answer.status)
  const holder = holderOf(answer)
  if (holder.ID === info.ID) return { kind: 'acquired', tookOverFrom: null }
  return { kind: 'held', holder, where: describe(http.lockAddress ?? http.address) }
}

const LOCKED_ALL_THE_SAME = 'If the lock was taken all the same:'
const STILL_LOCKED = 'The state may still be locked:'

/** Adds to an error how to remove a lock that may have been left behind. */
const advising = (situation: string, info: LockInfo) => (error: unknown) => {
  if (!(error instanceof GuestlistError)) throw error
  const advice = `${situation} guestlist state unlock ${info.ID}`
  throw new GuestlistError(error.code, `${error.message} ${advice}`, { cause: error.cause })
}

/** After a repeat, an answer that there is no such lock means that the first request removed it. */
function released(http: HttpConfig, info: LockInfo, answer: StateAnswer & { repeated: boolean }): boolean {
  if (DONE.includes(answer.status)) return true
  if (answer.repeated && [404, 410, ...HELD].includes(answer.status)) return true
  const error = refused(http.unlockMethod, http.unlockAddress ?? http.address, answer.status)
  return advising(STILL_LOCKED, info)(error)
}

function holderOf(answer: StateAnswer): LockInfo {
  return parseLockInfo(redact(new TextDecoder().decode(answer.body.subarray(0, 64 * 1024))))
}

const ADVICE: Readonly<Record<number, string>> = {
  401: 'It asks for credentials: set TF_HTTP_USERNAME and TF_HTTP_PASSWORD.',
  403: 'The credentials do not allow this: check TF_HTTP_USERNAME and TF_HTTP_PASSWORD, and their role (GitLab: Maintainer, to lock and write).',
  404: 'Check the address.',
  405: 'Check the method: state.updateMethod, state.lockMethod and state.unlockMethod, or TF_HTTP_…_METHOD (GitLab locks with POST and unlocks with DELETE).',
}

function refused(method: string, url: URL, status: number): GuestlistError {
  const redirect = status >= 300 && status < 400 ? 'Redirects are not followed: give the final address.' : undefined
  const trouble = status >= 500 ? 'The server has a problem: try again later.' : 'Check the address and the server.'
  return new GuestlistError(
    status === 401 || status === 403 ? 'state-credentials' : 'state-http',
    `${describe(url)} answered ${method} with status ${status}. ${redirect ?? ADVICE[status] ?? trouble}`,
  )
}
