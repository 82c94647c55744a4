import { createHash } from 'node:crypto'

/** The SHA-256 in hex. Apart from text.ts: Node's cryptography takes a quarter of guestlist's share of `--version`. */
export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
