import { redact } from './secret.js'

const LONGEST = 200

/** What a server says, fit for an error message: one line, without control characters or known secrets, cut. */
export function foreignText(text: string): string {
  const line = redact(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
