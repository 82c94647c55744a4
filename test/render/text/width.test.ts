import t from 'tap'
import { COLOUR } from '../../../src/render/text/style.js'
import { table } from '../../../src/render/text/table.js'
import { displayWidth, wrapLine } from '../../../src/render/text/width.js'

const WIDTHS: readonly (readonly [name: string, text: string, width: number])[] = [
  ['ASCII', 'Tower A', 7],
  ['accents', 'Renée', 5],
  ['combining accents', 'Rene\u0301e', 5],
  ['East Asian', '東京', 4],
  ['full width', 'Ａ', 2],
  ['emoji', '🏗', 1],
  ['emoji that are always drawn as such', '🚀', 2],
  ['colours', COLOUR.bad('no'), 2],
]
for (const [name, text, width] of WIDTHS) t.test(`width: ${name}`, async t => t.equal(displayWidth(text), width))

const WRAPS: readonly (readonly [name: string, line: string, wrapped: string])[] = [
  ['a line that fits', '    to: a b c', '    to: a b c'],
  ['a line that does not', '    one two three four five', '    one two three\n      four five'],
  ['a word wider than a line stays whole', `a ${'x'.repeat(30)} b`, `a\n      ${'x'.repeat(30)}\n      b`],
  ['no line begins with a command', 'aaaa bbbb cccc dddd ::error::', 'aaaa bbbb cccc dddd ::error::'],
  ['colours take no room', COLOUR.dim('aaaa bbbb cccc dddd'), COLOUR.dim('aaaa bbbb cccc dddd')],
]
for (const [name, line, wrapped] of WRAPS) t.test(`wrap: ${name}`, async t => t.equal(wrapLine(line, 20, 6), wrapped))

t.test('columns of a table line up on a terminal', async t =>
  t.equal(
    table([
      ['東京', 'a'],
      ['x', 'b', ''],
    ]),
    '東京  a\nx     b\n',
  ),
)
