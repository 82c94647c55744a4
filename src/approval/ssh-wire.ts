import { createHash } from 'node:crypto'

/** An OpenSSH public key. */
export interface PublicKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, … */
  readonly type: string
  /** `SHA256:` and 43 base64 characters, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string
}

/** Key types that may sign approvals, with their number of fields (RFC 4253, 5656, 8709; OpenSSH's PROTOCOL.u2f). */
const FIELDS: ReadonlyMap<string, number> = new Map([
  ['ssh-ed25519', 2],
  ['ssh-rsa', 3],
  ['ecdsa-sha2-nistp256', 3],
  ['ecdsa-sha2-nistp384', 3],
  ['ecdsa-sha2-nistp521', 3],
  ['sk-ssh-ed25519@openssh.com', 3],
  ['sk-ecdsa-sha2-nistp256@openssh.com', 4],
])

export const KEY_TYPES: readonly string[] = [...FIELDS.keys()]

export const isCertificate = (type: string): boolean => type.endsWith('-cert-v01@openssh.com')

/** Null if the bytes are not one whole key. Certificates are recognized by type only, since they never count. */
export function readPublicKey(blob: Buffer): PublicKey | null {
  const type = readField(blob, 0)?.toString('latin1') ?? ''
  const whole = isCertificate(type) || (FIELDS.has(type) && readFields(blob)?.length === FIELDS.get(type))
  return whole ? { type, fingerprint: fingerprintOf(blob) } : null
}

const fingerprintOf = (blob: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** A sequence of RFC 4251 strings; null if the bytes end within one. */
export function readFields(buffer: Buffer): readonly Buffer[] | null {
  const fields: Buffer[] = []
  for (let at = 0; at < buffer.length; ) {
    const field = readField(buffer, at)
    if (field === null) return null
    fields.push(field)
    at += 4 + field.length
  }
  return fields
}

function readField(buffer: Buffer, at: number): Buffer | null {
  if (at + 4 > buffer.length) return null
  const end = at + 4 + buffer.readUInt32BE(at)
  return end <= buffer.length ? buffer.subarray(at + 4, end) : null
}

/** Null unless the whole text is base64: Node's own decoder skips invalid characters. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return text !== '' && bytes.toString('base64').replace(/=+$/, '') === text.replace(/={0,2}$/, '') ? bytes : null
}
