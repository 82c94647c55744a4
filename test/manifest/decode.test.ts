import t from 'tap'
import { decode, SIZE_LIMIT } from '../../src/manifest/decode.js'

t.test('text and UTF-8 bytes are the same', async t => {
  const bytes = new TextEncoder().encode('é: 塔\n')
  t.equal(decode('a.yaml', 0, bytes).source.text, 'é: 塔\n')
  t.equal(decode('a.yaml', 0, 'é: 塔\n').source.text, 'é: 塔\n')
})

t.test('a byte-order mark is no part of the text', async t => {
  const { source, problem } = decode('a.yaml', 0, Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))
  t.equal(source.text, 'a')
  t.equal(problem, null)
  t.strictSame(source.position(1), { line: 1, column: 2, byte: 4 })
})

t.test('ten megabytes are the limit, in bytes', async t => {
  for (const content of ['a'.repeat(SIZE_LIMIT), Buffer.alloc(SIZE_LIMIT, 'a')]) {
    t.equal(decode('a.yaml', 0, content).problem, null)
  }
  for (const content of [
    'a'.repeat(SIZE_LIMIT + 1),
    'é'.repeat(SIZE_LIMIT / 2 + 1),
    Buffer.alloc(SIZE_LIMIT + 1, 'a'),
  ]) {
    const { problem } = decode('a.yaml', 0, content)
    t.match(problem, { code: 'too-large', start: 0 })
    t.match(problem?.describe(), { summary: 'The file is larger than 10 MiB' })
  }
})

const broken: Readonly<Record<string, { bytes: number[]; line: number; column: number; byte: number }>> = {
  'a byte that never occurs': { bytes: [0x61, 0x0a, 0x61, 0xff, 0x61], line: 2, column: 2, byte: 3 },
  'a sequence cut by the next character': { bytes: [0x61, 0xc3, 0x28], line: 1, column: 2, byte: 1 },
  'a sequence cut by the end': { bytes: [0x61, 0xe2, 0x82], line: 1, column: 2, byte: 1 },
  'the first byte': { bytes: [0xfe, 0xff, 0x00], line: 1, column: 1, byte: 0 },
  'after a byte-order mark': { bytes: [0xef, 0xbb, 0xbf, 0x61, 0x80], line: 1, column: 2, byte: 4 },
}
for (const [name, { bytes, ...position }] of Object.entries(broken)) {
  t.test(`not UTF-8: ${name}`, async t => {
    const { source, problem } = decode('a.yaml', 0, Uint8Array.from(bytes))
    t.equal(problem?.code, 'not-text')
    t.strictSame(source.position(problem?.start ?? -1), position)
  })
}
