import type { Server } from 'node:http'
import type { CommonFlags } from '../../cli/flags.js'
import { checkScheme } from '../../http/address.js'
import { GuestlistError } from '../../model/error.js'

export interface Listen {
  readonly host: string
  readonly port: number
  /** Whether others may connect: directly or through a proxy on this machine, under any host name. */
  readonly remote: boolean
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/** @throws GuestlistError if others could reach the address without `--allow-remote` */
export function listenOf({
  listen = '127.0.0.1:8080',
  allowRemote,
}: {
  readonly listen: string | undefined
  readonly allowRemote: boolean
}): Listen {
  const [, bracketed, plain, digits] = /^(?:\[([\da-fA-F:]+)\]|([^:\s]*)):(\d{1,5})$/.exec(listen) ?? []
  const port = Number(digits)
  if (!(port <= 65_535))
    throw new GuestlistError('usage', `--listen: ${JSON.stringify(listen)} is not HOST:PORT, such as 127.0.0.1:8080`)
  const host = bracketed ?? (plain || '0.0.0.0')
  if (!allowRemote && !LOOPBACK.test(host)) {
    throw new GuestlistError('usage', `--listen: others can reach ${host}`, {
      advice:
        'The page shows names and addresses to everybody who can reach it. Listen on 127.0.0.1, or pass --allow-remote and let a proxy guard it.',
    })
  }
  return { host, port, remote: allowRemote }
}

/** @throws GuestlistError for an address that cannot be intended, such as our own */
export function forwardUrl(
  { forward, allowInsecureHttp }: Pick<CommonFlags, 'allowInsecureHttp'> & { readonly forward: string | undefined },
  listen: Listen,
): URL | null {
  if (forward === undefined) return null
  if (!URL.canParse(forward)) throw new GuestlistError('usage', '--forward is not a web address')
  const url = new URL(forward)
  if (url.username !== '' || url.password !== '')
    throw new GuestlistError('usage', '--forward holds a user name or a password')
  checkScheme(url, '--forward', allowInsecureHttp)
  if (isOurs(url, listen))
    throw new GuestlistError('usage', `--forward: ${url.host} is where this service listens itself`, {
      advice: 'Name the other receiver of the webhook, or leave --forward out.',
    })
  return url
}

/** Loops through other names of this machine, or through other hosts, are recognized by the `via` header instead. */
function isOurs({ protocol, hostname, port }: URL, listen: Listen): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  const samePort = Number(port || (protocol === 'https:' ? 443 : 80)) === listen.port
  return samePort && (host === listen.host || LOOPBACK.test(host))
}

/** @throws GuestlistError if the address is in use, or not one of this machine's */
export function listening(server: Server, { host, port }: Listen): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', error =>
      reject(new GuestlistError('cannot-start', `--listen: ${error.message}`, { cause: error })),
    )
    server.listen(port, host, () => resolve())
  })
}
