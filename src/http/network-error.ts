import { ApiError } from '../model/api-error.js'
import { messageOf } from '../model/error.js'
import { durationText } from '../model/text.js'
import { errnoOf } from '../system/errno.js'
import { redact } from './secret.js'

/** A request that failed below HTTP. */
export interface TransportFailure {
  readonly error: unknown
  /** Whether a usable connection existed; without one the request cannot have been sent. */
  readonly connected: boolean
  /** Whether the caller's signal aborted it. */
  readonly aborted: boolean
  readonly host: string
  readonly timeoutMs: number
  /** Host of the proxy in use, without credentials. */
  readonly proxy: string | null
}

interface Explanation {
  readonly message: string
  readonly advice: string
  readonly permanent?: boolean
}

/** The `ApiError` for a failure of the network, TLS or a proxy. */
export function brokenRequest(failure: TransportFailure): ApiError {
  const { error, connected } = failure
  const code = codeOf(error)
  const timedOut = code === 'ETIMEDOUT'
  const kind = !connected ? 'not-sent' : timedOut && !failure.aborted ? 'timeout' : 'network'
  const { message, ...facts } = explain(code, failure)
  return new ApiError(message, { kind, ...facts, cause: plainCause(error) })
}

/** Strips what the HTTP library attaches to its errors: the request's headers hold credentials. */
export function plainCause(error: unknown): Error {
  const cause = new Error(redact(messageOf(error)))
  return Object.assign(cause, { code: codeOf(error) })
}

/** The library's own code adds nothing to its message. */
function codeOf(error: unknown): string {
  const code = errnoOf(error) ?? ''
  return code === 'ERR_GOT_REQUEST_ERROR' ? '' : code
}

const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS_CERT|INVALID_CA|INVALID_PURPOSE)/
const TLS = /^(EPROTO|ERR_SSL_|ERR_TLS_)/

/**
 * | failure | message |
 * | --- | --- |
 * | abort signal | interrupted |
 * | certificate, TLS | what is wrong with the certificate |
 * | DNS, refused, no route | the host cannot be reached |
 * | proxy | the proxy's answer |
 * | timeouts | before or after the connection was made |
 * | anything else | the connection broke |
 */
function explain(code: string, failure: TransportFailure): Explanation {
  if (failure.aborted) {
    return {
      message: `The request to ${failure.host} was interrupted`,
      advice: 'Run the command again.',
      permanent: true,
    }
  }
  if (CERTIFICATE.test(code)) return { ...certificateFault(code, failure), permanent: true }
  if (TLS.test(code)) {
    return {
      message: `No secure connection to ${failure.host} (${code})`,
      advice: 'Check that the address really speaks https on this port.',
    }
  }
  if (failure.proxy !== null && !failure.connected) return proxyFault(code, failure, failure.proxy)
  return unreachable(code, failure) ?? broken(code, failure)
}

function certificateFault(code: string, { host }: TransportFailure): Explanation {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { message: `The certificate of ${host} is for another host (${code})`, advice: 'Check the host name.' }
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return { message: `The certificate of ${host} has expired (${code})`, advice: "Check this machine's clock too." }
  }
  return {
    message: `The certificate of ${host} is not trusted here (${code})`,
    advice: 'If it is issued by your own authority, name its certificate file in NODE_EXTRA_CA_CERTS.',
  }
}

function proxyFault(code: string, { host, error }: TransportFailure, proxy: string): Explanation {
  const status = error instanceof Error ? /^Bad response: (\d+)/.exec(error.message)?.[1] : undefined
  if (status === '407') {
    return {
      message: `The proxy ${proxy} wants a user name and password (HTTP 407)`,
      advice: 'Put them in the proxy variable: http://user:password@host:port.',
      permanent: true,
    }
  }
  const what = status === undefined ? code || 'no answer' : `HTTP ${status}`
  return {
    message: `The proxy ${proxy} could not connect to ${host} (${what})`,
    advice: 'Check HTTPS_PROXY and HTTP_PROXY; NO_PROXY lists the hosts to reach without a proxy.',
  }
}

function unreachable(code: string, { host, connected, timeoutMs }: TransportFailure): Explanation | null {
  const reach = 'Check the address, your network and whether a proxy is needed (HTTPS_PROXY).'
  switch (code) {
    case 'ENOTFOUND':
      return { message: `There is no host named ${host} (DNS)`, advice: reach }
    case 'EAI_AGAIN':
      return { message: `The name ${host} could not be looked up (DNS does not answer)`, advice: reach }
    case 'ECONNREFUSED':
      return { message: `${host} refused the connection`, advice: 'Check the address and that the server runs.' }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { message: `There is no route to ${host} (${code})`, advice: reach }
    case 'ETIMEDOUT':
      return connected
        ? {
            message: `${host} did not answer within ${durationText(timeoutMs)}`,
            advice: 'Try again, or raise --timeout.',
          }
        : { message: `No connection to ${host} in time`, advice: reach }
    default:
      return null
  }
}

function broken(code: string, { host, connected }: TransportFailure): Explanation {
  const suffix = code === '' ? '' : ` (${code})`
  return connected
    ? { message: `The connection to ${host} broke${suffix}`, advice: 'Try again.' }
    : { message: `No connection to ${host}${suffix}`, advice: 'Check the address and your network.' }
}
