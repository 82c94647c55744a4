import t from 'tap'
import { canonicalJson, canonicalJsonChunks } from '../../src/model/json.js'
import { byCodeUnit } from '../../src/model/text.js'
import fc from '../helpers/properties.js'

t.test('by code unit, whatever the locale', async t => {
  t.same(['b', 'a', 'B', 'ä', 'aa', ''].sort(byCodeUnit), ['', 'B', 'a', 'aa', 'b', 'ä'])
})

t.test('canonical JSON', async t => {
  t.equal(canonicalJson({ b: 1, a: [{ d: null, c: 'x' }], e: undefined }), '{"a":[{"c":"x","d":null}],"b":1}')
  t.equal(canonicalJson(undefined), 'null')
  t.equal(canonicalJson({ __proto__: 1, 10: 'a', 9: 'b' }), '{"10":"a","9":"b"}')
})

t.test('canonical JSON says what JSON says, in one order of keys', async () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const reversed = (item: unknown): unknown =>
        Array.isArray(item)
          ? item.map(reversed)
          : item !== null && typeof item === 'object'
            ? Object.fromEntries(
                Object.entries(item)
                  .reverse()
                  .map(([key, member]) => [key, reversed(member)]),
              )
            : item
      return canonicalJson(value) === canonicalJson(reversed(value))
    }),
  )
})

t.test('canonical JSON in pieces is the same text', async t => {
  const whole = (value: unknown): string => [...canonicalJsonChunks(value)].join('')
  for (const value of [{}, [], { a: [], b: {}, c: undefined }, [undefined], null, 'x']) {
    t.equal(whole(value), canonicalJson(value))
  }
  fc.assert(fc.property(fc.jsonValue(), value => whole(value) === canonicalJson(value)))
  t.equal(whole({ list: new Set([{ b: 1, a: 2 }]), none: new Set() }), '{"list":[{"a":2,"b":1}],"none":[]}')
})
