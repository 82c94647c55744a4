import t from 'tap'
import type { Invitation } from '../../src/model/invitation.js'
import { isComing, isExpired } from '../../src/reconcile/policy.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { accept, deny, input, invitation, record, removal, rule } from './fixtures/build.js'

const FROM: readonly (readonly [now: string, coming: boolean])[] = [
  ['2026-11-30T23:59:59.999Z', true],
  ['2026-12-01T00:00:00Z', false],
  ['2027-01-01T00:00:00Z', false],
]

for (const [now, coming] of FROM) {
  t.test(`a rule and a removal from 2026-12-01 on: at ${now} ${coming ? 'coming' : 'in force'}`, async t => {
    t.equal(isComing({ from: '2026-12-01' }, new Date(now)), coming)
    t.notOk(isComing({ from: null }, new Date(now)))
    const from = '2026-12-01'
    const bob = { ...removal('bob@acme.example'), from }
    const rules = [rule('accept', { email: 'ann@acme.example' }, { from })]
    const observed = [invitation({ id: 1 }), invitation({ id: 2, email: 'bob@acme.example' })]
    const plan = reconcile({ ...input({ rules, removals: [bob] }), now: new Date(now) }, observed)
    t.strictSame(
      plan.actions.map(({ address }) => address),
      coming ? [] : ['bimdata_invitation.2', 'bimdata_invitation.1', 'bimdata_user.bob@acme.example'],
    )
    t.equal(
      plan.warnings.some(
        ({ code, address }) => code === 'removal_coming' && address === 'bimdata_user.bob@acme.example',
      ),
      coming,
    )
  })
}

const UNTIL: readonly (readonly [now: string, expired: boolean])[] = [
  ['2026-12-30T00:00:00Z', false],
  ['2026-12-31T23:59:59.999Z', false],
  ['2027-01-01T00:00:00Z', true],
  ['2027-01-01T00:59:59+01:00', false],
  ['2026-12-31T23:00:00-01:00', true],
]

for (const [now, expired] of UNTIL) {
  t.test(`until 2026-12-31, at ${now}`, async t => {
    t.equal(isExpired({ until: '2026-12-31' }, new Date(now)), expired)
  })
}

t.test('a rule without an end has none', async t => {
  t.notOk(isExpired(rule('accept', { id: 1 }), new Date('9999-01-01T00:00:00Z')))
})

const live = [
  invitation({ id: 1 }),
  invitation({ id: 2, email: 'bob@acme.example' }),
  invitation({ id: 3, email: 'carol@rival.example' }),
  invitation({ id: 4, email: 'dan@acme.example', status: 'A' }),
]
const rules = [accept({ email: '*@acme.example' }), deny({ email: '*@rival.example' })]
const removals = [removal('bob@acme.example'), removal('zoe@acme.example')]

const addresses = (options: Parameters<typeof input>[1]) =>
  reconcile(input({ rules, removals }, options), live).actions.map(({ action, address }) => `${action} ${address}`)

const EVERYTHING = [
  'deny bimdata_invitation.2',
  'deny bimdata_invitation.3',
  'accept bimdata_invitation.1',
  'remove bimdata_user.bob@acme.example',
  'remove bimdata_user.zoe@acme.example',
]

t.test('denials, accepts, removals', async t => t.same(addresses({}), EVERYTHING))

t.test('no removals: what they imply stays', async t => t.same(addresses({ noRemovals: true }), EVERYTHING.slice(0, 3)))

t.test('targets', async t => {
  t.same(addresses({ targets: ['bimdata_invitation.1', 'bimdata_user.zoe@acme.example'] }), [
    'accept bimdata_invitation.1',
    'remove bimdata_user.zoe@acme.example',
  ])
})

t.test('with a removal goes what it implies', async t => {
  const bob = ['deny bimdata_invitation.2', 'remove bimdata_user.bob@acme.example']
  t.same(addresses({ targets: ['bimdata_user.bob@acme.example'] }), bob)
  t.same(addresses({ targets: ['bimdata_user.bob@acme.example'], noRemovals: true }), bob.slice(0, 1))
  t.same(addresses({ targets: ['bimdata_invitation.2'] }), bob.slice(0, 1), 'but not the other way round')
})

t.test('a plan is complete unless something narrows it', async t => {
  const complete = (options: Parameters<typeof input>[1]) => reconcile(input({ rules }, options), live).complete
  t.ok(complete({}))
  t.notOk(complete({ noRemovals: true }))
  t.notOk(complete({ targets: ['bimdata_invitation.1'] }))
})

t.test('what needs nothing is kept where it is asked for', async t => {
  const more = [...live, invitation({ id: 5, email: 'x@other.example' }), invitation({ id: 6, status: 'Z' })]
  const given = (keepUnchanged: boolean) =>
    reconcile(input({ rules, removals }, { keepUnchanged, targets: ['bimdata_invitation.1'] }), more)
  t.same(given(false).unchanged, [])
  t.same(
    given(true).unchanged.map(({ address, why }) => `${address} ${why}`),
    [
      'bimdata_invitation.2 not_targeted',
      'bimdata_invitation.3 not_targeted',
      'bimdata_invitation.4 already_right',
      'bimdata_invitation.5 unmatched',
      'bimdata_invitation.6 unknown_status',
      'bimdata_user.bob@acme.example not_targeted',
      'bimdata_user.zoe@acme.example not_targeted',
    ],
  )
})

t.test('a protected user is refused; their invitations are decided by rules', async t => {
  const plan = reconcile(input({ rules, removals }, { protect: [{ pattern: 'bob@*', source: '--protect' }] }), live)
  t.match(plan.refused, [{ kind: 'protected', address: 'bimdata_user.bob@acme.example' }])
  t.ok(plan.actions.some(({ address, action }) => address === 'bimdata_invitation.2' && action === 'accept'))
})

