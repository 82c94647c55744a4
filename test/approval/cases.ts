import { rmSync } from 'node:fs'
import type { Plan } from '../../src/model/plan.js'
import { certify, keyFolder, makeKey, type SshKey, signWith } from '../helpers/ssh.js'

/** What the table asks of whoever counts approvals. */
export interface ApprovalCase {
  readonly name: string
  /** Lines of the signers file. */
  readonly signers: readonly string[]
  /** The files' contents, in the order given. */
  readonly approvals: readonly string[]
  readonly author?: string
  readonly now?: Date
  /** For each approval: `counts`, or the reason why it does not. */
  readonly expect: readonly string[]
}

/** What is to be approved. The digest need not be true: judging does not make it. */
export const PLAN: Pick<Plan, 'digest' | 'apiUrl' | 'actions'> = {
  digest: `sha256:${'a1'.repeat(32)}`,
  apiUrl: 'https://api.bimdata.io',
  actions: [],
}

export const STATEMENT = `guestlist approval 1\ndigest ${PLAN.digest}\napi ${PLAN.apiUrl}\naccept 0\ndeny 0\nremove 0\n`

const NOW = new Date('2026-11-24T12:00:00Z')

/** The table of spec section 11, with keys made for it. */
export function approvalCases(): { readonly cases: readonly ApprovalCase[]; readonly remove: () => void } {
  const folder = keyFolder()
  const key = (name: string, type?: string) => makeKey(folder, name, type)
  const [k1, k2, k3, ca] = [key('k1'), key('k2'), key('k3'), key('ca')]
  const [rsa, p256, p384, p521] = [key('rsa', 'rsa'), ecdsa(folder, 256), ecdsa(folder, 384), ecdsa(folder, 521)]
  const cert = certify(k3, ca, 'carol')
  const by = (signer: SshKey, text = STATEMENT, namespace?: string) => `${signWith(signer, text, namespace)}${text}`
  const [good1, good2, good3] = [by(k1), by(k2), by(k3)]
  const line = (names: string, signer: SshKey, options = '') =>
    `${names} ${options && `${options} `}${signer.publicKey}`
  const [alice, bob, carol] = [line('alice', k1), line('bob', k2), line('carol', k3)]
  const other = (from: string, to: string) => by(k1, STATEMENT.replace(from, to))
  const cases: readonly ApprovalCase[] = [
    { name: 'two keys of two people', signers: [alice, bob], approvals: [good1, good2], expect: ['counts', 'counts'] },
    { name: 'an rsa key (sha2)', signers: [line('alice', rsa)], approvals: [by(rsa)], expect: ['counts'] },
    { name: 'an ecdsa key, 256 bits', signers: [line('alice', p256)], approvals: [by(p256)], expect: ['counts'] },
    { name: 'an ecdsa key, 384 bits', signers: [line('alice', p384)], approvals: [by(p384)], expect: ['counts'] },
    { name: 'an ecdsa key, 521 bits', signers: [line('alice', p521)], approvals: [by(p521)], expect: ['counts'] },
    {
      name: 'comments, empty lines, a comment after the key',
      signers: ['# who may', '', `${alice} alice@laptop`],
      approvals: [good1],
      expect: ['counts'],
    },
    {
      name: 'a quoted principal with a space',
      signers: [line('"Alice Martin"', k1)],
      approvals: [good1],
      expect: ['counts'],
    },
    {
      name: 'line ends as Git on Windows writes them',
      signers: [`${alice}\r`],
      approvals: [good1.replaceAll('\n', '\r\n')],
      expect: ['counts'],
    },
    { name: 'nothing at all', signers: [alice], approvals: [''], expect: ['not-a-signature'] },
    { name: 'some text', signers: [alice], approvals: [STATEMENT], expect: ['not-a-signature'] },
    { name: 'a signature cut off', signers: [alice], approvals: [good1.slice(0, 120)], expect: ['not-a-signature'] },
    {
      name: 'a signature alone',
      signers: [alice],
      approvals: [good1.slice(0, -STATEMENT.length)],
      expect: ['no-statement'],
    },
    {
      name: 'a later format',
      signers: [alice],
      approvals: [other('approval 1', 'approval 2')],
      expect: ['other-version'],
    },
    {
      name: 'a statement with a line more',
      signers: [alice],
      approvals: [by(k1, `${STATEMENT}accept 9\n`)],
      expect: ['malformed-statement'],
    },
    { name: 'another digest', signers: [alice], approvals: [other('a1a1', 'b2a1')], expect: ['other-digest'] },
    {
      name: 'another API',
      signers: [alice],
      approvals: [other('api.bimdata', 'staging.bimdata')],
      expect: ['other-api'],
    },
    { name: 'other counts', signers: [alice], approvals: [other('remove 0', 'remove 1')], expect: ['other-counts'] },
    {
      name: 'the namespace of Git',
      signers: [alice],
      approvals: [by(k1, STATEMENT, 'git')],
      expect: ['other-namespace'],
    },
    {
      name: 'a namespace that begins alike',
      signers: [alice],
      approvals: [by(k1, STATEMENT, 'guestlist-approval-test')],
      expect: ['other-namespace'],
    },
    {
      name: 'the statement exchanged for this plan',
      signers: [alice],
      approvals: [`${signWith(k1, STATEMENT.replace('a1a1', 'b2a1'))}${STATEMENT}`],
      expect: ['bad-signature'],
    },
    {
      name: 'one bit of the signature flipped',
      signers: [alice],
      approvals: [flipped(good1)],
      expect: ['bad-signature'],
    },
    {
      name: "another key put in the place of the signer's",
      signers: [alice, bob],
      approvals: [withKeyOf(good1, k1, k2)],
      expect: ['bad-signature'],
    },
    { name: 'a key that is not listed', signers: [bob], approvals: [good1], expect: ['unknown-key'] },
    {
      name: 'a certificate of a listed authority',
      signers: [line('*', ca, 'cert-authority'), carol],
      approvals: [by({ ...k3, path: cert })],
      expect: ['certificate'],
    },
    {
      name: 'a key listed as an authority only',
      signers: [line('alice', k1, 'cert-authority')],
      approvals: [good1],
      expect: ['unknown-key'],
    },
    {
      name: 'a principal with a wildcard',
      signers: [line('*@acme.example', k1)],
      approvals: [good1],
      expect: ['wildcard-principal'],
    },
    {
      name: 'a principal with a question mark',
      signers: [line('alic?', k1)],
      approvals: [good1],
      expect: ['wildcard-principal'],
    },
    {
      name: 'a wildcard beside a name',
      signers: [line('*@acme.example,alice', k1)],
      approvals: [good1],
      expect: ['counts'],
    },
    {
      name: 'a name excluded by its own line',
      signers: [line('alice,al*,!alice', k1)],
      approvals: [good1],
      expect: ['wildcard-principal'],
    },
    {
      name: 'allowed in this namespace among others',
      signers: [line('alice', k1, 'namespaces="git,guestlist-*"')],
      approvals: [good1],
      expect: ['counts'],
    },
    {
      name: 'allowed in another namespace only',
      signers: [line('alice', k1, 'namespaces="git"')],
      approvals: [good1],
      expect: ['namespace-not-allowed'],
    },
    {
      name: 'this namespace excluded',
      signers: [line('alice', k1, 'namespaces="*,!guestlist-approval"')],
      approvals: [good1],
      expect: ['namespace-not-allowed'],
    },
    {
      name: 'expired',
      signers: [line('alice', k1, 'valid-before="20261124Z"')],
      approvals: [good1],
      expect: ['expired'],
    },
    {
      name: 'expires now',
      signers: [line('alice', k1, 'valid-before="20261124120000Z"')],
      approvals: [good1],
      expect: ['expired'],
    },
    {
      name: 'not yet valid',
      signers: [line('alice', k1, 'valid-after="20990101Z"')],
      approvals: [good1],
      expect: ['not-yet-valid'],
    },
    {
      name: 'valid now',
      signers: [line('alice', k1, 'valid-after="20200101Z",valid-before="20990101"')],
      approvals: [good1],
      expect: ['counts'],
    },
    {
      name: 'listed twice, once expired',
      signers: [line('alice', k1, 'valid-before="20200101"'), alice],
      approvals: [good1],
      expect: ['counts'],
    },
    {
      name: "valid by the clock, not by ssh-keygen's",
      now: new Date('2019-01-01T00:00:00Z'),
      signers: [line('alice', k1, 'valid-before="20200101"')],
      approvals: [good1],
      expect: ['rejected'],
    },
    {
      name: 'the same approval twice',
      signers: [alice, bob],
      approvals: [good1, good1],
      expect: ['counts', 'same-key'],
    },
    {
      name: 'one key listed for two people',
      signers: [alice, line('bob', k1)],
      approvals: [good1, good1],
      expect: ['counts', 'same-key'],
    },
    {
      name: 'one person with two keys',
      signers: [alice, line('alice', k2)],
      approvals: [good1, good2],
      expect: EITHER(k1, k2),
    },
    {
      name: 'one person spelled in two ways',
      signers: [alice, line('Alice', k2)],
      approvals: [good1, good2],
      expect: EITHER(k1, k2),
    },
    {
      name: "a shared key does not take the place of people's own",
      signers: [line('alice,bob', k3), alice, bob],
      approvals: [good3, good1, good2],
      expect: ['same-principal', 'counts', 'counts'],
    },
    {
      name: "the author's own",
      author: 'alice',
      signers: [alice, bob],
      approvals: [good1, good2],
      expect: ['author', 'counts'],
    },
    {
      name: "the author's second key",
      author: 'alice',
      signers: [alice, line('alice', k2), carol],
      approvals: [good2, good3],
      expect: ['author', 'counts'],
    },
    {
      name: "the author's key, listed for somebody else too",
      author: 'alice',
      signers: [alice, line('bob', k1)],
      approvals: [good1],
      expect: ['author'],
    },
    {
      name: "the author's key, listed for them only until yesterday",
      author: 'alice',
      signers: [line('alice', k1, 'valid-before="20200101"'), line('bob', k1)],
      approvals: [good1],
      expect: ['author'],
    },
    {
      name: 'an author who may not approve',
      author: 'dave',
      signers: [line('dave', ca, 'namespaces="git"'), alice],
      approvals: [good1, by(ca)],
      expect: ['counts', 'namespace-not-allowed'],
    },
    {
      name: 'mixed: one counts, the others for their own reasons',
      author: 'carol',
      signers: [alice, carol, line('x*', p256)],
      approvals: [good3, by(p256), good2, flipped(good1), good1, good1],
      expect: ['author', 'wildcard-principal', 'unknown-key', 'bad-signature', 'counts', 'same-key'],
    },
  ]
  return { cases: cases.map(each => ({ now: NOW, ...each })), remove: () => rmSync(folder, { recursive: true }) }
}

