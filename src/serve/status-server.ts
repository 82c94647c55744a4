import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import createFindMyWay from 'find-my-way'
import type { Plan } from '../model/plan.js'
import { planHtml } from '../render/html/plan-html.js'
import type { Metrics } from './metrics.js'
import type { ServiceStatus } from './status.js'
import { PAGE_POLICY, pageHtml } from './status-page.js'
import { type Delivery, LOOP_DETECTED, receive } from './webhook.js'

export interface ServerDeps {
  readonly status: ServiceStatus
  readonly metrics: Metrics
  /** Whether the loop is still running. */
  isAlive(): boolean
  /** Null disables the webhook route. */
  readonly secret: string | null
  /** @return false if no run will follow because the instance is stopping */
  onWebhook(delivery: Delivery): boolean
  /** Accepted Host headers, against DNS rebinding; null accepts all. */
  readonly hosts: readonly string[] | null
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void

const SECURE = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
} as const

/** In milliseconds. By default, Node checks for timed-out connections only every 30 s. */
const LIMITS = {
  requestTimeout: 10_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
} as const

/** Everything is read-only except the webhook, which only triggers a run. */
export function createStatusServer(deps: ServerDeps): Server {
  const router = createFindMyWay({ caseSensitive: true })
  const on = (method: 'GET' | 'POST', path: string, handler: Handler) => router.on(method, path, () => {}, handler)
  const show = (path: string, handler: Handler) => on('GET', path, guarded(deps, handler))
  const { status, metrics } = deps
  show('/livez', (_, response) =>
    plain(response, deps.isAlive() ? 200 : 503, deps.isAlive() ? 'ok' : 'the loop has ended'),
  )
  show('/readyz', (_, response) => {
    const { problem } = status.document()
    plain(response, problem === null ? 200 : 503, problem ?? 'ok')
  })
  show('/metrics', async (_, response) => answer(response, 200, metrics.contentType, await metrics.text()))
  show('/status', (_, response) =>
    answer(response, 200, 'application/json; charset=utf-8', `${JSON.stringify(status.document(), null, 2)}\n`),
  )
  show('/', (_, response) => {
    response.setHeader('content-security-policy', PAGE_POLICY)
    answer(response, 200, 'text/html; charset=utf-8', pageHtml(status.document()))
  })
  show('/plan', (_, response) => sendPlan(response, status.current()))
  const { secret } = deps
  if (secret !== null) on('POST', '/webhook', (request, response) => takeWebhook(request, response, secret, deps))

  const server = createServer(LIMITS, (request, response) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
    const handler: Handler | undefined =
      method === 'GET' || method === 'POST' ? router.find(method, request.url ?? '')?.store : undefined
    if (handler === undefined) return plain(response, 404, 'there is nothing here')
    Promise.resolve(handler(request, response)).catch(() => {
      if (!response.headersSent) plain(response, 500, 'failed')
      else response.destroy()
    })
  })
  server.maxConnections = 1_000
  return server
}

async function takeWebhook(
  request: IncomingMessage,
  response: ServerResponse,
  secret: string,
  { metrics, onWebhook }: ServerDeps,
): Promise<void> {
  const received = await receive(request, secret)
  switch (received.kind) {
    case 'accepted':
      if (!onWebhook(received.delivery)) {
        metrics.webhook('stopping')
        return plain(response, 503, 'this instance is stopping')
      }
      metrics.webhook('accepted')
      response.writeHead(204, SECURE).end()
      return
    case 'unsigned':
      metrics.webhook('bad_signature')
      return plain(response, 401, 'the signature is missing or wrong')
    case 'too_large':
      metrics.webhook('too_large')
      response.setHeader('connection', 'close')
      return plain(response, 413, 'too large')
    case 'loop':
      metrics.webhook('loop')
      return plain(response, LOOP_DETECTED, 'this instance passed it on itself: --forward forms a loop')
    case 'cut':
      metrics.webhook('cut')
      response.destroy()
      return
    default:
      received satisfies never
  }
}

const guarded =
  ({ hosts }: ServerDeps, handler: Handler): Handler =>
  (request, response) => {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    if (hosts === null || hosts.includes(name)) return handler(request, response)
    plain(response, 421, 'This page is for this machine: open it as localhost, or pass --allow-remote.')
  }

function sendPlan(response: ServerResponse, plan: Plan | null): void {
  if (plan === null) plain(response, 404, 'there is no plan yet')
  else answer(response, 200, 'text/html; charset=utf-8', planHtml(plan))
}

const plain = (response: ServerResponse, status: number, text: string): void =>
  answer(response, status, 'text/plain; charset=utf-8', `${text}\n`)

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...SECURE, 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}
