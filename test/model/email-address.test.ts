import t from 'tap'
import { type AddressUse, addressFault, emailKey } from '../../src/model/email-address.js'
import fc from '../helpers/properties.js'

const KEYS: readonly (readonly [email: string, key: string])[] = [
  [' Ann@ACME.example\n', 'ann@acme.example'],
  ['JOSE\u0301@acme.example', 'jos\u00e9@acme.example'],
  ['\u212b@x', '\u00e5@x'],
  ['ＡＮＮ@x', 'ａｎｎ@x'],
  ['', ''],
  ['ΝΙΚΟΣ@x.gr', 'νικοσ@x.gr'],
  ['νικος@x.gr', 'νικοσ@x.gr'],
  ['J\u030c@x', '\u01f0@x'],
  ['STRASSE@x', 'strasse@x'],
  ['STRAẞE@x', 'straße@x'],
  ['ısık@x', 'ısık@x'],
  ['ann@xn--bcher-kva.example', 'ann@bücher.example'],
  ['ann@XN--BCHER-KVA.Example', 'ann@bücher.example'],
  ['ann@BÜCHER.example', 'ann@bücher.example'],
  ['ann@sub.xn--bcher-kva.example', 'ann@sub.bücher.example'],
  ['xn--bcher-kva@x', 'xn--bcher-kva@x'],
  ['ann@xn--a.example', 'ann@xn--a.example'],
  ['*@*.xn--bcher-kva.example', '*@*.bücher.example'],
  ['*@xn--bcher-kva*.example', '*@xn--bcher-kva*.example'],
]

for (const [email, key] of KEYS) t.test(`the key of ${JSON.stringify(email)}`, async t => t.equal(emailKey(email), key))

t.test('a key is the key of itself', async () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('xn--', '@', '.', 'Σ', 'ς', 'J', '\u030c', 'ü', 'bcher-kva', '*', 'İ') }),
  )
  fc.assert(
    fc.property(texts, text => emailKey(emailKey(text)) === emailKey(text)),
    { numRuns: 5000 },
  )
})

t.test(
  "issue 12.4: addresses fold as regular expressions' simple case folding does, character by character",
  async t => {
    const cased = [...Array(0x110000).keys()]
      .filter(code => code < 0xd800 || code > 0xdfff)
      .map(code => String.fromCodePoint(code))
      .filter(character => character.toLowerCase() !== character || character.toUpperCase() !== character)
    const wrong = cased.filter(character => {
      const code = `\\u{${character.codePointAt(0)?.toString(16)}}`
      return !new RegExp(`^${code}$`, 'iu').test(emailKey(`${character}@x`).slice(0, -2))
    })
    // Their one canonical form is of two characters, or their folding is newer than this version's Unicode.
    t.strictSame(
      wrong.filter(character => character.normalize('NFC') === character && character !== '\ufb05'),
      [],
    )
    t.ok(cased.length > 2500)
  },
)

t.test('prefixes keep matching when a word goes on after a Σ', async () => {
  const letters = fc.string({ unit: fc.constantFrom('Σ', 'σ', 'ς', 'Α', 'ι', 'İ', 'ß', 'x'), maxLength: 6 })
  fc.assert(fc.property(letters, letters, (a, b) => emailKey(`${a}${b}@x`).startsWith(emailKey(`${a}@x`).slice(0, -2))))
})

/** What each use says: nothing for an address or a pattern that works. */
const FAULTS: readonly (readonly [text: string, use: AddressUse, fault: RegExp | null])[] = [
  ['ann@acme.example', 'address', null],
  [' ann@acme.example ', 'address', null],
  ["o'brien@acme.example", 'address', null],
  ['ann+guests@acme.example', 'address', null],
  ['{ann}@acme.example', 'address', null],
  ['ann@localhost', 'address', null],
  ['ann@bücher.example', 'address', null],
  ['ann@xn--bcher-kva.example', 'address', null],
  ['*', 'pattern', null],
  ['*', 'protection', null],
  ['**', 'protection', null],
  ['*acme.example', 'pattern', null],
  ['*acme.example', 'protection', /no @/],
  ['?', 'protection', /no @/],
  ['*@acme.example', 'address', /wildcard/],
  ['*@*.acme.example', 'protection', null],
  ['*@xn--bcher-kva.example', 'protection', null],
  ['*@xn--bcher*.example', 'pattern', /wildcard in an encoded part/],
  ['*@ａcme.example', 'pattern', /written acme, not ａcme/],
  ['*@acme。example', 'pattern', /no address has \(。\)/],
  ['ann@acme.example/x', 'address', /domain with "\/"/],
  ['ann@acme.example|ben', 'address', /domain with "\|"/],
  ['\u201cann@acme.example', 'address', /quotation mark \(“\)/],
  ['ann@acme.example\u2060', 'address', /cannot be seen \(U\+2060\)/],
  ['ann\ufe0f@acme.example', 'address', /cannot be seen \(U\+FE0F\)/],
  ['ann\u00a0lee@acme.example', 'address', /white space/],
  ['ann@acme.example\nben@acme.example', 'address', /several lines/],
  [`${'a'.repeat(1100)}@acme.example`, 'address', null],
]

for (const [text, use, fault] of FAULTS) {
  t.test(`${use} ${JSON.stringify(text.slice(0, 60))}`, async t => {
    const found = addressFault(text, use)
    if (fault === null) t.equal(found, null)
    else t.match(found?.fault, fault)
  })
}

t.test('long hostile addresses cost no more than their length', async t => {
  for (const unit of ['a.', '*', "'", '@.', 'xn--', 'ü', 'ü.', ' ', '*.xn--']) {
    const start = process.cpuUsage()
    addressFault(`a@${unit.repeat(300_000)}`, 'pattern')
    emailKey(`a@${unit.repeat(300_000)}`)
    t.ok(process.cpuUsage(start).user < 4_000_000, JSON.stringify(unit))
  }
})
