import t from 'tap'
import type { Rule } from '../../src/model/manifest.js'
import { type Decision, decide } from '../../src/reconcile/decide.js'
import { indexRules, subjectOf } from '../../src/reconcile/match.js'
import { accept, deny, invitation, manifest, removal } from './fixtures/build.js'

const ALL = { email: '*' }

type Unmatched = 'ignore' | 'accept' | 'deny'

function decided(status: string, rules: readonly Rule[], unmatched: Unmatched = 'ignore', leaving = false): Decision {
  const subject = subjectOf(invitation({ status }))
  const matching = indexRules(rules)(subject)
  return decide(
    subject.invitation,
    matching,
    leaving ? removal('ann@acme.example') : null,
    manifest({ rules, unmatched }),
  )
}

const short = (decision: Decision): string =>
  decision.kind === 'act'
    ? `${decision.effect}: ${decision.why}`
    : decision.kind === 'keep'
      ? decision.why
      : decision.kind

/** The table of what is done with an invitation. */
const TABLE: readonly (readonly [status: string, accept: string, deny: string, none: string])[] = [
  ['P', 'accept: accept_by_rule', 'deny: deny_by_rule', 'unmatched'],
  ['D', 'accept: accept_by_rule', 'already_right', 'no_rule'],
  ['A', 'already_right', 'accepted_but_denied', 'no_rule'],
  ['W', 'already_right', 'accepted_but_denied', 'no_rule'],
  ['Z', 'unknown_status', 'unknown_status', 'unknown_status'],
  ['', 'unknown_status', 'unknown_status', 'unknown_status'],
  ['p', 'unknown_status', 'unknown_status', 'unknown_status'],
]

for (const [status, whenAccept, whenDeny, whenNone] of TABLE) {
  t.test(`status ${JSON.stringify(status)}`, async t => {
    t.equal(short(decided(status, [accept(ALL)])), whenAccept, 'decided accept')
    t.equal(short(decided(status, [deny(ALL)])), whenDeny, 'decided deny')
    t.equal(short(decided(status, [])), whenNone, 'no rule')
  })
}

/** What is pending and matched by no rule. */
const UNMATCHED: readonly (readonly [Unmatched, string])[] = [
  ['ignore', 'unmatched'],
  ['accept', 'accept: accept_by_unmatched'],
  ['deny', 'deny: deny_by_unmatched'],
]

for (const [unmatched, expected] of UNMATCHED) {
  t.test(`unmatched: ${unmatched}`, async t => {
    t.equal(short(decided('P', [], unmatched)), expected)
    for (const status of ['D', 'A', 'W']) t.equal(short(decided(status, [], unmatched)), 'no_rule', `not for ${status}`)
    t.equal(short(decided('P', [deny(ALL)], unmatched)), 'deny: deny_by_rule', 'a rule goes first')
  })
}

/** The invitations of a user who is to be removed. */
const LEAVING: readonly (readonly [name: string, rules: readonly Rule[], P: string, D: string, A: string])[] = [
  ['no rule', [], 'deny: deny_by_removal', 'already_right', 'already_right'],
  ['a pattern accepts', [accept(ALL)], 'deny: deny_by_removal', 'already_right', 'already_right'],
  [
    'their address is accepted',
    [accept({ email: 'ann@acme.example', cloud: ['*'] })],
    'deny: deny_by_removal',
    'already_right',
    'already_right',
  ],
  ['the id is accepted', [accept({ id: 56 })], 'contradiction', 'contradiction', 'already_right'],
  [
    'the id is accepted and denied',
    [accept({ id: 56, client: 12 }), deny({ id: 56 })],
    'deny: deny_by_rule',
    'already_right',
    'already_right',
  ],
  ['a rule denies', [deny(ALL)], 'deny: deny_by_rule', 'already_right', 'already_right'],
]

for (const [name, rules, pending, denied, accepted] of LEAVING) {
  t.test(`a user to remove: ${name}`, async t => {
    for (const unmatched of ['ignore', 'accept', 'deny'] as const) {
      t.equal(short(decided('P', rules, unmatched, true)), pending, 'pending')
      t.equal(short(decided('D', rules, unmatched, true)), denied, 'denied')
      t.equal(short(decided('A', rules, unmatched, true)), accepted, 'accepted')
      t.equal(short(decided('Z', rules, unmatched, true)), 'unknown_status', 'unknown')
    }
  })
}

t.test('a decision keeps the place of its rule, the reason, and what it overruled', async t => {
  const winner = { ...accept({ id: 56 }, 3), reason: 'the board' }
  const other = { ...deny(ALL, 9), reason: 'nobody' }
  t.match(decided('P', [other, winner, accept(ALL, 5)]), {
    basis: {
      rule: { file: 'guestlist.yaml', line: 3, column: 7, name: null, owner: null, reason: 'the board' },
      overruled: [
        { file: 'guestlist.yaml', line: 9, column: 7, name: null, owner: null, reason: 'nobody', effect: 'deny' },
      ],
      impliedBy: null,
    },
  })
})

t.test('an implied denial says whose removal implies it, and overrules what accepts', async t => {
  t.match(decided('P', [accept(ALL, 5)], 'ignore', true), {
    basis: {
      rule: { line: 20, reason: 'left' },
      overruled: [{ line: 5, effect: 'accept' }],
      impliedBy: { key: 'ann@acme.example' },
    },
  })
})

t.test('what no rule matches is decided by `unmatched`, at its place', async t => {
  for (const unmatched of ['accept', 'deny'] as const) {
    t.same(decided('P', [], unmatched), {
      kind: 'act',
      effect: unmatched,
      why: `${unmatched}_by_unmatched`,
      basis: {
        rule: { file: 'guestlist.yaml', line: 2, column: 7, name: null, owner: null, reason: null },
        overruled: [],
        impliedBy: null,
      },
    })
  }
})

t.test('a removal overrules what accepts, and nothing that denies', async t => {
  const decision = decided('A', [deny(ALL, 3), accept(ALL, 5)], 'ignore', true)
  t.match(decision, { kind: 'keep', basis: { overruled: [{ line: 5, effect: 'accept' }] } })
  t.equal(decision.kind === 'keep' && decision.basis?.overruled.length, 1)
})
