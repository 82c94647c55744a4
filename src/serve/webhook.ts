import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Transport } from '../http/transport.js'
import { messageOf } from '../model/error.js'

export const MAX_BODY_BYTES = 64 * 1024
export const SIGNATURE_HEADER = 'x-bimdata-signature'

/** Identifies this instance in `Via`, as a proxy does: a call that already names it has looped (RFC 9110, 7.6.3). */
const OURSELVES = `1.1 guestlist-${randomUUID()}`

export interface Delivery {
  readonly body: Buffer
  readonly signature: string
  readonly contentType: string | undefined
  /** The proxies that passed it on, if any. */
  readonly via: string | undefined
}

export type Received =
  | { readonly kind: 'accepted'; readonly delivery: Delivery }
  | { readonly kind: 'unsigned' | 'too_large' | 'cut' | 'loop' }

/** Reads a request and checks its signature over the raw bytes, which are never interpreted. */
export async function receive(request: IncomingMessage, secret: string): Promise<Received> {
  const body = await bodyOf(request)
  if (body === null) return { kind: 'too_large' }
  if (!request.complete) return { kind: 'cut' }
  const signature = request.headers[SIGNATURE_HEADER]
  if (typeof signature !== 'string' || !isSignedBy(secret, body, signature)) return { kind: 'unsigned' }
  const { via, 'content-type': contentType } = request.headers
  if (via?.includes(OURSELVES)) return { kind: 'loop' }
  return { kind: 'accepted', delivery: { body, signature, contentType, via } }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > MAX_BODY_BYTES) return null
      chunks.push(bytes)
    }
  } catch {
    return Buffer.alloc(0)
  }
  return Buffer.concat(chunks)
}

export const sign = (secret: string, body: Uint8Array): string =>
  createHmac('sha256', secret).update(body).digest('hex')

/** Constant-time comparison. */
export function isSignedBy(secret: string, body: Uint8Array, signature: string): boolean {
  const [wanted, given] = [Buffer.from(sign(secret, body)), Buffer.from(signature.trim().toLowerCase())]
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

export interface Forwarder {
  forward(delivery: Delivery): void
  /** Resolves when nothing is in flight. */
  settled(): Promise<void>
}

const TRIES = 3
/** Keeps an unresponsive receiver from filling up memory. */
const MOST_UNDER_WAY = 100

export const LOOP_DETECTED = 508

/** Passes body and signature on unchanged. `onResult`: `forwarded` or `forward_failed`, with the reason. */
export function createForwarder(
  url: URL,
  transport: Pick<Transport, 'send'>,
  onResult: (result: 'forwarded' | 'forward_failed', why: string) => void,
): Forwarder {
  const underWay = new Set<Promise<void>>()
  async function send({ body, signature, contentType, via }: Delivery): Promise<void> {
    let why = ''
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await new Promise(resolve => setTimeout(resolve, 500 * 2 ** tries))
      try {
        const headers = {
          [SIGNATURE_HEADER]: signature,
          via: via === undefined ? OURSELVES : `${via}, ${OURSELVES}`,
          ...(contentType === undefined ? {} : { 'content-type': contentType }),
        }
        const { status, discard } = await transport.send({ method: 'POST', url, headers, body })
        discard()
        if (status >= 200 && status < 300) return onResult('forwarded', '')
        why = status === LOOP_DETECTED ? 'it came back here, in a loop' : `it answered ${status}`
        if (status === LOOP_DETECTED || (status < 500 && status !== 429)) break
      } catch (error) {
        why = messageOf(error)
      }
    }
    onResult('forward_failed', why)
  }
  return {
    forward(delivery) {
      if (underWay.size >= MOST_UNDER_WAY) return onResult('forward_failed', `${MOST_UNDER_WAY} are under way already`)
      const sending = send(delivery).finally(() => underWay.delete(sending))
      underWay.add(sending)
    },
    settled: async () => {
      await Promise.all(underWay)
    },
  }
}
