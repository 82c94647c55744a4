import t from 'tap'
import type { Unchanged } from '../../src/model/plan.js'
import type { Decision } from '../../src/reconcile/decide.js'
import { subjectOf } from '../../src/reconcile/match.js'
import { type BuilderOptions, PlanBuilder } from '../../src/reconcile/plan-builder.js'
import type { Decided } from '../../src/reconcile/policy.js'
import type { UserDecision } from '../../src/reconcile/users.js'
import { invitation, removal } from './fixtures/build.js'

const basis = {
  rule: { file: 'guestlist.yaml', line: 4, column: 7, name: null, owner: null, reason: null },
  overruled: [],
  impliedBy: null,
}

const decided = (id: number, decision: Decision): Decided => ({
  subject: subjectOf(invitation({ id })),
  removal: null,
  protection: null,
  rules: [],
  decision,
})

const act = (id: number, effect: 'accept' | 'deny') =>
  decided(id, { kind: 'act', effect, why: `${effect}_by_rule`, basis })

const NO_TARGETS: ReadonlySet<string> = new Set()
const all = (keepUnchanged = false) => new PlanBuilder({ targets: NO_TARGETS, keepUnchanged })

const refusal = {
  kind: 'protected',
  code: 'protected',
  address: 'bimdata_user.bob@acme.example',
  email: 'bob@acme.example',
  pattern: '*',
  protected_by: '--protect',
  rule: basis.rule,
  message: 'protected',
} as const

t.test('actions are sorted by id, within denials and accepts', async t => {
  const builder = all()
  for (const [id, effect] of [
    [10, 'accept'],
    [9, 'deny'],
    [2, 'accept'],
    [100, 'deny'],
  ] as const)
    builder.invitation(act(id, effect))
  t.same(
    builder.actions().map(({ address }) => address.split('.')[1]),
    ['9', '100', '2', '10'],
  )
})

t.test('what is not targeted is no action', async t => {
  const builder = new PlanBuilder({ targets: new Set(['bimdata_invitation.2']), keepUnchanged: true })
  builder.invitation(act(1, 'accept'))
  builder.invitation(act(2, 'accept'))
  t.same(
    builder.actions().map(({ address }) => address),
    ['bimdata_invitation.2'],
  )
  t.match(builder.sortedUnchanged(), [{ address: 'bimdata_invitation.1', why: 'not_targeted' }])
})

t.test('a target counts as met by an action or a refusal', async t => {
  const builder = all()
  builder.invitation(act(1, 'deny'))
  builder.user(removal('bob@acme.example'), view('bob@acme.example'), { kind: 'refuse', refusal }, undefined)
  const missed = builder.missed(
    new Set(['bimdata_user.bob@acme.example', 'bimdata_invitation.1', 'bimdata_invitation.2']),
  )
  t.match(missed, [{ address: 'bimdata_invitation.2' }])
  t.equal(missed.length, 1)
})

const keep = (id: number, why: Unchanged['why']) => decided(id, { kind: 'keep', why, basis: null })

const view = (email: string) => ({ email, recorded: null, accepted_invitations: [], clouds: [] })

t.test('what needs nothing is counted by kind, and kept where it is asked for', async t => {
  for (const keepUnchanged of [true, false]) {
    const builder = all(keepUnchanged)
    builder.invitation(keep(1, 'already_right'))
    builder.invitation(keep(2, 'unmatched'))
    builder.invitation(keep(3, 'no_rule'))
    builder.user(removal('bob@acme.example'), view('bob@acme.example'), { kind: 'keep' }, undefined)
    t.match(builder, { alreadyRight: 2, unmatched: 1 })
    t.equal(builder.sortedUnchanged().length, keepUnchanged ? 4 : 0)
  }
})

t.test('what needs nothing: invitations by id, then users by address, whatever came first', async t => {
  const emails = ['zoe@acme.example', 'bob@acme.example', 'carl@acme.example']
  for (const order of [emails, emails.toReversed()]) {
    const builder = all(true)
    const [first = '', ...others] = order
    builder.user(removal(first), view(first), { kind: 'keep' }, undefined)
    for (const id of [10, 9, 100]) builder.invitation(keep(id, 'unmatched'))
    for (const email of others) builder.user(removal(email), view(email), { kind: 'keep' }, undefined)
    t.same(
      builder.sortedUnchanged().map(({ address }) => address),
      [
        'bimdata_invitation.9',
        'bimdata_invitation.10',
        'bimdata_invitation.100',
        'bimdata_user.bob@acme.example',
        'bimdata_user.carl@acme.example',
        'bimdata_user.zoe@acme.example',
      ],
    )
  }
})

t.test('what needs nothing says why, and by which rule', async t => {
  const builder = all(true)
  const overruled = [{ ...basis.rule, effect: 'deny' as const }]
  builder.invitation(decided(1, { kind: 'keep', why: 'already_right', basis: { ...basis, overruled } }))
  builder.invitation(keep(2, 'no_rule'))
  builder.user(removal('bob@acme.example'), view('bob@acme.example'), { kind: 'keep' }, undefined)
  builder.user(removal('zoe@acme.example'), view('zoe@acme.example'), { kind: 'refuse', refusal }, undefined)
  t.match(builder.sortedUnchanged(), [
    { address: 'bimdata_invitation.1', why: 'already_right', rule: basis.rule, overruled },
    { address: 'bimdata_invitation.2', why: 'no_rule', rule: null, overruled: [] },
    { address: 'bimdata_user.bob@acme.example', why: 'already_right', rule: { line: 20 }, overruled: [] },
    { address: 'bimdata_user.zoe@acme.example', why: 'protected', rule: { line: 20 }, overruled: [] },
  ])
  t.same(
    builder.sortedUnchanged().map(item => item.overruled.length),
    [1, 0, 0, 0],
  )
})

t.test('targets that were missed are named in order', async t => {
  const builder = all()
  t.same(
    builder
      .missed(new Set(['bimdata_user.b@a.example', 'bimdata_invitation.2', 'bimdata_invitation.10']))
      .map(w => w.address),
    ['bimdata_invitation.10', 'bimdata_invitation.2', 'bimdata_user.b@a.example'],
  )
})

t.test('a removal that is not carried out says why', async t => {
  const why = (fields: Partial<BuilderOptions>, from: string | null, decision: UserDecision) => {
    const builder = new PlanBuilder({ targets: NO_TARGETS, keepUnchanged: true, ...fields })
    const given = { ...removal('bob@acme.example'), from }
    if (from === null) builder.user(given, view('bob@acme.example'), decision, undefined)
    else builder.coming(given, view('bob@acme.example'), decision)
    t.same(builder.actions(), [])
    return { why: builder.sortedUnchanged()[0]?.why, ...builder.leftOut }
  }
  const refused = { kind: 'refuse', refusal } as const
  const nothing = { targets: 0, no_removals: 0, from: 0 }
  t.same(why({ noRemovals: true }, null, refused), { why: 'no_removals', ...nothing, no_removals: 1 })
  t.same(why({ targets: new Set(['x']) }, null, refused), { why: 'not_targeted', ...nothing, targets: 1 })
  t.same(why({}, '2027-01-01', refused), { why: 'not_yet', ...nothing, from: 1 })
  t.same(why({}, '2027-01-01', { kind: 'keep' }), { why: 'already_right', ...nothing })
})
