import { GuestlistError } from '../model/error.js'
import { parseAllowedSigners, type Signer } from './allowed-signers.js'
import {
  type ApprovalPolicy,
  type Candidate,
  count,
  type GivenApproval,
  isCandidate,
  type Judged,
  type Rejected,
  rejected,
  screen,
} from './judge.js'
import { check, type SshKeygen } from './ssh-keygen.js'

/** A signers file: its content, and its path for messages. */
export interface SignersFile {
  readonly path: string
  readonly text: string
}

/**
 * Decides which approvals count, in the order given.
 *
 * @throws GuestlistError if the signers file has a fault or does not list an author, or if ssh-keygen cannot be run
 */
export async function judgeApprovals(
  given: readonly GivenApproval[],
  signersFile: SignersFile,
  rest: Omit<ApprovalPolicy, 'signers'>,
  keygen: SshKeygen,
): Promise<readonly Judged[]> {
  const policy: ApprovalPolicy = { ...rest, signers: readSigners(signersFile, rest.authors) }
  const screened = given.map(approval => screen(approval, policy))
  // ssh-keygen would treat the CR as part of the line.
  const text = `${signersFile.text.replaceAll('\r\n', '\n').trimEnd()}\n`
  const settled: (Candidate | Rejected)[] = []
  for (const item of screened) settled.push(isCandidate(item) ? await checked(item, text, keygen) : item)
  return count(settled)
}

async function checked(candidate: Candidate, signers: string, keygen: SshKeygen): Promise<Candidate | Rejected> {
  const { path, file, principals } = candidate
  const result = await check(file, principals[0] ?? '', signers, keygen)
  if (result.kind === 'good') return candidate
  return rejected(path, result.kind, file, 'why' in result && result.why !== '' ? [result.why] : [])
}

/** @throws GuestlistError */
export function readSigners({ path, text }: SignersFile, authors: readonly string[]): readonly Signer[] {
  const { signers, faults } = parseAllowedSigners(text)
  if (faults.length > 0) {
    const lines = faults.map(({ line, message }) => `${path}:${line}: ${message}`)
    throw new GuestlistError('signers-invalid', `The signers file cannot be used:\n${lines.join('\n')}`, {
      advice: 'Fix it: a line that is ignored may be one that protects somebody.',
    })
  }
  const listed = new Set(signers.flatMap(({ principals }) => principals))
  const unknown = authors.filter(author => !listed.has(author))
  if (unknown.length === 0) return signers
  throw new GuestlistError(
    'signers-invalid',
    `The author ${unknown.join(', ')} is not a principal of the signers file ${path}.`,
    {
      advice: `Spell --author as the file does: under another name their own signature would count. List those who write plans and may not approve with namespaces="git".`,
    },
  )
}
