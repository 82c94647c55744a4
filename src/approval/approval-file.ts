import { decodeBase64, type PublicKey, readFields, readPublicKey } from './ssh-wire.js'

/** Who approves signs in this namespace, so that a signature made for something else is none. */
export const NAMESPACE = 'guestlist-approval'

/** An approval as a file: OpenSSH's signature, and below it the statement that was signed. */
export interface ApprovalFile {
  /** As ssh-keygen reads it, LF line ends. */
  readonly armor: string
  /** What follows the signature; not checked. */
  readonly statement: string
  readonly namespace: string
  readonly key: PublicKey
}

const BEGIN = '-----BEGIN SSH SIGNATURE-----\n'
const END = '-----END SSH SIGNATURE-----\n'
/** OpenSSH's PROTOCOL.sshsig. */
const MAGIC = 'SSHSIG'
const VERSION = 1

/** ssh-keygen passes over what follows a signature, so that the file serves it as it is. */
export const approvalText = (armor: string, statement: string): string => `${armor.trimEnd()}\n${statement}`

/** Null for anything that is not an approval. Line ends that Git turned into CRLF are accepted. */
export function parseApproval(text: string): ApprovalFile | null {
  const plain = text.replaceAll('\r\n', '\n')
  const whole = plain.endsWith('\n') ? plain : `${plain}\n`
  const end = whole.indexOf(END)
  if (!whole.startsWith(BEGIN) || end === -1) return null
  const blob = decodeBase64(whole.slice(BEGIN.length, end).replaceAll('\n', ''))
  const signed = blob === null ? null : readSignature(blob)
  if (signed === null) return null
  const after = end + END.length
  return { ...signed, armor: whole.slice(0, after), statement: whole.slice(after) }
}

/** Fields: public key, namespace, reserved, hash, signature. */
function readSignature(blob: Buffer): Pick<ApprovalFile, 'namespace' | 'key'> | null {
  const head = MAGIC.length + 4
  if (blob.length < head || blob.toString('latin1', 0, MAGIC.length) !== MAGIC) return null
  if (blob.readUInt32BE(MAGIC.length) !== VERSION) return null
  const fields = readFields(blob.subarray(head))
  const [publicKey, namespace] = fields ?? []
  if (fields?.length !== 5 || publicKey === undefined || namespace === undefined) return null
  const key = readPublicKey(publicKey)
  return key === null ? null : { key, namespace: namespace.toString('utf8') }
}
