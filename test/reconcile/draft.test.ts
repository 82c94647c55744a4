import t from 'tap'
import type { Unchanged } from '../../src/model/plan.js'
import { Draft } from '../../src/reconcile/draft.js'
import { subjectOf } from '../../src/reconcile/match.js'
import { invitation, removal } from './fixtures/build.js'

const ground = {
  rule: { file: 'guestlist.yaml', line: 4, column: 7, name: null, owner: null, reason: null },
  overruled: [],
  impliedBy: null,
}

const act = (id: number, effect: 'accept' | 'deny') =>
  [subjectOf(invitation({ id })), { kind: 'act', effect, why: `${effect}_by_rule`, ground }] as const

const refusal = {
  kind: 'protected',
  address: 'bimdata_user.bob@acme.example',
  email: 'bob@acme.example',
  pattern: '*',
  protected_by: '--protect',
  rule: ground.rule,
  message: 'protected',
} as const

t.test('actions are sorted by id, within denials and accepts', async t => {
  const draft = new Draft(() => true, false)
  for (const [id, effect] of [
    [10, 'accept'],
    [9, 'deny'],
    [2, 'accept'],
    [100, 'deny'],
  ] as const)
    draft.decided(...act(id, effect))
  t.same(
    draft.actions().map(({ address }) => address.split('.')[1]),
    ['9', '100', '2', '10'],
  )
})

t.test('what is not targeted is no action', async t => {
  const draft = new Draft(address => address === 'bimdata_invitation.2', true)
  draft.decided(...act(1, 'accept'))
  draft.decided(...act(2, 'accept'))
  t.same(
    draft.actions().map(({ address }) => address),
    ['bimdata_invitation.2'],
  )
  t.match(draft.sortedUnchanged(), [{ address: 'bimdata_invitation.1', why: 'not_targeted' }])
})

t.test('a target counts as met by an action or a refusal', async t => {
  const draft = new Draft(() => true, false)
  draft.decided(...act(1, 'deny'))
  draft.userDecided(removal('bob@acme.example'), view('bob@acme.example'), { kind: 'refuse', refusal }, false)
  const missed = draft.missed(
    new Set(['bimdata_user.bob@acme.example', 'bimdata_invitation.1', 'bimdata_invitation.2']),
  )
  t.match(missed, [{ address: 'bimdata_invitation.2' }])
  t.equal(missed.length, 1)
})

const keep = (id: number, why: Unchanged['why']) =>
  [subjectOf(invitation({ id })), { kind: 'keep', why, ground: null }] as const

const view = (email: string) => ({ email, recorded: null, accepted_invitations: [], clouds: [] })

t.test('what needs nothing is counted by kind, and kept where it is asked for', async t => {
  for (const keepUnchanged of [true, false]) {
    const draft = new Draft(() => true, keepUnchanged)
    draft.decided(...keep(1, 'already_right'))
    draft.decided(...keep(2, 'unmatched'))
    draft.decided(...keep(3, 'no_rule'))
    draft.userDecided(removal('bob@acme.example'), view('bob@acme.example'), { kind: 'keep' }, false)
    t.match(draft, { alreadyRight: 2, unmatched: 1 })
    t.equal(draft.sortedUnchanged().length, keepUnchanged ? 4 : 0)
  }
})

t.test('what needs nothing: invitations by id, then users by address, whatever came first', async t => {
  const emails = ['zoe@acme.example', 'bob@acme.example', 'carl@acme.example']
  for (const order of [emails, emails.toReversed()]) {
    const draft = new Draft(() => true, true)
    const [first = '', ...others] = order
    draft.userDecided(removal(first), view(first), { kind: 'keep' }, false)
    for (const id of [10, 9, 100]) draft.decided(...keep(id, 'unmatched'))
    for (const email of others) draft.userDecided(removal(email), view(email), { kind: 'keep' }, false)
    t.same(
      draft.sortedUnchanged().map(({ address }) => address),
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
  const draft = new Draft(() => true, true)
  const overruled = [{ ...ground.rule, effect: 'deny' as const }]
  const subject = subjectOf(invitation({ id: 1 }))
  draft.decided(subject, { kind: 'keep', why: 'already_right', ground: { ...ground, overruled } })
  draft.decided(...keep(2, 'no_rule'))
  draft.userDecided(removal('bob@acme.example'), view('bob@acme.example'), { kind: 'keep' }, false)
  draft.userDecided(removal('zoe@acme.example'), view('zoe@acme.example'), { kind: 'refuse', refusal }, false)
  t.match(draft.sortedUnchanged(), [
    { address: 'bimdata_invitation.1', why: 'already_right', rule: ground.rule, overruled },
    { address: 'bimdata_invitation.2', why: 'no_rule', rule: null, overruled: [] },
    { address: 'bimdata_user.bob@acme.example', why: 'already_right', rule: { line: 20 }, overruled: [] },
    { address: 'bimdata_user.zoe@acme.example', why: 'protected', rule: { line: 20 }, overruled: [] },
  ])
  t.same(
    draft.sortedUnchanged().map(item => item.overruled.length),
    [1, 0, 0, 0],
  )
})

t.test('targets that were missed are named in order', async t => {
  const draft = new Draft(() => true, false)
  t.same(
    draft
      .missed(new Set(['bimdata_user.b@a.example', 'bimdata_invitation.2', 'bimdata_invitation.10']))
      .map(w => w.address),
    ['bimdata_invitation.10', 'bimdata_invitation.2', 'bimdata_user.b@a.example'],
  )
})