const ecdsa = (folder: string, bits: number): SshKey => makeKey(folder, `p${bits}`, 'ecdsa', '', bits)

/** Of two equal ones the first by fingerprint counts. */
const EITHER = (a: SshKey, b: SshKey): readonly string[] =>
  a.fingerprint < b.fingerprint ? ['counts', 'same-principal'] : ['same-principal', 'counts']

function flipped(approval: string): string {
  return editBlob(approval, blob => {
    const last = blob.length - 1
    blob[last] = (blob[last] ?? 0) ^ 1
    return blob
  })
}

/** As if the other had signed. */
const withKeyOf = (approval: string, from: SshKey, to: SshKey): string =>
  editBlob(approval, blob => {
    const [own, others] = [from, to].map(({ publicKey }) => Buffer.from(publicKey.split(' ')[1] ?? '', 'base64'))
    const at = blob.indexOf(own ?? '')
    others?.copy(blob, at)
    return blob
  })

function editBlob(approval: string, edit: (blob: Buffer) => Buffer): string {
  const [, begin = '', base64 = '', end = ''] = /^(-----BEGIN.*?-----\n)(.*?)(-----END.*)$/s.exec(approval) ?? []
  const edited = edit(Buffer.from(base64, 'base64')).toString('base64')
  return `${begin}${edited.replace(/(.{70})/g, '$1\n')}\n${end}`
}
