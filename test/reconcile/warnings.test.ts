import t from 'tap'
import type { ApiInvitation, Invitation } from '../../src/model/invitation.js'
import type { Manifest, Removal } from '../../src/model/manifest.js'
import type { RemovalRecord } from '../../src/model/removal-record.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { accept, deny, input, invitation, record, removal, rule } from './fixtures/build.js'

const warningsOf = (fields: Partial<Manifest>, live: readonly Invitation[] = [], targets: readonly string[] = []) =>
  reconcile(input(fields, { targets }), live).warnings

const ALL = [accept({ email: '*' })]

t.test('admin rights', async t => {
  const granted = (fields: Partial<ApiInvitation>) =>
    warningsOf({ rules: ALL }, [invitation(fields)]).map(w => w.message)
  const project = { project_name: 'Roof' }
  t.same(granted({}), [])
  t.same(granted({ cloud_role: 100 }), ['ann@acme.example becomes an admin of the cloud "Tower A".'])
  t.same(granted({ ...project, project_role: 100 }), ['ann@acme.example becomes an admin of the project "Roof".'])
  t.same(granted({ ...project, cloud_role: 100, project_role: 100 }), [
    'ann@acme.example becomes an admin of the cloud "Tower A" and of the project "Roof".',
  ])
  t.same(granted({ ...project, project_role: 25 }), [])
  t.same(
    granted({ project_role: 100 }),
    ['ann@acme.example becomes an admin of the project "".'],
    'whose name is not said',
  )
  t.same(granted({ cloud_role: 100, status: 'A' }), [], 'not of what is accepted already')
  t.same(warningsOf({ rules: [deny({ email: '*' })] }, [invitation({ cloud_role: 100 })]), [], 'not of a denial')
})

t.test('an acceptance that a rule denies', async t => {
  t.match(warningsOf({ rules: [deny({ email: '*' })] }, [invitation({ status: 'W' })]), [
    { code: 'accepted_but_denied', address: 'bimdata_invitation.56', rule: { line: 8 }, message: /users\.remove/ },
  ])
})

t.test('a status that is not known, with its raw value', async t => {
  const [warning] = warningsOf({ rules: ALL }, [invitation({ status: 'Q\n"' })])
  t.match(warning, { code: 'unknown_status', address: 'bimdata_invitation.56' })
  t.ok(warning?.message.includes(JSON.stringify('Q\n"')))
})

t.test('removals say what goes with the account', async t => {
  const bob = { removals: [removal('bob@acme.example')] }
  t.match(warningsOf(bob), [
    { code: 'clouds_lost', address: 'bimdata_user.bob@acme.example', message: /cannot be undone\.$/ },
  ])
  const accepted = invitation({ email: 'bob@acme.example', status: 'A' })
  t.match(warningsOf(bob, [accepted]), [{ message: /Clouds of their accepted invitations: "Tower A"\.$/ }])
  const another = invitation({ id: 57, email: 'bob@acme.example', status: 'A', cloud_name: 'Bridge' })
  t.match(warningsOf(bob, [accepted, another]), [{ message: /accepted invitations: "Bridge", "Tower A"\.$/ }])
})

t.test('a removal whose day is still to come, unless the user is gone already', async t => {
  const removals = [{ ...removal('bob@acme.example'), from: '2026-11-03' }]
  t.match(warningsOf({ removals }), [
    {
      code: 'removal_coming',
      address: 'bimdata_user.bob@acme.example',
      message: 'bob@acme.example is to be removed from 2026-11-03 on (UTC). Until then nothing is done.',
    },
  ])
  const records = new Map([['bob@acme.example', record([])]])
  t.same(reconcile(input({ removals }, {}, records), []).warnings, [])
})

t.test('an entry written after the removal, and one that may have caused it', async t => {
  const told = (fields: Partial<Removal>, recorded: Partial<RemovalRecord> = {}) => {
    const removals = [{ ...removal('bob@acme.example'), reason: null, ...fields }]
    const records = new Map([['bob@acme.example', { ...record([]), ...recorded }]])
    return reconcile(input({ removals }, {}, records), []).warnings.map(({ message }) => message)
  }
  t.same(told({}), [])
  t.same(told({ from: '2026-10-31' }), [], 'due before the removal')
  t.same(told({ from: '2026-11-01' }, { at: '2026-11-01T00:00:00.000Z' }), [], 'removed the moment it was due')
  t.match(told({ from: '2026-11-01' }), [/^bob@acme\.example was removed on 2026-10-31 and has not come back/])
  t.match(told({ reason: 'left again' }, { reason: 'left' }), [
    /^bob@acme\.example was removed on 2026-10-31 \(left\) and/,
  ])
})

t.test('a user who returned', async t => {
  const records = new Map([['bob@acme.example', record([])]])
  const given = input({ removals: [removal('bob@acme.example')] }, {}, records)
  const codes = reconcile(given, [invitation({ email: 'bob@acme.example', status: 'A' })]).warnings.map(w => w.code)
  t.same(codes, ['returned', 'clouds_lost'])
  const [returned] = reconcile(given, [invitation({ email: 'bob@acme.example', status: 'A' })]).warnings
  t.match(returned?.message, /^bob@acme\.example was removed before and has returned/)
})

t.test('a rule past its day', async t => {
  const until = (day: string) => warningsOf({ rules: [rule('accept', { email: '*' }, { until: day })] })
  t.match(until('2026-11-01'), [{ code: 'expired_rule', address: null, rule: { line: 4 }, message: /2026-11-01/ }])
  t.same(until('2026-11-02'), [], 'it applies to the end of its day')
})

t.test('a target that changes nothing', async t => {
  t.match(warningsOf({ rules: ALL }, [invitation()], ['bimdata_invitation.9', 'bimdata_invitation.56']), [
    { code: 'target_without_change', address: 'bimdata_invitation.9', message: /the target bimdata_invitation\.9\.$/ },
  ])
})

t.test('their order: rules as written, then invitations by id, then users', async t => {
  const fields = {
    rules: [rule('deny', { id: 9 }, { until: '2020-01-01' }), ...ALL],
    removals: [removal('b@a.example'), removal('a@a.example')],
  }
  const live = [invitation({ id: 10, cloud_role: 100 }), invitation({ id: 9, status: 'Z' })]
  for (const list of [live, live.toReversed()])
    t.same(
      warningsOf(fields, list).map(({ address }) => address),
      [null, 'bimdata_invitation.9', 'bimdata_invitation.10', 'bimdata_user.a@a.example', 'bimdata_user.b@a.example'],
    )
})
