import t from 'tap'
import { findString, ifDecided, languageOf, Undecided } from '../../../src/lint/algebra/language.js'
import { compileWildcard } from '../../../src/reconcile/wildcard.js'
import fc from '../../helpers/properties.js'

const find = (required: readonly string[][], forbidden: readonly string[][]) =>
  findString(required.map(languageOf), forbidden.map(languageOf))

t.test('what two patterns have in common, the shortest where it takes a search', async t => {
  const cases: readonly (readonly [string[][], string[][], string | null])[] = [
    [[['*@acme.example'], ['bob*']], [], 'bob@acme.example'],
    [[['*@acme.example'], ['*@rival.example']], [], null],
    [[['a*'], ['*b'], ['?']], [], null],
    [[['a*'], ['*a'], ['?']], [], 'a'],
    [[['a?c'], ['?b?']], [], 'abc'],
    [[['a*a']], [['aa']], 'axa'],
    [[['a*']], [['a?*'], ['a']], null],
    [[['*']], [['?*']], ''],
    [[['*']], [['?*'], ['']], null],
    [[['?']], [['x'], ['y']], 'z'],
    [[['Tower A', 'Tower B']], [['Tower A']], 'Tower B'],
    [[['Tower A', 'Tower B']], [['Tower ?']], null],
    [[['*ab*'], ['*ba*']], [['*bab*']], 'abba'],
    [[['x😀?'], ['*😀z']], [], 'x😀z'],
    [[['😀']], [['??']], '😀'],
  ]
  for (const [required, forbidden, wanted] of cases)
    t.equal(find(required, forbidden), wanted, `${JSON.stringify(required)} without ${JSON.stringify(forbidden)}`)
})

t.test('the longest patterns that a manifest takes are decided', async t => {
  const long = `${'ab'.repeat(500)}*`
  t.match(find([[long], ['*c']], []), /^(ab){500}c$/)
  t.equal(find([[long]], [[`${'a?'.repeat(500)}*`]]), null)
  t.equal(find([['*a*b*c*d*e*f*g*h*'], ['*h*g*f*e*d*c*b*a*']], [['??????????????????????????*']])?.length, 15)
})

const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 })
const language = fc.array(pattern, { minLength: 1, maxLength: 2 })

/** Every string of up to five characters over the letters of the patterns and one more. */
const universe: readonly string[] = Array.from({ length: 6 }, (_, n) =>
  Array.from({ length: 3 ** n }, (_, code) =>
    Array.from({ length: n }, (_, i) => 'abx'[Math.floor(code / 3 ** i) % 3]).join(''),
  ),
).flat()

t.test('agrees with a trial of every short string', async t => {
  const some = { short: 0, none: 0 }
  fc.assert(
    fc.property(
      fc.array(language, { minLength: 1, maxLength: 2 }),
      fc.array(language, { maxLength: 3 }),
      (required, forbidden) => {
        const matches = (text: string) => (patterns: string[]) => patterns.some(one => compileWildcard(one)(text))
        const fits = (text: string) => required.every(matches(text)) && !forbidden.some(matches(text))
        const found = find(required, forbidden)
        const first = universe.find(fits)
        if (found !== null && !fits(found)) return false
        some[first === undefined ? 'none' : 'short']++
        // Longer strings than the universe's are not tried one by one; those that are must be found.
        return first === undefined ? found === null || found.length > 5 : found !== null
      },
    ),
    { numRuns: 5000 },
  )
  t.ok(some.short > 500 && some.none > 500, JSON.stringify(some))
})

t.test('what is too hard to decide has another result; a bug stays one', async t => {
  const throws = (error: Error) => () => {
    throw error
  }
  t.equal(
    ifDecided(() => 'found', 'none'),
    'found',
  )
  t.equal(ifDecided(throws(new Undecided()), 'none'), 'none')
  t.throws(() => ifDecided(throws(new TypeError('a bug')), 'none'), { message: 'a bug' })
})
