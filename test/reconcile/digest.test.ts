import t from 'tap'
import type { Manifest } from '../../src/model/manifest.js'
import { planDigest } from '../../src/reconcile/digest.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { accept, deny, input, invitation, record, removal, rule } from './fixtures/build.js'

const live = [invitation({ id: 1 }), invitation({ id: 2, email: 'bob@acme.example' })]

const digestOf = (fields: Partial<Manifest>, observed = live, records = new Map()) =>
  reconcile(input(fields, {}, records), observed).digest

const BASE = { rules: [accept({ email: '*' })], removals: [removal('zoe@acme.example')] }
const base = digestOf(BASE)

t.test('its form', async t => {
  t.match(base, /^sha256:[0-9a-f]{64}$/)
  t.match(planDigest('https://api.example', []), /^sha256:[0-9a-f]{64}$/)
})

const SAME: readonly (readonly [string, string])[] = [
  ['another reason', digestOf({ ...BASE, rules: [rule('accept', { email: '*' }, { reason: 'other' })] })],
  ['another rule with the same end', digestOf({ ...BASE, rules: [accept({ cloud: ['*'] }, 77)] })],
  ['a rule that is overruled', digestOf({ ...BASE, rules: [...BASE.rules, deny({ cloud: ['Nowhere'] })] })],
  ['an invitation that needs nothing', digestOf(BASE, [...live, invitation({ id: 3, status: 'A' })])],
  ['the list in another order', digestOf(BASE, live.toReversed())],
]

for (const [name, digest] of SAME) t.test(`the same with ${name}`, async t => t.equal(digest, base))

const OTHER: readonly (readonly [string, string])[] = [
  ['one action less', digestOf(BASE, live.slice(1))],
  ['the opposite effect', digestOf({ ...BASE, rules: [deny({ email: '*' })] })],
  ['another status before', digestOf(BASE, [invitation({ id: 1, status: 'D' }), ...live.slice(1)])],
  ['another role', digestOf(BASE, [invitation({ id: 1, cloud_role: 100 }), ...live.slice(1)])],
  ['another address', digestOf(BASE, [invitation({ id: 1, email: 'x@y.example' }), ...live.slice(1)])],
  ['another user', digestOf({ ...BASE, removals: [removal('zoe2@acme.example')] })],
  ['a user spelled otherwise', digestOf({ ...BASE, removals: [removal('Zoe@acme.example')] })],
  [
    'an invitation of that user',
    digestOf(BASE, [...live, invitation({ id: 3, email: 'zoe@acme.example', status: 'A' })]),
  ],
]

for (const [name, digest] of OTHER) t.test(`another with ${name}`, async t => t.not(digest, base))

t.test('another where the state remembers the user', async t => {
  const returned = [...live, invitation({ id: 3, email: 'zoe@acme.example', status: 'A' })]
  const records = new Map([['zoe@acme.example', record([])]])
  t.not(digestOf(BASE, returned, records), digestOf(BASE, returned))
})

t.test('a digest once given stays', async t => {
  t.equal(
    planDigest('https://api.example', []),
    'sha256:37e746e219dc316e5cc5134fec9fa21f9f28abe9f7936ac248272695fcff483a',
  )
})
