/** A response of the API, before any fault affects it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Sent one after the other; empty for a response without a body. */
  readonly body: readonly Buffer[]
}

const JSON_TYPE = { 'content-type': 'application/json' }

export const done: Answer = { status: 204, headers: {}, body: [] }

/** JSON text, in parts. */
export const jsonParts = (body: readonly Buffer[]): Answer => ({ status: 200, headers: JSON_TYPE, body })

export const json = (value: unknown): Answer => jsonParts([Buffer.from(JSON.stringify(value))])

/** An error in the form of the contract's `Error`. */
export function failure(status: number, code: string, detail: string, headers: Record<string, string> = {}): Answer {
  const body = Buffer.from(JSON.stringify({ code, detail }))
  return { status, headers: { ...JSON_TYPE, ...headers }, body: [body] }
}
