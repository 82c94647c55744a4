import { rmSync } from 'node:fs'
import t from 'tap'
import { parseAllowedSigners } from '../../src/approval/allowed-signers.js'
import { keyFolder, makeKey } from '../helpers/ssh.js'

const folder = keyFolder()
t.teardown(() => rmSync(folder, { recursive: true }))
const key = makeKey(folder, 'key')
const KEY = key.publicKey

t.test('a line as people write them', async t => {
  const text = `# who may approve\n\n  alice@acme.example,bob@acme.example namespaces="git,guestlist-approval",valid-after="20260101",valid-before="20270101120000Z" ${KEY} alice's laptop\n`
  const { signers, faults } = parseAllowedSigners(text)
  t.same(faults, [])
  t.match(signers, [
    {
      line: 3,
      principals: ['alice@acme.example', 'bob@acme.example'],
      wildcards: [],
      key: { type: 'ssh-ed25519', fingerprint: key.fingerprint },
      certAuthority: false,
      mayApprove: true,
      validAfter: new Date(2026, 0, 1),
      validBefore: new Date('2027-01-01T12:00:00Z'),
    },
  ])
})

t.test('what is not such a line is a fault with its line, never passed over', async t => {
  const [type = '', base64 = ''] = KEY.split(' ')
  const faulty: Readonly<Record<string, string>> = {
    'a name alone': 'alice',
    'a key without a name': KEY,
    'no key': 'alice namespaces="git"',
    'a key cut off': `alice ${type} ${base64.slice(0, -8)}`,
    'a letter of the key that is none of base64': `alice ${type} ${base64.slice(0, 20)}!${base64.slice(21)}`,
    'a key with something after it': `alice ${type} ${base64}AAAA`,
    'a key of another type than it says': `alice ssh-rsa ${base64}`,
    'a type that cannot sign': `alice ssh-dss ${base64}`,
    'a type misspelt': `alice ssh-ed2551 ${base64}`,
    'an option misspelt': `alice namespace="git" ${KEY}`,
    'an option that has no value': `alice namespaces ${KEY}`,
    'a switch that has a value': `alice cert-authority="yes" ${KEY}`,
    'an option given twice': `alice namespaces="git",namespaces="file" ${KEY}`,
    'options after a space': `alice namespaces="git", valid-before="20270101" ${KEY}`,
    'a value without quotation marks': `alice valid-before=20270101 ${KEY}`,
    'a day that does not exist': `alice valid-before="20260231" ${KEY}`,
    'a time that is none': `alice valid-before="tomorrow" ${KEY}`,
    'a date as people write it': `alice valid-before="2027-01-01" ${KEY}`,
    'valid after its end': `alice valid-after="20270101",valid-before="20260101" ${KEY}`,
    'an empty namespace': `alice namespaces="" ${KEY}`,
    'an empty principal': `alice,,bob ${KEY}`,
    'only an exclusion': `!alice ${KEY}`,
    'everybody excluded': `alice,!al* ${KEY}`,
    'a character that cannot be seen': `ali\u200bce ${KEY}`,
    'a byte order mark': `\ufeff alice ${KEY}`,
    'bytes that are not UTF-8': `ali\ufffd ${KEY}`,
    'a quotation mark that is not closed': `"alice ${KEY}`,
  }
  for (const [name, line] of Object.entries(faulty)) {
    const { faults } = parseAllowedSigners(`alice ${KEY}\n${line}\n`)
    t.strictSame(
      faults.map(fault => fault.line),
      [2],
      `${name}: ${faults[0]?.message}`,
    )
  }
})

t.test('a file that lists nobody is a fault', async t => {
  for (const text of ['', '\n', '# nobody yet\n']) t.match(parseAllowedSigners(text).faults, [{ line: 1 }])
})

t.test('every line of it is looked at', async t => {
  const { signers, faults } = parseAllowedSigners(`alice ${KEY}\nbob\ncarol ${KEY}\ndave ssh-rsa x\n`)
  t.same(
    signers.map(({ line }) => line),
    [1, 3],
  )
  t.same(
    faults.map(({ line }) => line),
    [2, 4],
  )
})
