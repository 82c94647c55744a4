import t from 'tap'
import { createSource } from '../../src/manifest/source.js'
import fc from '../helpers/properties.js'

t.test('columns count code points, bytes count UTF-8', async t => {
  const { position, text } = createSource('a.yaml', 0, 'é: 1\n"😀塔": x\n')
  t.strictSame(position(text.indexOf('1')), { line: 1, column: 4, byte: 4 })
  t.strictSame(position(text.indexOf('x')), { line: 2, column: 7, byte: 17 })
  t.strictSame(position(text.length), { line: 3, column: 1, byte: 19 })
})

t.test('a place is the same as counted from the start, wherever it is', async t => {
  const characters = fc.constantFrom('a', 'é', '塔', '😀', '\n', '\r\n', ' ')
  const text = fc.array(characters, { maxLength: 700 }).map(parts => parts.join(''))
  fc.assert(
    fc.property(text, fc.nat(), (content, n) => {
      const points = [...content]
      const before = points.slice(0, n % (points.length + 1)).join('')
      const lines = before.split('\n')
      const expected = {
        line: lines.length,
        column: [...(lines.at(-1) ?? '')].length + 1,
        byte: Buffer.byteLength(before),
      }
      t.strictSame(createSource('a.yaml', 0, content).position(before.length), expected)
    }),
    { numRuns: 200, seed: 1 },
  )
})

t.test('a range stays on its line', async t => {
  const { range } = createSource('a.yaml', 0, 'one\r\ntwo\n')
  t.strictSame(range(1, 8), {
    filename: 'a.yaml',
    start: { line: 1, column: 2, byte: 1 },
    end: { line: 1, column: 4, byte: 3 },
  })
})

const snippets: Readonly<Record<string, [text: string, offset: number, snippet: string]>> = {
  'the line': ['one\ntwo\nthree', 5, 'two'],
  'the last line': ['one\ntwo', 4, 'two'],
  'without the carriage return': ['one\r\ntwo\r\n', 0, 'one'],
  'at the line break': ['one\r\ntwo\r\n', 3, 'one'],
  'an empty text': ['', 0, ''],
  'user and password of an address': ['address: https://me:p@ss/word@host/x # y', 0, 'address: https://***@host/x # y'],
  'the value of a password': ['  TF_HTTP_PASSWORD: hunter2', 0, '  TF_HTTP_PASSWORD: ***'],
  'the value of a token, in JSON': ['{"access_token": "eyJ"}', 0, '{"access_token": ***'],
  'the value of an API key': ['apiKey: 12', 0, 'apiKey: ***'],
  'no secret': ['  reason: forgot the password', 0, '  reason: forgot the password'],
}
for (const [name, [text, offset, snippet]] of Object.entries(snippets)) {
  t.test(`snippet: ${name}`, async t => t.equal(createSource('a.yaml', 0, text).snippet(offset), snippet))
}

t.test('a very long line is cut', async t => {
  const snippet = createSource('a.yaml', 0, 'x'.repeat(100_000)).snippet(50_000)
  t.equal(snippet, `${'x'.repeat(2000)}…`)
})
