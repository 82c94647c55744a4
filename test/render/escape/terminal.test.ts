import t from 'tap'
import { escapeTerminal, quoteTerminal } from '../../../src/render/escape/terminal.js'
import fc from '../../helpers/properties.js'
import { commandsIn, unsafeIn } from '../fixtures/inert.js'
import { HOSTILE } from '../fixtures/plan.js'

const CASES: readonly (readonly [name: string, text: string, escaped: string])[] = [
  ['plain text', 'Renée, 東京 ❤️', 'Renée, 東京 ❤️'],
  ['an escape sequence', '\u001b[31mred', '\\u{1b}[31mred'],
  ['line breaks and tabs', 'a\r\nb\tc', 'a\\u{d}\\u{a}b\\u{9}c'],
  ['C1 controls', '\u009b31m', '\\u{9b}31m'],
  ['bidi', 'exe\u202egnp', 'exe\\u{202e}gnp'],
  ['zero width', 'ad\u200bmin\ufeff', 'ad\\u{200b}min\\u{feff}'],
  ['a joiner that nothing shows', 'a\u034fb', 'a\\u{34f}b'],
  ['tags beyond the first plane', 'a\u{e0041}', 'a\\u{e0041}'],
  ['a lone surrogate', 'a\ud800', 'a\\u{d800}'],
  ['separators of lines', 'a\u2028b', 'a\\u{2028}b'],
  ['letters that are blank', '\u3164', '\\u{3164}'],
  ['a command of GitHub', '::error::x', '\\u{3a}:error::x'],
  ['such a command behind spaces', '  ::error::x', '  \\u{3a}:error::x'],
  ['colons elsewhere', 'a::b', 'a::b'],
  ['an older command of GitHub', 'a ##[error]', 'a \\u{23}#[error]'],
  ['a command of Azure', '##VSO[task]', '\\u{23}#VSO[task]'],
  ['a heading', '## a', '## a'],
]

for (const [name, text, escaped] of CASES) t.test(name, async t => t.equal(escapeTerminal(text), escaped))

t.test('quotes within quotes are escaped', async t => t.equal(quoteTerminal('a"b'), '"a\\"b"'))

for (const [name, text] of Object.entries(HOSTILE)) {
  t.test(`hostile: ${name}`, async t => {
    t.same(unsafeIn(escapeTerminal(text)), [])
    t.same(commandsIn(escapeTerminal(text)), [])
    t.notMatch(escapeTerminal(text), '\n')
  })
}

t.test('any text becomes one inert line, and twice is as once', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
      const escaped = escapeTerminal(text)
      return [...unsafeIn(escaped), ...commandsIn(escaped)].length === 0 && escapeTerminal(escaped) === escaped
    }),
  )
})
