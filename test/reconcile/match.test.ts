import t from 'tap'
import type { Invitation } from '../../src/model/invitation.js'
import type { Rule, Selector } from '../../src/model/manifest.js'
import { indexRules, subjectOf } from '../../src/reconcile/match.js'
import fc from '../helpers/properties.js'
import { anyInvitation, anyRule } from './fixtures/arbitrary.js'
import { accept, deny, invitation } from './fixtures/build.js'
import { matches } from './fixtures/naive.js'

const matched = (rules: readonly Rule[], fields: Partial<Invitation> = {}) =>
  indexRules(rules)(subjectOf(invitation(fields)))

const SELECTORS: readonly (readonly [name: string, Selector, Partial<Invitation>, boolean])[] = [
  ['id', { id: 56 }, {}, true],
  ['another id', { id: 57 }, {}, false],
  ['id 0', { id: 0 }, { id: 0 }, true],
  ['e-mail, whatever its case', { email: 'ann@acme.example' }, { email: ' ANN@Acme.Example ' }, true],
  ['e-mail, composed otherwise', { email: 'jos\u00e9@a.example' }, { email: 'JOSE\u0301@a.example' }, true],
  ['another e-mail', { email: 'bob@acme.example' }, {}, false],
  ['a domain', { email: '*@acme.example' }, {}, true],
  ['a domain that is the end of another', { email: '*@acme.example' }, { email: 'x@notacme.example' }, false],
  ['a domain that is the beginning of another', { email: '*@acme.example' }, { email: 'x@acme.example.evil' }, false],
  ['a domain after two @', { email: '*@acme.example' }, { email: '"a@b"@acme.example' }, true],
  ['an open domain', { email: 'ann@*' }, {}, true],
  ['everyone', { email: '*' }, { email: '' }, true],
  ['few letters', { email: '*nn*' }, {}, true],
  ['one letter', { email: 'a??@acme.*' }, {}, true],
  ['a domain for what has no @', { email: '*@acme.example' }, { email: 'acme.example' }, false],
  ['cloud', { cloud: ['Tower B', 'Tower A'] }, {}, true],
  ['cloud, by case', { cloud: ['tower a'] }, {}, false],
  ['cloud with a wildcard', { cloud: ['Bridge', 'Tow*'] }, {}, true],
  ['cloud, neither', { cloud: ['Bridge', 'Road*'] }, {}, false],
  ['project', { project: ['Fac*'] }, { project_name: 'Facade' }, true],
  ['project of what has none', { project: ['*'] }, { project_name: null }, false],
  ['project without a name', { project: ['*'] }, { project_name: '' }, true],
  ['admin of the cloud', { cloudRole: 'admin' }, { cloud_role: 100 }, true],
  ['user of the cloud', { cloudRole: 'user' }, { cloud_role: 100 }, false],
  ['guest of the project', { projectRole: 'guest' }, { project_role: 25 }, true],
  ['guest of no project', { projectRole: 'guest' }, { project_role: null }, false],
  ['client', { client: 12 }, {}, true],
  ['client of what has none', { client: 12 }, { client_id: null }, false],
  ['sender', { sender: 'auth0|5*' }, { sender_provider_sub: 'auth0|5f' }, true],
  ['sender of what has none', { sender: '*' }, { sender_provider_sub: null }, false],
  ['two keys that match', { email: '*@acme.example', cloudRole: 'user' }, {}, true],
  ['one key of two', { email: '*@acme.example', cloudRole: 'admin' }, {}, false],
  ['nothing at all', {}, {}, false],
]

for (const [name, selector, fields, expected] of SELECTORS) {
  t.test(`${expected ? 'matches' : 'does not match'}: ${name}`, async t => {
    t.equal(matched([accept(selector)], fields).length, expected ? 1 : 0)
  })
}

t.test('the strongest comes first', async t => {
  const id = accept({ id: 56 })
  const email = accept({ email: 'ann@acme.example' })
  const pattern = accept({ email: '*@acme.example' })
  const cloud = accept({ cloud: ['Tower A'] })
  const denyPattern = deny({ cloudRole: 'user' })
  const denyEmail = deny({ email: 'ann@acme.example', cloud: ['Tower *'] })
  const all = [pattern, denyPattern, email, cloud, denyEmail, id]
  t.same(matched(all), [id, denyEmail, email, denyPattern, pattern, cloud])
  t.same(matched(all.toReversed()), [id, denyEmail, email, denyPattern, cloud, pattern], 'then as written')
})

t.test('the index finds what trying each rule finds', async () => {
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 20 }), fc.array(anyInvitation, { maxLength: 20 }), (rules, live) => {
      const index = indexRules(rules)
      return live.every(item => {
        const found = new Set(index(subjectOf(item)))
        return (
          rules.every(rule => found.has(rule) === matches(rule, item)) && found.size === index(subjectOf(item)).length
        )
      })
    }),
    { numRuns: 3000 },
  )
})

t.test('patterns drawn from a small alphabet, where every prefix and suffix collides', async () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '@', '*', '?', '.'), minLength: 1, maxLength: 9 })
  const address = fc.string({ unit: fc.constantFrom('a', 'b', '@', '.'), maxLength: 9 })
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 12 }), address, (patterns, email) => {
      const rules = patterns.map(text => accept({ email: text }))
      const found = new Set(indexRules(rules)(subjectOf(invitation({ email }))))
      return rules.every(rule => found.has(rule) === matches(rule, invitation({ email })))
    }),
    { numRuns: 10_000 },
  )
})

t.test('patterns whose longest part is common to all are found by another part', async t => {
  const rules = Array.from({ length: 10_000 }, (_, n) => accept({ email: `??????${1000 + n}@*.example` }))
  const find = indexRules(rules)
  const before = process.cpuUsage()
  let found = 0
  for (let n = 0; n < 5000; n++)
    found += find(subjectOf(invitation({ email: `someon${1000 + n}@acme.example` }))).length
  const { user } = process.cpuUsage(before)
  t.equal(found, 5000)
  // Where each of them is tried it takes ten seconds and more.
  t.ok(user < 3_000_000, `${user / 1e6} s`)
})
