import t from 'tap'
import { userAddress } from '../../src/reconcile/resource-address.js'
import { decideUser, trackUsers } from '../../src/reconcile/users.js'
import { invitation, record, removal } from './fixtures/build.js'

const PROTECTION = { pattern: 'bob@*', source: '--protect' } as const

const KEY = 'bob@acme.example'

/** Decides Bob, who has these accepted invitations, and had those when they were removed. */
function decided(accepted: readonly number[], recorded: readonly number[] | null, isProtected = false) {
  const records = new Map(recorded === null ? [] : [[KEY, record(recorded)] as const])
  const tracker = trackUsers([KEY], records)
  for (const id of accepted) tracker.observeAccepted(KEY, invitation({ id, status: 'A' }))
  const protection = isProtected ? PROTECTION : null
  return decideUser(removal('Bob@acme.example'), tracker.view('Bob@acme.example', KEY), records.get(KEY), protection)
}

/** The table of what is done with a user to remove. */
const TABLE: readonly (readonly [
  name: string,
  accepted: readonly number[],
  recorded: readonly number[] | null,
  expected: string,
  ifProtected: string,
])[] = [
  ['not recorded', [], null, 'remove_by_rule', 'refuse'],
  ['not recorded, with invitations', [1, 2], null, 'remove_by_rule', 'refuse'],
  ['recorded, nothing accepted', [], [], 'keep', 'keep'],
  ['recorded, accepted as it was', [1, 2], [2, 1], 'keep', 'keep'],
  ['recorded, fewer accepted than then', [2], [1, 2], 'keep', 'keep'],
  ['recorded, one more accepted', [1, 2, 3], [1, 2], 'remove_returned', 'refuse'],
  ['recorded, another accepted', [3], [1, 2], 'remove_returned', 'refuse'],
  ['recorded without any, one accepted', [1], [], 'remove_returned', 'refuse'],
]

for (const [name, accepted, recorded, expected, ifProtected] of TABLE) {
  t.test(name, async t => {
    const decision = decided(accepted, recorded)
    t.equal(decision.kind === 'remove' ? decision.action.why : decision.kind, expected)
    t.equal(decision.kind === 'remove' && decision.returned, expected === 'remove_returned')
    t.equal(decided(accepted, recorded, true).kind, ifProtected, 'protected')
  })
}

t.test('absent is recorded too', async t => {
  const tracker = trackUsers([KEY], new Map([[KEY, record([], 'absent')]]))
  const view = tracker.view('Bob@acme.example', KEY)
  t.equal(decideUser(removal('Bob@acme.example'), view, record([], 'absent'), null).kind, 'keep')
  t.equal(view.recorded, 'absent')
})

t.test('a view has ids ascending and each cloud once, in whatever order they came', async t => {
  const tracker = trackUsers([KEY], new Map())
  const seen = [
    { id: 10, cloud_name: 'b' },
    { id: 9, cloud_name: 'a' },
    { id: 100, cloud_name: 'b' },
    { id: 1, cloud_name: 'B' },
  ]
  for (const fields of seen) tracker.observeAccepted(KEY, invitation(fields))
  tracker.observeAccepted('somebody@else.example', invitation({ id: 5 }))
  t.same(tracker.view('Bob@acme.example', KEY), {
    email: 'Bob@acme.example',
    recorded: null,
    accepted_invitations: [1, 9, 10, 100],
    clouds: ['B', 'a', 'b'],
  })
})

t.test('a refusal names the address, the pattern and who holds it', async t => {
  const source = { file: 'platform.yaml', line: 3, column: 5 }
  const tracker = trackUsers([KEY], new Map())
  const view = tracker.view('Bob@acme.example', KEY)
  const decision = decideUser(removal('Bob@acme.example'), view, undefined, { pattern: 'bob@*', source })
  t.match(decision, {
    refusal: {
      kind: 'protected',
      address: 'bimdata_user.bob@acme.example',
      email: 'Bob@acme.example',
      pattern: 'bob@*',
      protected_by: 'platform.yaml:3:5',
      rule: { line: 20 },
      message: /^Bob@acme\.example is protected by "bob@\*" \(platform\.yaml:3:5\)/,
    },
  })
})

t.test('an address in a plan', async t => {
  t.equal(userAddress(KEY), 'bimdata_user.bob@acme.example')
})
