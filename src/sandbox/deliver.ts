import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Disruption, HtmlFault, StatusFault } from './faults.js'
import { type Answer, failure } from './http-answer.js'

const DEFAULT_RETRY_AFTER = 1 // second

function retryAfterOf({ status, retryAfter }: StatusFault): string | null {
  const wanted = retryAfter === undefined && status === 429 ? DEFAULT_RETRY_AFTER : (retryAfter ?? null)
  if (wanted === null || typeof wanted === 'string') return wanted
  if (typeof wanted === 'number') return String(wanted)
  return new Date(Math.ceil(Date.now() / 1000 + wanted.dateIn) * 1000).toUTCString()
}

const NO_BODY = [204, 205, 304]

function statusAnswer(fault: StatusFault): Answer {
  const retryAfter = retryAfterOf(fault)
  const headers = {
    ...(retryAfter === null ? {} : { 'retry-after': retryAfter }),
    ...(fault.status === 401 ? { 'www-authenticate': 'Bearer realm="bimdata", error="invalid_token"' } : {}),
    ...fault.headers,
  }
  if (NO_BODY.includes(fault.status)) return { status: fault.status, headers, body: [] }
  if (fault.body !== undefined) return { status: fault.status, headers, body: [Buffer.from(fault.body)] }
  const detail = fault.status === 401 ? 'The token is expired (a fault on demand).' : 'A fault on demand.'
  return failure(fault.status, 'fault', detail, headers)
}

function htmlAnswer({ status = 200 }: HtmlFault): Answer {
  const page = '<!DOCTYPE html>\n<html><head><title>Gateway</title></head><body><h1>Please sign in</h1></body></html>\n'
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: [Buffer.from(page)] }
}

const lengthOf = (body: readonly Buffer[]): number => body.reduce((sum, part) => sum + part.length, 0)

/** Called with the status just before it is sent, so that it is recorded by the time the client has the response. */
export type Note = (status: number) => void

async function send(response: ServerResponse, { status, headers, body }: Answer, note: Note): Promise<void> {
  const length: Record<string, string> = NO_BODY.includes(status) ? {} : { 'content-length': String(lengthOf(body)) }
  note(status)
  response.writeHead(status, { ...headers, ...length })
  if (body.length <= 1) response.end(body[0])
  else await pipeline(Readable.from(body), response)
}

/** Sends half of the body (or of a made-up one, if there is none) and cuts the connection. */
async function truncate(response: ServerResponse, answer: Answer, note: Note): Promise<void> {
  const whole = answer.body.length === 0 ? Buffer.from('{"status":"done"}') : Buffer.concat(answer.body)
  const status = answer.status === 204 ? 200 : answer.status
  note(status)
  response.writeHead(status, { ...answer.headers, 'content-length': String(whole.length) })
  await new Promise<void>(resolve => {
    response.once('close', resolve)
    response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy())
  })
}

/** Sends a response, or what a fault makes of it. Does nothing if the client has disconnected. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  disruption: Disruption | null,
  note: Note,
): Promise<void> {
  if (response.destroyed) return
  if (disruption === null) return send(response, answer, note)
  switch (disruption.kind) {
    case 'status':
      return send(response, statusAnswer(disruption), note)
    case 'html':
      return send(response, htmlAnswer(disruption), note)
    case 'truncated':
      return truncate(response, answer, note)
    case 'hang':
      return new Promise(resolve => response.once('close', resolve))
    case 'cut':
      response.destroy()
      return
    default:
      return disruption satisfies never
  }
}
