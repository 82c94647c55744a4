import t from 'tap'
import { DEFAULT_GUARDS, type Guards, type Manifest } from '../../src/model/manifest.js'
import { type ApprovalDemand, checkGuards, requiredApprovals } from '../../src/reconcile/guards.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { accept, deny, input, invitation, removal } from './fixtures/build.js'

/** Two accepts, three denials (one of them implied), two removals. */
const { actions } = reconcile(
  input({
    rules: [accept({ cloud: ['In'] }), deny({ cloud: ['Out'] })],
    removals: [removal('x@a.example'), removal('y@a.example')],
  }),
  [
    ...[1, 2].map(id => invitation({ id, cloud_name: 'In' })),
    ...[3, 4].map(id => invitation({ id, cloud_name: 'Out' })),
    invitation({ id: 5, email: 'x@a.example', cloud_name: 'In' }),
  ],
)

const CASES: readonly (readonly [name: string, guards: Partial<Guards>, refused: readonly string[]])[] = [
  ['no limits', {}, []],
  ['at every limit', { maxAccepts: 2, maxDenials: 3, maxRemovals: 2 }, []],
  ['accepts over', { maxAccepts: 1 }, ['maxAccepts 2 > 1']],
  ['denials over, implied ones too', { maxDenials: 2 }, ['maxDenials 3 > 2']],
  ['removals over', { maxRemovals: 1 }, ['maxRemovals 2 > 1']],
  [
    'all over',
    { maxAccepts: 0, maxDenials: 0, maxRemovals: 0 },
    ['maxAccepts 2 > 0', 'maxDenials 3 > 0', 'maxRemovals 2 > 0'],
  ],
]

for (const [name, limits, refused] of CASES) {
  t.test(name, async t => {
    const found = checkGuards(actions, { maxAccepts: null, maxDenials: null, maxRemovals: null, ...limits })
    t.same(
      found.map(refusal => (refusal.kind === 'guard' ? `${refusal.guard} ${refusal.planned} > ${refusal.limit}` : '')),
      refused,
    )
  })
}

const INVITATIONS = actions.filter(({ action }) => action !== 'remove')
const DEMANDS: readonly (readonly [
  name: string,
  planned: typeof actions,
  demands: readonly ApprovalDemand[],
  needs: number,
])[] = [
  ['nobody asks for any', actions, [], 0],
  ['asked for removals, and there are some', actions, [{ count: 2, for: 'removals' }], 2],
  ['asked for removals, and there are none', INVITATIONS, [{ count: 2, for: 'removals' }], 0],
  ['asked for any change', INVITATIONS, [{ count: 1, for: 'all' }], 1],
  ['asked for any change, and there is none', [], [{ count: 1, for: 'all' }], 0],
  [
    'the stricter holds',
    actions,
    [
      { count: 3, for: 'removals' },
      { count: 2, for: 'all' },
    ],
    3,
  ],
  [
    'the stricter holds, whichever comes first',
    actions,
    [
      { count: 1, for: 'removals' },
      { count: 2, for: 'all' },
    ],
    2,
  ],
  [
    'what does not apply is not the stricter',
    INVITATIONS,
    [
      { count: 3, for: 'removals' },
      { count: 1, for: 'all' },
    ],
    1,
  ],
]

for (const [name, planned, demands, needs] of DEMANDS) {
  t.test(`approvals: ${name}`, async t => t.equal(requiredApprovals(planned, demands), needs))
}

t.test('a plan asks for the approvals of its manifest, or more from outside', async t => {
  const guards = { ...DEFAULT_GUARDS, approvals: { removals: 2 } }
  const needs = (fields: Partial<Manifest>, approvals: readonly ApprovalDemand[] = []) =>
    reconcile(input({ rules: [accept({ email: '*' })], ...fields }, { approvals }), [invitation()]).approvals.required
  const removals = [removal('x@a.example')]
  t.equal(needs({ removals }), 0)
  t.equal(needs({ removals, guards }), 2)
  t.equal(needs({ guards }), 0)
  t.equal(needs({ guards }, [{ count: 1, for: 'all' }]), 1)
  t.equal(needs({ removals, guards }, [{ count: 3, for: 'removals' }]), 3)
})

t.test('a refusal names the guard, the numbers and the override', async t => {
  const [removals] = checkGuards(actions, { maxAccepts: null, maxDenials: null, maxRemovals: 1 })
  t.match(removals?.message, /maxRemovals.* 2 removals.* 1 .*--max-removals/)
  const [accepts] = checkGuards(actions, { maxAccepts: 0, maxDenials: null, maxRemovals: null })
  t.match(accepts?.message, /maxAccepts.* 2 accepts.* 0 .*guards\.maxAccepts/)
})

t.test('one is not many', async t => {
  const [one] = checkGuards(actions.slice(-1), { maxAccepts: null, maxDenials: null, maxRemovals: 0 })
  t.equal(
    one?.message,
    'Guard maxRemovals: 1 removal planned, at most 0 allowed in one apply. If that is intended, raise the limit to 1 by --max-removals, or guards.maxRemovals in the manifest.',
  )
})

t.test('nothing planned is never too much', async t => {
  t.same(checkGuards([], { maxAccepts: 0, maxDenials: 0, maxRemovals: 0 }), [])
})

t.test('five removals are allowed where nothing is said', async t => {
  const leaving = (count: number) => Array.from({ length: count }, (_, n) => removal(`user${n}@a.example`))
  t.same(reconcile(input({ removals: leaving(5) }), []).refused, [])
  t.match(reconcile(input({ removals: leaving(6) }), []).refused, [{ guard: 'maxRemovals', limit: 5, planned: 6 }])
  t.same(reconcile(input({ removals: leaving(6) }, { maxRemovals: 6 }), []).refused, [], 'or as the option says')
})
