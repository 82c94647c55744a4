import t, { type Test } from 'tap'
import { invitation, world } from '../../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
`

async function saved(t: Test, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const made = await world(t, MANIFEST, [invitation(1, 'ann@acme.example'), invitation(2, 'bob@acme.example')], {
    users: ['bob@acme.example'],
  })
  t.equal((await made.call(['plan', '--out', 'plan.json', ...args], env)).code, 0)
  return made
}

const ALL = [
  { operation: 'deny', target: 2 },
  { operation: 'accept', target: 1 },
  { operation: 'remove', target: 'bob@acme.example' },
]

t.test('a variable that the plan was made with is no obstacle to applying it', async t => {
  for (const [env, effects] of [
    [{ GUESTLIST_NO_REMOVALS: 'true' }, ALL.slice(0, 2)],
    [{ GUESTLIST_TARGET: 'bimdata_user.Bob@acme.example' }, [ALL[0], ALL[2]]],
    [{ GUESTLIST_TARGET: 'bimdata_invitation.1' }, [ALL[1]]],
    [{ GUESTLIST_NOW: '2026-11-02T00:00:00Z' }, ALL],
    [{ GUESTLIST_FILE: 'guestlist.yaml' }, ALL],
  ] as const) {
    const { call, sandbox } = await saved(t, [], env)
    const { code, stderr } = await call(['apply', 'plan.json'], env)
    t.equal(code, 0, stderr)
    t.same(sandbox.effects(), effects, JSON.stringify(env))
  }
})

t.test('a flag that would have made another plan is refused, from wherever it comes', async t => {
  const { call, sandbox } = await saved(t)
  for (const [args, env, says] of [
    [['--no-removals'], {}, '--no-removals cannot change a saved plan'],
    [[], { GUESTLIST_NO_REMOVALS: '1' }, '--no-removals cannot change a saved plan'],
    [['--target', 'bimdata_invitation.1'], {}, '--target cannot change a saved plan'],
    [['--now', '2026-11-02'], {}, '--now cannot change a saved plan'],
    [['--file', 'guestlist.yaml'], {}, '--file cannot change a saved plan'],
  ] as const) {
    const { code, stderr } = await call(['apply', 'plan.json', ...args], env)
    t.equal(code, 1, stderr)
    t.match(stderr, says)
  }
  t.same(sandbox.effects(), [])
})

t.test('what refuses it now names the guard, the numbers and what to do', async t => {
  const { call, sandbox } = await saved(t)
  for (const [args, says] of [
    [
      ['--max-removals', '0'],
      /Guard maxRemovals: 1 removal planned, at most 0 allowed.* by --max-removals, or guards/s,
    ],
    [
      ['--protect', '*@acme.example'],
      /bob@acme\.example is protected by "\*@acme\.example" \(--protect\).*Take the address/s,
    ],
  ] as const) {
    const { code, stderr } = await call(['apply', 'plan.json', ...args])
    t.equal(code, 3)
    t.match(stderr, says)
  }
  t.same(sandbox.effects(), [])
})

t.test('a user to be removed who was invited again meanwhile makes it stale', async t => {
  const { call, sandbox } = await saved(t)
  await sandbox.putInvitation(invitation(9, 'Bob@acme.example'))
  const { code, stderr } = await call(['apply', 'plan.json'])
  t.equal(code, 4)
  t.match(stderr, /bimdata_invitation\.9: is new: a pending invitation of Bob@acme\.example, who is to be removed/)
  t.same(sandbox.effects(), [])
})
