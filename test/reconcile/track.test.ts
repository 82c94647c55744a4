import t from 'tap'
import { type ApiInvitation, type Invitation, invitationOf, viewOf } from '../../src/model/invitation.js'
import type { RemovalRecords } from '../../src/model/removal-record.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { findDrift, trackPlan } from '../../src/reconcile/track.js'
import { accept, input, invitation, record, removal } from './fixtures/build.js'

const BOB = 'bob@acme.example'
const planned = [
  invitation({ id: 1 }),
  invitation({ id: 2, email: BOB, status: 'A', cloud_name: 'Bridge' }),
  invitation({ id: 3, email: 'else@acme.example', status: 'Z' }),
]
const plan = reconcile(input({ rules: [accept({ id: 1 })], removals: [removal('Bob@acme.example')] }), planned)

function tracked(live: readonly Invitation[], records: RemovalRecords = new Map()) {
  const tracker = trackPlan(plan)
  for (const item of live) tracker.observe(item)
  return tracker.finish(records)
}

const changed = (id: number, fields: Partial<ApiInvitation>) =>
  planned.map(item => (item.id === id ? invitationOf({ ...item, status: item.raw_status, ...fields }) : item))

const BOTH = ['bimdata_invitation.1', 'bimdata_user.bob@acme.example']
const [INVITATION = '', USER = ''] = BOTH

const CASES: readonly (readonly [
  name: string,
  live: readonly Invitation[],
  drifted: readonly string[],
  RemovalRecords?,
])[] = [
  ['as planned', planned, []],
  ['as planned, in another order', planned.toReversed(), []],
  ['somebody accepted it', changed(1, { status: 'A' }), [INVITATION]],
  ['somebody denied it', changed(1, { status: 'D' }), [INVITATION]],
  [
    'issue 12.6: its status is the raw word "pending", which is unknown',
    changed(1, { status: 'pending' }),
    [INVITATION],
  ],
  [
    'issue 12.6: the user has one of the raw word "accepted", which is unknown',
    changed(2, { status: 'accepted' }),
    [USER],
  ],
  ['it leads to another cloud', changed(1, { cloud_name: 'Roof' }), [INVITATION]],
  ['it makes an admin now', changed(1, { cloud_role: 100 }), [INVITATION]],
  ['it is of somebody else', changed(1, { email: 'x@y.example' }), [INVITATION]],
  ['it is gone', planned.slice(1), [INVITATION]],
  ['the user has one more', [...planned, invitation({ id: 4, email: 'BOB@acme.example', status: 'W' })], [USER]],
  ['the user has one less', changed(2, { status: 'D' }), [USER]],
  ['the cloud of the user has another name', changed(2, { cloud_name: 'Bridge 2' }), [USER]],
  ['the user is recorded', planned, [USER], new Map([[BOB, record([2])]])],
  ['somebody else changed', changed(3, { status: 'A' }), []],
  ['somebody else came', [...planned, invitation({ id: 5, email: 'new@acme.example' })], []],
  ['nothing is left', [], BOTH],
  [
    'the user was invited again',
    [...planned, invitation({ id: 6, email: 'BOB@acme.example' })],
    ['bimdata_invitation.6'],
  ],
  ['the user has a denied one more', [...planned, invitation({ id: 6, email: BOB, status: 'D' })], []],
  ['the user has one more of an unknown status', [...planned, invitation({ id: 6, email: BOB, status: 'Z' })], []],
]

for (const [name, live, drifted, records] of CASES) {
  t.test(name, async t => {
    t.same(
      findDrift(plan, tracked(live, records)).map(({ address }) => address),
      drifted,
    )
  })
}

t.test('drift holds both sides', async t => {
  t.match(findDrift(plan, tracked(changed(1, { status: 'D' }))), [
    { address: INVITATION, planned: { id: 1, status: 'pending' }, live: { id: 1, status: 'denied' } },
  ])
  t.match(findDrift(plan, tracked(planned.slice(1))), [{ address: INVITATION, live: null }])
})

t.test('an invitation that the plan denies is not new; those that are stand by id', async t => {
  const invited = invitation({ id: 7, email: BOB })
  const given = reconcile(input({ removals: [removal(BOB)] }), [invited])
  const tracker = trackPlan(given)
  for (const id of [9, 7, 8]) tracker.observe(invitation({ id, email: BOB }))
  t.same(findDrift(given, tracker.finish(new Map())), [
    { address: 'bimdata_invitation.8', planned: null, live: viewOf(invitation({ id: 8, email: BOB })) },
    { address: 'bimdata_invitation.9', planned: null, live: viewOf(invitation({ id: 9, email: BOB })) },
  ])
})

t.test("pending invitations of others are nobody's concern, whether users are removed or not", async t => {
  const given = reconcile(input({ rules: [accept({ id: 1 })] }), [invitation({ id: 1 })])
  const tracker = trackPlan(given)
  for (const id of [1, 2]) tracker.observe(invitation({ id, email: BOB }))
  t.same(tracker.finish(new Map()).unplanned, [])
  t.same(tracked([...planned, invitation({ id: 8 })]).unplanned, [])
})

t.test('what is listed twice is said', async t => {
  t.same(tracked([...planned, invitation({ id: 1, status: 'A' })]).duplicates, [1])
  t.same(tracked(planned).duplicates, [])
})