t.test('a contradiction with what is live makes the plan one that cannot be applied', async t => {
  const plan = reconcile(input({ rules: [accept({ id: 2 })], removals }), live)
  t.match(plan, { complete: false, problems: [{ code: 'live-contradiction' }] })
})

t.test('nothing is planned on a list that contradicts itself', async t => {
  const plan = reconcile(input({ rules, removals }), [
    ...live,
    invitation({ id: 1, status: 'A' }),
    invitation({ id: 1 }),
  ])
  t.match(plan, { actions: [], complete: false, summary: { accept: 0, invitations: 6 } })
  t.match(plan.problems, [{ code: 'inconsistent-answer' }])
  t.equal(plan.problems.length, 1, 'said once')
})

t.test('the state decides what is remembered', async t => {
  const records = new Map([['zoe@acme.example', record([])]])
  const plan = reconcile(input({ removals }, {}, records), live)
  t.same(
    plan.actions.filter(({ action }) => action === 'remove').map(({ address }) => address),
    ['bimdata_user.bob@acme.example'],
  )
  t.equal(plan.summary.unchanged, 1)
})

t.test('100,000 invitations and 1,000 rules', async t => {
  // Tried one by one these were 4 · 10^8 rules to test; by the index it is a handful for each invitation.
  const many = Array.from({ length: 1000 }, (_, n) => [
    accept({ email: `*@domain${n}.example` }),
    accept({ email: `*part${n}part*` }),
    deny({ email: `user${n}@other.example` }),
    deny({ cloud: [`Cloud ${n}`] }),
  ])
  const crowd = Array.from({ length: 100_000 }, (_, id) =>
    invitation({ id, email: `user${id}@domain${id % 2000}.example`, cloud_name: `Cloud ${id % 3000}` }),
  )
  const { summary } = reconcile(input({ rules: many.flat() }), crowd)
  const cloudsDenied = crowd.filter(({ id }) => id % 3000 < 1000).length
  const accepted = crowd.filter(({ id }) => id % 2000 < 1000 && id % 3000 >= 1000).length
  t.match(summary, { deny: cloudsDenied, accept: accepted, unmatched: 100_000 - cloudsDenied - accepted })
})

t.test('a rule past its day matches nothing', async t => {
  const given = { rules: [rule('deny', { id: 1 }, { until: '2026-11-01' }), accept({ email: '*' })] }
  t.match(reconcile(input(given), [invitation({ id: 1 })]).actions, [{ action: 'accept', overruled: [] }])
  t.equal(reconcile(input(given), [invitation({ id: 1 })]).actions.length, 1)
})

t.test('a removal is planned from the accepted invitations alone, the older W among them', async t => {
  const bob = 'bob@acme.example'
  const all = ['A', 'P', 'D', 'W', 'Z'].map((status, n) => invitation({ id: n + 1, email: bob, status }))
  const others = [invitation({ id: 9, email: 'carol@acme.example', status: 'A' })]
  const { actions } = reconcile(input({ removals: [removal(bob)] }), [...all, ...others])
  t.match(actions.at(-1), { action: 'remove', before: { email: bob } })
  t.same(actions.at(-1)?.action === 'remove' && actions.at(-1)?.before, {
    email: bob,
    recorded: null,
    accepted_invitations: [1, 4],
    clouds: ['Tower A'],
  })
})

t.test('without options nothing is protected, narrowed or kept', async t => {
  const plan = reconcile(input({ rules, removals }), live)
  t.match(plan, { complete: true, refused: [], unchanged: [] })
  t.equal(plan.unchanged.length, 0)
})

t.test('problems stand in one order, whatever came first', async t => {
  const given = input({ rules: [accept({ id: 7 }), accept({ id: 8 })], removals: [removal('bob@acme.example')] })
  const [one, two] = [7, 8].map(id => invitation({ id, email: 'bob@acme.example' })) as [Invitation, Invitation]
  for (const list of [
    [one, two],
    [two, one],
  ]) {
    t.match(reconcile(given, list).problems, [{ summary: /invitation 7/ }, { summary: /invitation 8/ }])
  }
})

t.test('issue 12.6: an invitation whose raw status is a word of ours is unknown, and is never acted on', async t => {
  for (const status of ['pending', 'accepted', 'denied']) {
    const given = input(
      { rules: [accept({ id: 1 })], removals: [removal('bob@acme.example')] },
      { keepUnchanged: true },
    )
    const plan = reconcile(given, [
      invitation({ id: 1, status }),
      invitation({ id: 2, email: 'bob@acme.example', status }),
    ])
    t.same(
      plan.actions.map(({ address }) => address),
      ['bimdata_user.bob@acme.example'],
    )
    t.match(plan.unchanged[0], { why: 'unknown_status', before: { status: 'unknown', raw_status: status } })
    t.match(plan.warnings, [{ code: 'unknown_status', message: new RegExp(`"${status}"`) }])
  }
})

t.test('a target that is a protected user brings no accept of theirs along', async t => {
  const bob = { rules: [accept({ email: '*' })], removals: [removal('bob@acme.example')] }
  const protect = [{ pattern: 'bob@*', source: '--protect' }] as const
  const live = [invitation({ email: 'bob@acme.example' })]
  const plan = reconcile(input(bob, { protect, targets: ['bimdata_user.bob@acme.example'] }), live)
  t.match(plan, { actions: [], refused: [{ kind: 'protected' }], leftOut: { targets: 1 } })
  t.equal(plan.actions.length, 0)
})
