/*
 * Does the table see anything at all? The counting is broken in many ways, one at a time, in a copy of its source; some
 * case must then come out otherwise.
 */
import { join } from 'node:path'
import t from 'tap'
import { bundlePatched, type Patch } from '../helpers/patched.js'
import { approvalCases } from './fixtures/cases.js'
import type { judgeCase } from './fixtures/judge.js'

const JUDGE = 'approval/judge.ts'

const one = (file: string, find: string, replace: string): readonly Patch[] => [{ file, find, replace }]

const MUTANTS: Readonly<Record<string, readonly Patch[]>> = {
  'the same key counts twice': one(JUDGE, 'if (keys.has(fingerprint))', 'if (false)').concat(
    one(
      JUDGE,
      'else if (sharesName(principals, names))',
      'else if (!keys.has(fingerprint) && sharesName(principals, names))',
    ),
  ),
  'the same principal counts twice': one(JUDGE, 'else if (sharesName(principals, names))', 'else if (false)'),
  'principals are told apart by their case': one(JUDGE, 'names.add(emailKey(principal))', 'names.add(principal)'),
  'the author counts': one(JUDGE, "isAuthors(key.fingerprint, policy) ? 'author' : null", 'null'),
  'the author is known by valid lines only': one(
    JUDGE,
    'return signers.some(({ key, principals }) =>',
    'return signers.filter(line => lineFault(line, new Date()) === null).some(({ key, principals }) =>',
  ),
  'a wildcard principal counts': one(JUDGE, "if (principals.length === 0) return 'wildcard-principal'", '').concat(
    one(
      'approval/allowed-signers.ts',
      'principals: allowed.filter(pattern => !hasWildcard(pattern))',
      'principals: allowed',
    ),
  ),
  'an expired key counts': one(JUDGE, "now >= validBefore ? 'expired' : null", 'false ? null : null'),
  'an expired key counts, and ssh-keygen is not asked': one(
    JUDGE,
    "now >= validBefore ? 'expired' : null",
    'false ? null : null',
  ).concat(
    one('approval/ssh-keygen.ts', "return verified.code === 0 ? { kind: 'good' }", "return true ? { kind: 'good' }"),
  ),
  'a key counts at the moment of its end': one(JUDGE, 'now >= validBefore', 'now > validBefore'),
  'a key that is not valid yet counts': one(
    JUDGE,
    "if (validAfter !== null && now < validAfter) return 'not-yet-valid'",
    '',
  ),
  'another namespace counts': one(JUDGE, "namespace === NAMESPACE ? null : 'other-namespace'", 'null'),
  'a key for another namespace counts': one(JUDGE, "if (!mayApprove) return 'namespace-not-allowed'", ''),
  'another digest counts': one(JUDGE, "if (signed.digest !== wanted.digest) return 'other-digest'", ''),
  'another API counts': one(JUDGE, "if (signed.apiUrl !== wanted.apiUrl) return 'other-api'", ''),
  'a certificate counts': one(JUDGE, "if (isCertificate(key.type)) return 'certificate'", ''),
  'an authority counts as a person': one(JUDGE, ' && !certAuthority', ''),
  'a signature is not checked': one(
    'approval/ssh-keygen.ts',
    "if (signed.code !== 0) return { kind: 'bad-signature' }",
    '',
  ),
  'ssh-keygen has no say in who may approve': one(
    'approval/ssh-keygen.ts',
    "return verified.code === 0 ? { kind: 'good' }",
    "return true ? { kind: 'good' }",
  ),
  'one fewer is enough': one(
    'render/text/words.ts',
    'required > (approvers?.length ?? 0)',
    'required - 1 > (approvers?.length ?? 0)',
  ),
  'one more is needed': one(
    'render/text/words.ts',
    'required > (approvers?.length ?? 0)',
    'required >= (approvers?.length ?? 0)',
  ),
}

const { cases, remove } = approvalCases()
t.teardown(remove)

/** The first case that comes out otherwise than the table says. */
async function firstWrong(judge: typeof judgeCase): Promise<string | null> {
  for (const each of cases) {
    const { verdicts, enough } = await judge(each)
    const counted = each.expect.filter(verdict => verdict === 'counts').length
    if (verdicts.join() !== each.expect.join() || enough !== counted) return each.name
  }
  return null
}

async function load(folder: string, patches: readonly Patch[]): Promise<typeof judgeCase> {
  const outfile = join(folder, 'judge.mjs')
  return (await import(await bundlePatched(new URL('fixtures/judge.ts', import.meta.url), outfile, patches))).judgeCase
}

for (const [name, patches] of Object.entries(MUTANTS)) {
  t.test(name, async t => {
    const found = await firstWrong(await load(t.testdir(), patches))
    t.not(found, null, 'some case comes out otherwise')
    t.comment(`found by: ${found}`)
  })
}

t.test('an unpatched copy judges as the table says', async t => {
  t.equal(await firstWrong(await load(t.testdir(), [])), null)
})
