import { createHash } from 'node:crypto'

/** The SHA-256 in hex. Not in text.ts: loading Node's crypto takes a quarter of guestlist's share of `--version`. */
export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
