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
    /bimdata_invitation\.5 .*\n(.*\n)+.*It would be denied: accepted, it would bring back a user who is to be removed/,
  )
  t.match(bob, 'bimdata_invitation.6')
  t.match(bob, /to be removed: guestlist\.yaml:16:7 \(left\)/)
  t.match(bob, 'accepted invitations: 6 in "Tower B"')
  t.match(bob, 'The user would be removed: the state remembers no removal.')
  t.match(
    await text('root@it.acme.example'),
    /protected: by "\*@it\.acme\.example" \(guestlist\.yaml:21:7\)\n\n.*The whole plan would be refused/,
  )
  t.match(await text('ghost@acme.example'), 'accepted invitations: none', 'without any invitation')
})

t.test('an address without an invitation: the rules that name it, and what they would do', async t => {
  const manifest = `${MANIFEST.replace('  deny:', '    - email: "eve@*"\n      until: 2026-01-01\n  deny:')}    - ops@*\n`
  const { call: run } = await world(t, manifest, LIVE)
  const { code, stdout, stderr } = await run(['explain', 'Nobody@acme.example'])
  t.equal(code, 0, stderr)
  t.match(
    stdout,
    /^nobody@acme\.example\n {4}invitations: none\n\n {2}Rules that match the address.*\n.*accept +guestlist\.yaml:4:7 +by pattern +wins \(ours\)\n {8}email: "\*@acme\.example"\n {8}reason: ours\n {2}The first wins among them: it is the only/,
  )
  t.match(
    stdout,
    'Nothing would be done: there is no invitation of the address.\n  A pending one would be accepted, unless a rule',
  )
  t.match(
    (await run(['explain', 'eve@other.example'])).stdout,
    /expired: it ended(.*\n)+.*would be denied \("unmatched" says so\)/,
  )
  t.match((await run(['explain', 'ops@other.example'])).stdout, /protected: by "ops@\*"(.*\n)+ {2}No rule matches\./)
  const { stdout: json } = await run(['explain', 'sam@rival.example', '--json'])
  t.match(JSON.parse(json), {
    invitations: [],
    user: null,
    uninvited: {
      email: 'sam@rival.example',
      rules: [{ effect: 'deny', standing: 'wins', rule: { line: 12 } }],
      protection: null,
      record: null,
      decision: { kind: 'act', effect: 'deny', ground: { implied_by: null } },
    },
  })
  t.equal(
    JSON.parse((await run(['explain', 'ghost@acme.example', '--json'])).stdout).uninvited,
    null,
    'it has a removal',
  )
})

t.test('a removal takes precedence over a rule that accepts, and the rule does not win', async t => {
  const { call: run } = await world(t, MANIFEST, LIVE)
  const { stdout } = await run(['explain', '5'])
  t.match(
    stdout,
    /accept +guestlist\.yaml:4:7 +by pattern +overruled \(ours\)\n {8}email: .*\n {8}reason: ours\n {2}The user is to be removed.*\n {2}A removal takes precedence over rules that accept\./,
  )
  t.notMatch(stdout, 'wins')
  const [explained] = JSON.parse((await run(['explain', '5', '--json'])).stdout).invitations
  t.match(explained, {
    rules: [{ standing: 'overruled' }],
    because: 'a removal takes precedence over rules that accept',
    decision: { ground: { rule: { line: 16 }, implied_by: 'bimdata_user.bob@acme.example' } },
  })
})

t.test('an id rule that accepts the invitation of a user to remove', async t => {
  const manifest =
    'invitations:\n  accept:\n    - id: 5\n      cloudRole: user\nusers:\n  remove:\n    - email: bob@acme.example\n'
  const { call: run } = await world(t, manifest, LIVE)
  const { stdout } = await run(['explain', '5'])
  t.match(stdout, /by id +wins(.*\n)+.*Nothing can be planned/)
  t.notMatch(stdout, 'A removal takes precedence')
  const [{ decision }] = JSON.parse((await run(['explain', '5', '--json'])).stdout).invitations
  const place = { file: 'guestlist.yaml', column: 7, name: null, owner: null, reason: null }
  t.same(decision, { kind: 'contradiction', rule: { ...place, line: 4 }, removal: { ...place, line: 8 } })
})

