import { createHmac } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { chance } from './faults.js'
import type { InvitationData } from './types.js'

/** BIMData sends each new invitation to a provider as a signed POST; retries of lost ones are not documented. */
export interface WebhookOptions {
  readonly url: string
  readonly secret: string
  /** Probabilities that a call is never made, or is made twice. */
  readonly lose?: number
  readonly repeat?: number
  /** The maximum delay of a call in milliseconds; 0 by default. */
  readonly delayMs?: number
}

export interface Webhooks {
  announce(invitation: InvitationData): void
  close(): void
}

export function createWebhooks(
  { url, secret, lose = 0, repeat = 0, delayMs = 0 }: WebhookOptions,
  seed: number,
): Webhooks {
  let draws = 0
  const random = (): number => chance(`webhook ${seed} ${draws++}`)
  const closing = new AbortController()
  const { signal } = closing
  // Each call in flight adds a listener; Node would warn beyond ten.
  setMaxListeners(0, signal)
  async function send(invitation: InvitationData): Promise<void> {
    await wait(random() * delayMs, undefined, { signal })
    const body = JSON.stringify(invitation)
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    const headers = { 'content-type': 'application/json', 'x-bimdata-signature': signature }
    const answer = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' })
    await answer.body?.cancel()
  }
  return {
    announce(invitation) {
      const copies = random() < lose ? 0 : random() < repeat ? 2 : 1
      for (let copy = 0; copy < copies; copy++) {
        // A receiver that cannot be reached misses it, as in reality.
        send(invitation).catch(() => undefined)
      }
    },
    close() {
      closing.abort()
    },
  }
}

const PEOPLE = ['ada', 'blaise', 'carl', 'dorothea', 'emmy', 'felix', 'grace', 'hedy', 'ivan', 'joan']

/** A pending invitation of the stream, determined by its number. */
export const inviteOf = (number: number, id: number): InvitationData => ({
  id,
  client_id: 1,
  redirect_uri: 'https://example.invalid/',
  cloud_name: 'Tower A',
  cloud_role: 50,
  email: `${PEOPLE[number % PEOPLE.length]}.${number}@${number % 4 === 3 ? 'rival' : 'acme'}.example`,
  status: 'P',
})

/** `lose:p=0.2`, `repeat:p=0.1`, `delay:ms=3000` */
export function parseWebhookFault(text: string): Partial<WebhookOptions> | { readonly error: string } {
  const [, kind, name, number] = /^(lose|repeat|delay):(p|ms)=(\d+(?:\.\d+)?)$/.exec(text) ?? []
  const value = Number(number)
  if (kind === 'delay' && name === 'ms' && value <= 600_000) return { delayMs: value }
  if ((kind === 'lose' || kind === 'repeat') && name === 'p' && value <= 1) return { [kind]: value }
  return { error: 'it is not lose:p=0.2, repeat:p=0.1 or delay:ms=3000' }
}
