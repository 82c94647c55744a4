import t from 'tap'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { findDrift, trackPlan } from '../../src/reconcile/track.js'
import { accept, deny, input, invitation, record, removal, rule } from './fixtures/build.js'

const BOB = 'bob@acme.example'
const USER = `bimdata_user.${BOB}`
const actionsOf = (...args: Parameters<typeof reconcile>) =>
  reconcile(...args).actions.map(({ action, address }) => `${action} ${address}`)

t.test(
  'issue 12.3: a target user takes along what is denied of them, by the removal or by a rule of its own',
  async t => {
    const live = [
      invitation({ id: 1, email: BOB, cloud_name: 'Tower A' }),
      invitation({ id: 2, email: BOB, cloud_name: 'Campus' }),
      invitation({ id: 3, email: 'eve@acme.example', cloud_name: 'Campus' }),
    ]
    const given = input({ rules: [deny({ cloud: ['Campus'] })], removals: [removal(BOB)] }, { targets: [USER] })
    t.same(actionsOf(given, live), ['deny bimdata_invitation.1', 'deny bimdata_invitation.2', `remove ${USER}`])
    const plan = reconcile(given, live)
    const tracker = trackPlan(plan)
    for (const item of live) tracker.observe(item)
    t.same(findDrift(plan, tracker.finish(new Map())), [], 'and the plan is applicable')
    t.same(plan.leftOut, { targets: 1, no_removals: 0, from: 0 })
  },
)

t.test('issue 12.15: a role number that is not known is a warning where it would be granted', async t => {
  const live = [
    invitation({ id: 1, cloud_role: 75 }),
    invitation({ id: 2, project_name: 'Roof', project_role: 7 }),
    invitation({ id: 3 }),
    invitation({ id: 4, cloud_role: 75, status: 'A' }),
  ]
  const { warnings } = reconcile(input({ rules: [accept({ email: '*@acme.example' })] }), live)
  t.match(warnings, [
    { code: 'unknown_role', address: 'bimdata_invitation.1', message: /75 in the cloud/ },
    { code: 'unknown_role', address: 'bimdata_invitation.2', message: /7 in the project/ },
  ])
  t.equal(warnings.length, 2)
})

t.test(
  'issue 12.15: the address is sent as a live accepted invitation spells it, where only the case differs',
  async t => {
    const sent = (...emails: readonly string[]) => {
      const live = emails.map((email, n) => invitation({ id: n + 1, email, status: 'A' }))
      const plan = reconcile(input({ removals: [removal(BOB)] }), live)
      const tracker = trackPlan(plan)
      for (const item of live) tracker.observe(item)
      t.same(findDrift(plan, tracker.finish(new Map())), [], 'no drift of itself')
      return plan.actions.map(({ before }) => before.email)
    }
    t.same(sent('Bob@Acme.example'), ['Bob@Acme.example'])
    t.same(sent('Bob@Acme.example', BOB), [BOB], 'the spelling of the manifest, where it is live too')
    t.same(sent('BOB@acme.example', 'Bob@Acme.example'), ['BOB@acme.example'], 'the first by id')
    t.same(sent(), [BOB])
    const pending = reconcile(input({ removals: [removal(BOB)] }), [invitation({ id: 1, email: 'BOB@acme.example' })])
    t.equal(pending.actions.at(-1)?.before.email, BOB, 'a pending one does not count')
  },
)

t.test(
  'issue 12.15: an address that is listed anew is told, for its removal is remembered and nothing is done',
  async t => {
    const warningsOf = (reason: string, fields = {}) => {
      const records = new Map([[BOB, { ...record([]), reason: 'left' }]])
      const entry = { ...removal(BOB), reason, ...fields }
      return reconcile(input({ removals: [entry] }, {}, records), []).warnings
    }
    t.same(warningsOf('left'), [], 'the entry that it was removed by')
    t.match(warningsOf('left again'), [{ code: 'removed_before', address: USER, message: /guestlist state rm bob@/ }])
    t.match(warningsOf('left', { from: '2026-11-01' }), [{ code: 'removed_before' }], 'from a day after the removal')
    t.same(warningsOf('left', { from: '2026-10-30' }), [])
  },
)

t.test('issue 12.18: a denied invitation that becomes accepted is counted apart', async t => {
  const live = [invitation({ id: 1, status: 'D' }), invitation({ id: 2 }), invitation({ id: 3 })]
  t.match(reconcile(input({ rules: [accept({ email: '*' })] }), live).summary, { accept: 3, denied_before: 1 })
})

t.test('issue 12.18: rules that match nothing at all are named, but not those out of their time', async t => {
  const rules = [
    accept({ email: '*@acme.example' }, 4),
    accept({ email: '*@acme.exmaple' }, 5),
    rule('accept', { id: 8 }, { until: '2026-01-01' }),
    rule('accept', { id: 9 }, { from: '2027-01-01' }),
    deny({ id: 1 }, 9),
    accept({ cloud: ['Tower A'] }, 10),
  ]
  const { unusedRules } = reconcile(input({ rules, removals: [removal(BOB)] }), [invitation({ id: 2, status: 'Z' })])
  t.match(unusedRules, [
    { line: 5, effect: 'accept' },
    { line: 9, effect: 'deny' },
  ])
  t.equal(unusedRules.length, 2, 'neither an overruled rule nor one of an unknown status')
})

t.test('issue 12.18: what options and dates leave out is counted by its cause', async t => {
  const live = [invitation({ id: 1 }), invitation({ id: 2 })]
  const removals = [removal(BOB), removal('carl@acme.example'), { ...removal('dan@acme.example'), from: '2026-11-03' }]
  const leftOut = (options: Parameters<typeof input>[1]) =>
    reconcile(input({ rules: [accept({ email: '*' })], removals }, options), live).leftOut
  t.same(leftOut({}), { targets: 0, no_removals: 0, from: 1 })
  t.same(leftOut({ noRemovals: true }), { targets: 0, no_removals: 2, from: 1 })
  t.same(leftOut({ targets: ['bimdata_invitation.1'] }), { targets: 3, no_removals: 0, from: 1 })
  const records = new Map(['dan@acme.example', BOB].map(key => [key, record([])]))
  const remembered = reconcile(input({ removals }, { noRemovals: true }, records), [])
  t.same(remembered.leftOut, { targets: 0, no_removals: 1, from: 0 }, 'what was removed before is not left out')
})

t.test('a removal and a rule whose day has not come do nothing, and their unchanged entry says so', async t => {
  const later = { ...removal(BOB), from: '2026-11-03' }
  const live = [invitation({ id: 1, email: BOB }), invitation({ id: 2 })]
  const rules = [rule('accept', { id: 2 }, { from: '2026-11-03' })]
  const given = input({ rules, removals: [later] }, { keepUnchanged: true })
  const plan = reconcile(given, live)
  t.same(plan.actions, [])
  t.match(plan.unchanged.at(-1), { address: USER, why: 'not_yet' })
  const then = reconcile({ ...given, now: new Date('2026-11-03T00:00:00Z') }, live)
  t.same(
    then.actions.map(({ action, address }) => `${action} ${address}`),
    ['deny bimdata_invitation.1', 'accept bimdata_invitation.2', `remove ${USER}`],
  )
})