t.test('its JSON names members as a plan does', async t => {
  const { call: run } = await world(t, MANIFEST, LIVE)
  for (const subject of [
    '1',
    '5',
    '6',
    'bob@acme.example',
    'ghost@acme.example',
    'root@it.acme.example',
    'x@acme.example',
  ]) {
    const { stdout } = await run(['explain', subject, '--json'])
    t.notMatch(stdout, /"[a-z_]+[A-Z]\w*":/, subject)
  }
})

t.test('a removal that is remembered', async t => {
  const {
    call: run,
    sandbox,
    write,
  } = await world(t, 'users:\n  remove:\n    - email: bob@acme.example\n', [invitation(6, 'bob@acme.example', 'A')], {
    users: ['bob@acme.example'],
  })
  await run(['apply', '--auto-approve'])
  t.match((await run(['explain', 'bob@acme.example'])).stdout, /remembered: removed at 20.*\n\n.*has not come back/)
  await sandbox.putInvitation(invitation(7, 'bob@acme.example', 'A'))
  t.match((await run(['explain', 'bob@acme.example'])).stdout, 'The user would be removed again')
  write('guestlist.yaml', 'apiVersion: guestlist/v1\n')
  await sandbox.putInvitation(invitation(7, 'ann@acme.example'))
  await sandbox.putInvitation(invitation(6, 'ann@acme.example'))
  t.match(
    (await run(['explain', 'bob@acme.example'])).stdout,
    /^bob.*\n.*none\n {4}remembered: removed at 20.*\n\n {2}No rule/,
  )
})

t.test('what is not there, or is neither id nor address', async t => {
  const { call: run } = await world(t, MANIFEST, LIVE)
  for (const [subject, says] of [
    ['99', 'There is no invitation "99"'],
    [
      'nobody@else.example',
      'There is no invitation for "nobody@else.example", and neither a rule nor users.remove names the address',
    ],
    ['alice', 'neither the id of an invitation nor an e-mail address'],
  ] as const) {
    const { code, stdout, stderr } = await run(['explain', subject])
    t.equal(code, 1)
    t.equal(stdout, '')
    t.match(stderr, says)
  }
})

t.test('issue 12.21: it shows the rules as they are written, and says what would be done', async t => {
  const manifest = `invitations:
  accept:
    - {email: "*@acme.example", until: 2099-01-01} # in braces
    - email: ann@acme.example
      cloud: # where
        - Vault
        - Tower A
      reason: |
        hired,
          at once
  unmatched: deny
users:
  remove:
    - email: bob@acme.example
      reason: left
`
  const { call: run } = await world(t, manifest, [...LIVE, invitation(10, 'many@else.example')])
  const explained = async (subject: string) => (await run(['explain', subject])).stdout
  t.match(
    await explained('1'),
    `
        email: ann@acme.example
        cloud: # where
          - Vault
          - Tower A
        reason: |
          hired,
            at once
     accept  guestlist.yaml:4:7  by pattern       agrees, until 2099-01-01
        {email: "*@acme.example", until: 2099-01-01}
`,
  )
  t.match(await explained('1'), 'It would be accepted: a rule says so (pending → accepted).')
  t.match(await explained('8'), 'It would be denied: no rule matches, and "unmatched" says so (pending → denied).')
  t.match(await explained('9'), 'Nothing would be done: this version does not know its status.')
  t.match(
    await explained('bob@acme.example'),
    /guestlist\.yaml:15:7 \(left\)\n {8}email: bob@acme\.example\n {8}reason: left\n/,
  )
  const [{ rules }] = JSON.parse((await run(['explain', '3', '--json'])).stdout).invitations
  t.strictSame(
    rules.map(({ text }: { text: string }) => text),
    ['{email: "*@acme.example", until: 2099-01-01}'],
  )
})

t.test(
  'issue 12.21: of a rule with many lines the first are shown, and nothing of it acts on the terminal',
  async t => {
    const clouds = Array.from({ length: 30 }, (_, i) => `        - "Cloud ${i}\u202e"\n`).join('')
    const manifest = `invitations:\n  accept:\n    - email: "*@else.example"\n      cloud:\n        - Tower A\n${clouds}`
    const { call: run } = await world(t, manifest, [invitation(10, 'many@else.example')])
    const { stdout } = await run(['explain', '10'])
    t.match(stdout, 'Cloud 8')
    t.notMatch(stdout, 'Cloud 9')
    t.match(stdout, '        …\n')
    t.notMatch(stdout, '\u202e')
  },
)
