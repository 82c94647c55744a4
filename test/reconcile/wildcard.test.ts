import t from 'tap'
import { hasWildcard } from '../../src/model/email-address.js'
import { compileWildcard } from '../../src/reconcile/wildcard.js'
import fc from '../helpers/properties.js'
import { fits } from './fixtures/naive.js'

const CASES: readonly (readonly [pattern: string, value: string, matches: boolean])[] = [
  ['', '', true],
  ['', 'a', false],
  ['abc', 'abc', true],
  ['abc', 'ABC', false],
  ['abc', 'abcd', false],
  ['*', '', true],
  ['*', 'anything\nat all', true],
  ['**', 'x', true],
  ['a*', 'a', true],
  ['a*', 'ba', false],
  ['*a', 'ba', true],
  ['*@a.example', 'x@a.example', true],
  ['*@a.example', 'x@a.example.evil', false],
  ['*@a.example', 'x@ba.example', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['ab*bc', 'abc', false],
  ['?', '', false],
  ['?', 'x', true],
  ['?', 'xy', false],
  ['?', '😀', true],
  ['??', '😀', false],
  ['?*', '', false],
  ['*?', '😀', true],
  ['a?c*', 'abcd', true],
  ['*?b', 'b', false],
  ['.*', 'x', false],
  ['[ab]', 'a', false],
  ['a\\*', 'a\\b', true],
  ['(', '(', true],
]

for (const [pattern, value, matches] of CASES) {
  t.test(`${JSON.stringify(pattern)} ${matches ? 'matches' : 'does not match'} ${JSON.stringify(value)}`, async t => {
    t.equal(compileWildcard(pattern)(value), matches)
    t.equal(fits(pattern, value), matches, 'by definition')
  })
}

t.test('what is a wildcard', async t => {
  t.same(['a', '*', 'a?b', '%', '[a]'].map(hasWildcard), [false, true, true, false, false])
})

t.test('every pattern matches what its definition says', async () => {
  const text = (letters: string) => fc.string({ unit: fc.constantFrom(...Array.from(letters)), maxLength: 10 })
  fc.assert(
    fc.property(
      text('ab*?😀'),
      text('ab😀'),
      (pattern, value) => compileWildcard(pattern)(value) === fits(pattern, value),
    ),
    { numRuns: 20_000 },
  )
})

t.test('hostile patterns are matched without backtracking', async t => {
  // One that backtracks needs more steps than there are atoms; a quadratic one needs 10^10.
  const value = 'a'.repeat(100_000)
  t.notOk(compileWildcard(`${'a*'.repeat(50_000)}b`)(value))
  t.ok(compileWildcard(`${'a*'.repeat(50_000)}a`)(value))
  t.ok(compileWildcard('?'.repeat(100_000))(value))
  t.notOk(compileWildcard('?'.repeat(100_001))(value))
  t.notOk(compileWildcard(`${'*?'.repeat(50_000)}b`)(value))
})

t.test('the longest address against the worst part there can be', async t => {
  // 256 characters is the API's limit for an address: the bound is their product, and a million of them take seconds.
  const matches = compileWildcard(`*${'?'.repeat(127)}b*c`)
  const value = `${'a'.repeat(255)}c`
  let count = 0
  for (let turn = 0; turn < 2000; turn++) if (!matches(value)) count++
  t.equal(count, 2000)
})
