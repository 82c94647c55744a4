import t from 'tap'
import { jsonChunks, jsonText } from '../../src/render/json-text.js'
import fc from '../helpers/properties.js'

const joined = (value: object): string => [...jsonChunks(value)].join('')

const CASES: Readonly<Record<string, object>> = {
  'an empty object': {},
  'an empty list': [],
  'empty ones within': { a: [], b: {}, c: [[], {}] },
  'undefined members': { a: undefined, b: [undefined], c: { d: undefined } },
  scalars: { a: null, b: true, c: 1.5, d: 'x', e: -0 },
  'line feeds and quotes': { 'a\n"': ['b\n"', { 'c\n': '\n\n' }] },
  'hostile text': { a: ['\u001b[2J', '##[command]', '\u202e', '\ud800', '::error::'] },
}

for (const [name, value] of Object.entries(CASES)) {
  t.test(`in pieces as at once: ${name}`, async t => t.equal(joined(value), jsonText(value)))
}

t.test('in pieces as at once: any value', async () => {
  fc.assert(
    fc.property(
      fc.jsonValue().filter(value => typeof value === 'object' && value !== null),
      value => joined(value as object) === jsonText(value),
    ),
  )
})

t.test('any iterable is a list', async t => {
  const changes = {
    *[Symbol.iterator]() {
      yield { id: 1 }
      yield { id: 2 }
    },
  }
  t.equal(joined({ changes, none: new Set() }), jsonText({ changes: [...changes], none: [] }))
})

t.test('no piece is much larger than what it takes to fill one', async t => {
  const pieces = [...jsonChunks({ list: Array.from({ length: 10_000 }, (_, id) => ({ id, email: 'a@b.example' })) })]
  t.ok(pieces.length > 5)
  t.ok(pieces.every(piece => piece.length < 70_000))
})
