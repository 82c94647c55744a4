import t from 'tap'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
      reason: ours
    - id: 4
    - id: 2
      until: 2026-01-01
  deny:
    - email: "*@rival.example"
    - email: ann@acme.example
    - cloud: Vault
  unmatched: deny
users:
  remove:
    - email: Bob@acme.example
      reason: left
    - email: root@it.acme.example
    - email: ghost@acme.example
  protect:
    - "*@it.acme.example"
`

const LIVE = [
  invitation(1, 'ann@acme.example'),
  invitation(2, 'eve@rival.example', 'A'),
  invitation(3, 'kim@acme.example', 'P', { cloud_name: 'Vault' }),
  invitation(4, 'ann@acme.example', 'D'),
  invitation(5, 'bob@acme.example'),
  invitation(6, 'bob@acme.example', 'A', { cloud_name: 'Tower B' }),
  invitation(7, 'root@it.acme.example'),
  invitation(8, 'new@partner.example'),
  invitation(9, 'odd@acme.example', 'Z'),
]

t.test('an invitation: every rule that matches, which wins, and what is done', async t => {
  const { call: run } = await world(t, MANIFEST, LIVE)
  const cases = [
    ['1', ['deny email wins', 'accept pattern overruled'], /exact e-mail/, { kind: 'act', effect: 'deny' }],
    ['2', ['deny pattern wins', 'accept id expired'], /only rule/, { kind: 'keep', why: 'accepted_but_denied' }],
    ['3', ['deny pattern wins', 'accept pattern overruled'], /among equals deny/, { kind: 'act', effect: 'deny' }],
    [
      'bimdata_invitation.4',
      ['accept id wins', 'deny email overruled', 'accept pattern agrees'],
      /an id beats/,
      { kind: 'act', effect: 'accept' },
    ],
    ['8', [], null, { kind: 'act', why: 'deny_by_unmatched' }],
    ['9', ['accept pattern wins'], /only rule/, { kind: 'keep', why: 'unknown_status' }],
  ] as const
  for (const [subject, rules, because, decision] of cases) {
    const { code, stdout } = await run(['explain', subject, '--json'])
    t.equal(code, 0)
    const [explained] = JSON.parse(stdout).invitations
    type Match = { effect: string; strength: string; standing: string }
    t.same(
      explained.rules.map((match: Match) => `${match.effect} ${match.strength} ${match.standing}`),
      rules,
      subject,
    )
    t.match(explained, { because, decision }, subject)
  }
})

t.test('what it says is what plan does', async t => {
  const { call: run } = await world(t, MANIFEST.replace('    - email: root@it.acme.example\n', ''), LIVE)
  const plan = JSON.parse((await run(['plan', '--json'])).stdout)
  const actions = new Map<string, string>(
    plan.guestlist.actions.map((a: { address: string; action: string }) => [a.address, a.action]),
  )
  for (const { id } of LIVE) {
    const { invitations } = JSON.parse((await run(['explain', `${id}`, '--json'])).stdout)
    const { decision } = invitations[0]
    t.equal(decision.kind === 'act' ? decision.effect : undefined, actions.get(`bimdata_invitation.${id}`), `${id}`)
  }
})

t.test('an address: all its invitations, and its removal', async t => {
  const { call: run } = await world(t, MANIFEST, LIVE)
  const text = async (subject: string) => (await run(['explain', subject])).stdout
  const bob = await text(' BOB@acme.example')
  t.match(
    bob,
    /bimdata_invitation\.5 .*\n(.*\n)+.*It is denied: accepted, it would bring back a user who is to be removed/,
  )
  t.match(bob, 'bimdata_invitation.6')
  t.match(bob, /to be removed: guestlist\.yaml:16:7 \(left\)/)
  t.match(bob, 'accepted invitations: 6 in "Tower B"')
  t.match(bob, 'The user is removed: the state remembers no removal.')
  t.match(
    await text('root@it.acme.example'),
    /protected: by "\*@it\.acme\.example" \(guestlist\.yaml:21:7\)\n\n.*The whole plan is refused/,
  )
  t.match(await text('ghost@acme.example'), 'accepted invitations: none', 'without any invitation')
})

t.test('a removal that is remembered', async t => {
  const { call: run, sandbox } = await world(
    t,
    'users:\n  remove:\n    - email: bob@acme.example\n',
    [invitation(6, 'bob@acme.example', 'A')],
    { users: ['bob@acme.example'] },
  )
  await run(['apply', '--auto-approve'])
  t.match((await run(['explain', 'bob@acme.example'])).stdout, /remembered: removed at 20.*\n\n.*has not come back/)
  await sandbox.putInvitation(invitation(7, 'bob@acme.example', 'A'))
  t.match((await run(['explain', 'bob@acme.example'])).stdout, 'The user is removed again')
})

t.test('what is not there, or is neither id nor address', async t => {
  const { call: run } = await world(t, MANIFEST, LIVE)
  for (const [subject, says] of [
    ['99', 'There is no invitation "99"'],
    ['nobody@acme.example', 'There is no invitation of "nobody@acme.example"'],
    ['alice', 'neither the id of an invitation nor an e-mail address'],
  ] as const) {
    const { code, stdout, stderr } = await run(['explain', subject])
    t.equal(code, 1)
    t.equal(stdout, '')
    t.match(stderr, says)
  }
})
