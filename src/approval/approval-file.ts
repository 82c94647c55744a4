import type { Plan } from '../model/plan.js'
import { decodeBase64, type PublicKey, readFields, readPublicKey } from './ssh-wire.js'

/** Approvals are signed in this namespace, so that a signature made for another purpose does not count. */
export const NAMESPACE = 'guestlist-approval'

/** An approval file: an OpenSSH signature followed by the statement that was signed. */
export interface ApprovalFile {
  /** The signature as ssh-keygen reads it, with LF line endings. */
  readonly armor: string
  /** The text after the signature, not yet verified. */
  readonly statement: string
  readonly namespace: string
  readonly key: PublicKey
}

const BEGIN = '-----BEGIN SSH SIGNATURE-----\n'
const END = '-----END SSH SIGNATURE-----\n'
/** OpenSSH's PROTOCOL.sshsig. */
const MAGIC = 'SSHSIG'
const VERSION = 1

/** ssh-keygen ignores what follows a signature, so it can read the file as it is. */
export const approvalText = (armor: string, statement: string): string => `${armor.trimEnd()}\n${statement}`

/** Null for anything that is not an approval. CRLF line endings, as Git may write them, are accepted. */
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

/** What an approver signs. The digest identifies the changes; the rest makes the text readable on its own. */
export interface Statement {
  readonly digest: string
  readonly apiUrl: string
  /** Removals at the API and in Keycloak both count as `remove`. */
  readonly counts: Readonly<Record<'accept' | 'deny' | 'remove', number>>
}

/** Version of the text below; no other is accepted. */
export const STATEMENT_VERSION = 1

export type StatementFault = 'no-statement' | 'other-version' | 'malformed-statement'

/** Counts the actions, which the digest covers, rather than using the summary, which it does not. */
export function statementOf({ digest, apiUrl, actions }: Pick<Plan, 'digest' | 'apiUrl' | 'actions'>): Statement {
  const counts = { accept: 0, deny: 0, remove: 0 }
  for (const { action } of actions) counts[action === 'delete' ? 'remove' : action]++
  return { digest, apiUrl, counts }
}

/**
 * The exact text of a statement:
 *
 *     guestlist approval 1
 *     digest sha256:…
 *     api https://api.bimdata.io
 *     accept 3
 *     deny 1
 *     remove 2
 */
export function statementText({ digest, apiUrl, counts }: Statement): string {
  const { accept, deny, remove } = counts
  return `guestlist approval ${STATEMENT_VERSION}\ndigest ${digest}\napi ${apiUrl}\naccept ${accept}\ndeny ${deny}\nremove ${remove}\n`
}

const TEXT =
  /^guestlist approval 1\ndigest (sha256:[0-9a-f]{64})\napi (\S+)\naccept (\d{1,9})\ndeny (\d{1,9})\nremove (\d{1,9})\n$/

/** Accepts only what `statementText` would write, so that each statement has exactly one spelling. */
export function parseStatement(text: string): Statement | StatementFault {
  if (text.trim() === '') return 'no-statement'
  const version = /^guestlist approval (\S+)\n/.exec(text)?.[1]
  if (version !== undefined && /^\d+$/.test(version) && version !== String(STATEMENT_VERSION)) return 'other-version'
  const [, digest, apiUrl, accept, deny, remove] = TEXT.exec(text) ?? []
  if (digest === undefined || apiUrl === undefined) return 'malformed-statement'
  const statement = { digest, apiUrl, counts: { accept: Number(accept), deny: Number(deny), remove: Number(remove) } }
  return statementText(statement) === text ? statement : 'malformed-statement'
}
