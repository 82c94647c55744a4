import t from 'tap'
import { indexProtections, protectionSource } from '../../src/reconcile/protect.js'

const place = { file: 'platform.yaml', line: 3, column: 5 }
const manifest = { pattern: '*@it.acme.example', source: place }
const flag = { pattern: 'root@*', source: '--protect' } as const
const variable = { pattern: 'ann@acme.example', source: 'GUESTLIST_PROTECT' } as const

const CASES = [
  ['by domain', 'x@it.acme.example', manifest],
  ['by name', 'root@acme.example', flag],
  ['by address', 'ann@acme.example', variable],
  ['by two: the first counts', 'root@it.acme.example', manifest],
  ['by none', 'bob@acme.example', null],
  ['not by the end of a domain', 'x@notit.acme.example', null],
  ['not by a part of an address', 'joann@acme.example', null],
] as const

for (const [name, key, expected] of CASES) {
  t.test(name, async t => t.equal(indexProtections([manifest, flag, variable])(key), expected))
}

t.test('nobody is protected where nothing says so', async t => t.equal(indexProtections([])('x@y.example'), null))

t.test('who holds a protection', async t => {
  t.same([manifest, flag, variable].map(protectionSource), ['platform.yaml:3:5', '--protect', 'GUESTLIST_PROTECT'])
})
