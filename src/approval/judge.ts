import { emailKey } from '../model/email-address.js'
import type { Approver, Plan } from '../model/plan.js'
import { byCodeUnit } from '../model/text.js'
import type { Signer } from './allowed-signers.js'
import { type ApprovalFile, NAMESPACE, parseStatement, type StatementFault, statementOf } from './approval-file.js'
import { isCertificate } from './ssh-wire.js'

/*
 * Whether an approval counts. The first matching row applies.
 *
 * | given                                                               | verdict              |
 * | ------------------------------------------------------------------- | -------------------- |
 * | no file, an unreadable one, or a folder without approvals           | does not count       |
 * | text that is not a signature with a statement of version 1          | does not count       |
 * | a statement with another API, digest or counts                      | does not count       |
 * | a signature in another namespace                                    | does not count       |
 * | a signature by a certificate: its authority could issue any number  | does not count       |
 * | a key that no line lists as a person's own                          | does not count       |
 * | … or only for a wildcard, another namespace or another time         | does not count       |
 * | a key that any line, valid or not, lists for the author             | does not count       |
 * | a signature that ssh-keygen rejects for this text and key           | does not count       |
 * | a key or principal shared with an approval that already counts      | does not count again |
 * | anything else                                                       | counts once          |
 *
 * So no two approvals that count share a key or a principal, whatever their order.
 */

/** A file named on the command line, or found in a folder named there. */
export interface GivenApproval {
  /** As given, for messages. */
  readonly path: string
  readonly content: ApprovalFile | FileFault
}

export type FileFault = 'missing' | 'unreadable' | 'empty-folder' | 'not-a-signature'

export type Reason =
  | FileFault
  | StatementFault
  | 'other-api'
  | 'other-digest'
  | 'other-counts'
  | 'other-namespace'
  | 'certificate'
  | 'unknown-key'
  | 'wildcard-principal'
  | 'namespace-not-allowed'
  | 'not-yet-valid'
  | 'expired'
  | 'author'
  | 'bad-signature'
  | 'rejected'
  | 'same-key'
  | 'same-principal'

export interface Rejected {
  readonly path: string
  readonly counts: false
  readonly reason: Reason
  /** A complete sentence for the user. */
  readonly message: string
  /** Fingerprint of the signing key, if known. */
  readonly key: string | null
}

/** An approval that counts if its signature turns out to be valid. */
export interface Candidate {
  readonly path: string
  readonly file: ApprovalFile
  /** As spelled in the signers file; at least one. */
  readonly principals: readonly string[]
}

export interface Counted extends Approver {
  readonly path: string
  readonly counts: true
}

export type Judged = Counted | Rejected

export interface ApprovalPolicy {
  readonly plan: Pick<Plan, 'digest' | 'apiUrl' | 'actions'>
  readonly signers: readonly Signer[]
  /** Principals whose own signature does not count. */
  readonly authors: readonly string[]
  /** The system clock; no option overrides it, so an expired key stays expired. */
  readonly now: Date
}

/** Applies every check that does not need the signature itself to be verified. */
export function screen({ path, content }: GivenApproval, policy: ApprovalPolicy): Candidate | Rejected {
  if (typeof content === 'string') return rejected(path, content, null)
  const reason = statementFault(content, policy.plan) ?? keyFault(content, policy)
  if (reason !== null) return rejected(path, reason, content)
  return { path, file: content, principals: principalsOf(content, policy) }
}

function statementFault({ statement, namespace }: ApprovalFile, plan: ApprovalPolicy['plan']): Reason | null {
  const signed = parseStatement(statement)
  if (typeof signed === 'string') return signed
  const wanted = statementOf(plan)
  if (signed.apiUrl !== wanted.apiUrl) return 'other-api'
  if (signed.digest !== wanted.digest) return 'other-digest'
  if (JSON.stringify(signed.counts) !== JSON.stringify(wanted.counts)) return 'other-counts'
  return namespace === NAMESPACE ? null : 'other-namespace'
}

function keyFault({ key }: ApprovalFile, policy: ApprovalPolicy): Reason | null {
  if (isCertificate(key.type)) return 'certificate'
  const faults = linesOf(key.fingerprint, policy).map(line => lineFault(line, policy.now))
  if (!faults.includes(null)) return faults[0] ?? 'unknown-key'
  return isAuthors(key.fingerprint, policy) ? 'author' : null
}

const linesOf = (fingerprint: string, { signers }: ApprovalPolicy): readonly Signer[] =>
  signers.filter(({ key, certAuthority }) => key.fingerprint === fingerprint && !certAuthority)

