import { inspect } from 'node:util'

const HIDDEN = '[redacted]'

/** Shorter values are not redacted: they would blank out innocent words. */
const SHORTEST_REDACTED = 4

const known = new Set<string>()

/**
 * A value that must never be shown. Coerced to a string, to JSON or inspected, it reads `[redacted]`;
 * only `reveal` returns it, and only code that sends it calls that.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
    registerSecret(value)
  }

  reveal(): string {
    return this.#value
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }

  [inspect.custom](): string {
    return HIDDEN
  }
}

/** Makes `redact` hide a secret that has to remain a plain string. */
export function registerSecret(value: string): void {
  for (const form of formsOf(value)) if (form.length >= SHORTEST_REDACTED) known.add(form)
}

/** The encodings in which a secret can appear in an error message that is not ours. */
function formsOf(value: string): string[] {
  const form = new URLSearchParams({ v: value }).toString().slice(2)
  const json = JSON.stringify(value).slice(1, -1)
  const base64 = Buffer.from(value, 'utf8').toString('base64')
  // Echoed from a header: as Node reads its bytes, and without what a header loses at its end.
  const header = Buffer.from(value, 'utf8').toString('latin1')
  return [value, form, json, base64, header, header.trim(), ...percentEncoded(value)]
}

function percentEncoded(value: string): string[] {
  try {
    return [encodeURIComponent(value)]
  } catch {
    // A lone surrogate has no percent-encoding.
    return []
  }
}

/** Redacts every secret known to this process, for messages from servers and libraries. */
export function redact(text: string): string {
  let clean = text
  for (const secret of [...known].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, HIDDEN)
  return clean
}

const LONGEST = 200

/** A server's message made safe for our own: one line, truncated, without control characters or known secrets. */
export function sanitizeServerText(text: string): string {
  const line = redact(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
