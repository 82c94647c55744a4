import t from 'tap'
import { Draft } from '../../src/reconcile/draft.js'
import { subjectOf } from '../../src/reconcile/match.js'
import { invitation, removal } from './fixtures/build.js'

const ground = { rule: { file: 'guestlist.yaml', line: 4, column: 7, reason: null }, overruled: [], impliedBy: null }

const act = (id: number, effect: 'accept' | 'deny') =>
  [subjectOf(invitation({ id })), { kind: 'act', effect, why: `${effect}_by_rule`, ground }] as const

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
  const view = { email: 'bob@acme.example', recorded: null, accepted_invitations: [], clouds: [] }
  const refusal = {
    kind: 'protected',
    address: 'bimdata_user.bob@acme.example',
    email: 'bob@acme.example',
    pattern: '*',
    protected_by: '--protect',
    rule: ground.rule,
    message: 'protected',
  } as const
  draft.userDecided(removal('bob@acme.example'), view, { kind: 'refuse', refusal }, false)
  const missed = draft.missed(
    new Set(['bimdata_user.bob@acme.example', 'bimdata_invitation.1', 'bimdata_invitation.2']),
  )
  t.match(missed, [{ address: 'bimdata_invitation.2' }])
  t.equal(missed.length, 1)
})