/** Why one line of the signers file does not make its key an approver's; null if it does. */
function lineFault({ principals, mayApprove, validAfter, validBefore }: Signer, now: Date): Reason | null {
  if (principals.length === 0) return 'wildcard-principal'
  if (!mayApprove) return 'namespace-not-allowed'
  if (validAfter !== null && now < validAfter) return 'not-yet-valid'
  return validBefore !== null && now >= validBefore ? 'expired' : null
}

/** Names are compared like addresses, so that two spellings of one name do not count as two people. */
function isAuthors(fingerprint: string, { signers, authors }: ApprovalPolicy): boolean {
  const names = new Set(authors.map(emailKey))
  return signers.some(({ key, principals }) => key.fingerprint === fingerprint && sharesName(principals, names))
}

const sharesName = (principals: readonly string[], names: ReadonlySet<string>): boolean =>
  principals.some(principal => names.has(emailKey(principal)))

const principalsOf = ({ key }: ApprovalFile, policy: ApprovalPolicy): readonly string[] => [
  ...new Set(
    linesOf(key.fingerprint, policy)
      .filter(line => lineFault(line, policy.now) === null)
      .flatMap(({ principals }) => principals),
  ),
]

/** Counts candidates with valid signatures that share neither key nor principal, keeping their order. */
export function count(items: readonly (Candidate | Rejected)[]): readonly Judged[] {
  const keys = new Set<string>()
  const names = new Set<string>()
  const judged = new Map<Candidate, Judged>()
  for (const candidate of items.filter(isCandidate).toSorted(leastAmbiguousFirst)) {
    const { path, file, principals } = candidate
    const { fingerprint } = file.key
    if (keys.has(fingerprint)) judged.set(candidate, rejected(path, 'same-key', file))
    else if (sharesName(principals, names)) judged.set(candidate, rejected(path, 'same-principal', file, principals))
    else {
      keys.add(fingerprint)
      for (const principal of principals) names.add(emailKey(principal))
      judged.set(candidate, { path, counts: true, principal: principals.join(', '), key: fingerprint })
    }
  }
  return items.flatMap(item => (isCandidate(item) ? (judged.get(item) ?? []) : [item]))
}

export const isCandidate = (item: Candidate | Rejected): item is Candidate => !('counts' in item)

/** Otherwise a key listed for several people could use up the approval of each of them. */
const leastAmbiguousFirst = (a: Candidate, b: Candidate): number =>
  a.principals.length - b.principals.length ||
  byCodeUnit(a.file.key.fingerprint, b.file.key.fingerprint) ||
  byCodeUnit(a.path, b.path)

/** `detail`: the principals that already count, or ssh-keygen's message. */
export function rejected(
  path: string,
  reason: Reason,
  file: ApprovalFile | null,
  detail: readonly string[] = [],
): Rejected {
  const key = file?.key.fingerprint ?? null
  const sentence = SENTENCES[reason](key ?? '', detail.join(', '))
  return { path, counts: false, reason, message: `${path} does not count: ${sentence}.`, key }
}

const SENTENCES: Readonly<Record<Reason, (key: string, detail: string) => string>> = {
  missing: () => 'there is no such file or folder',
  unreadable: () => 'it cannot be read',
  'empty-folder': () => 'the folder holds no file whose name ends in .sig',
  'not-a-signature': () => 'it is not a signature of OpenSSH',
  'no-statement': () => 'it is a signature without the statement that "guestlist approve" writes below it',
  'other-version': () => 'its statement has a format that this version of guestlist does not know',
  'malformed-statement': () => 'its statement is not as "guestlist approve" writes it',
  'other-api': () => 'it approves a plan for another API',
  'other-digest': () => 'it approves another plan: the digest differs',
  'other-counts': () => "its statement's counts are not those of the plan",
  'other-namespace': () => `it was signed in a namespace other than ${NAMESPACE}`,
  certificate: () => 'it was signed with a certificate; only keys that the signers file lists themselves count',
  'unknown-key': key => `the key ${key} is not in the signers file`,
  'wildcard-principal': key => `the signers file lists the key ${key} for a pattern, which names nobody in particular`,
  'namespace-not-allowed': key => `the signers file does not allow the key ${key} in the namespace ${NAMESPACE}`,
  'not-yet-valid': key => `the key ${key} is not valid yet (valid-after in the signers file)`,
  expired: key => `the key ${key} has expired (valid-before in the signers file)`,
  author: key => `the key ${key} is the author's own (--author)`,
  'bad-signature': key => `the signature by the key ${key} is not of this statement: one of them was changed`,
  rejected: (key, detail) => `ssh-keygen does not accept the signature by the key ${key}${detail && `: ${detail}`}`,
  'same-key': key => `the key ${key} has approved already, and counts once`,
  'same-principal': (key, detail) => `${detail} has approved already with another key than ${key}, and counts once`,
}
