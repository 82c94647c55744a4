import { ApiError } from '../model/api-error.js'

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i

export const isLoopback = (url: URL): boolean => LOOPBACK.test(url.hostname)

const refused = (message: string, advice: string): ApiError =>
  new ApiError(message, { kind: 'not-sent', advice, permanent: true })

/**
 * A base address that credentials may be sent to, without a trailing slash.
 * `what` names it in errors ("--api-url"); the address itself is omitted where it may hold a password.
 */
export function parseAddress(text: string, what: string, allowInsecureHttp: boolean): URL {
  if (!URL.canParse(text)) throw refused(`${what} is not a web address`, 'Write it as https://host/path.')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    throw refused(`${what} holds a user name or a password`, 'Leave it out: credentials come from the environment.')
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) {
    throw refused(`${what} ends in a query or a fragment`, 'Leave out what begins with "?" or "#".')
  }
  checkScheme(url, what, allowInsecureHttp)
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
}

/** Throws unless the address is https, or loopback, or plain http is allowed. */
export function checkScheme(url: URL, what: string, allowInsecureHttp: boolean): void {
  if (url.protocol === 'https:') return
  if (url.protocol !== 'http:') throw refused(`${what} begins with ${url.protocol}`, 'Use an https:// address.')
  if (allowInsecureHttp || isLoopback(url)) return
  throw refused(
    `${what} is plain http (${url.host}), which would send the credentials unencrypted`,
    'Use https://. If you accept the risk, pass --allow-insecure-http.',
  )
}
