import t from 'tap'
import type { Rule, Selector } from '../../src/model/manifest.js'
import { startExplain } from '../../src/reconcile/explainer.js'
import { accept, deny, input, invitation, record, removal, rule } from './fixtures/build.js'

const explainer = (fields: Parameters<typeof input>[0], rest: Partial<Parameters<typeof startExplain>[0]> = {}) =>
  startExplain({ ...input(fields), protect: [], ...rest })

const standings = (rules: readonly { readonly effect: string; readonly standing: string }[]) =>
  rules.map(({ effect, standing }) => `${effect} ${standing}`)

const ANN = 'ann@acme.example'

t.test('what a removal leaves of the rules', async t => {
  const [byId, exact, pattern] = [{ id: 56 }, { email: ANN }, { email: '*@acme.example' }] as const
  const cases = [
    ['no removal', [accept(exact), deny(pattern)], 'P', false, ['accept wins', 'deny overruled'], /exact e-mail beats/],
    ['an accept rule', [accept(pattern)], 'P', true, ['accept overruled'], /a removal takes precedence/],
    ['accept before deny', [accept(exact), deny(pattern)], 'P', true, ['accept overruled', 'deny agrees'], /a removal/],
    ['a deny rule', [deny(exact), accept(pattern)], 'P', true, ['deny wins', 'accept overruled'], /exact e-mail beats/],
    ['already accepted', [accept(pattern)], 'A', true, ['accept overruled'], /a removal takes precedence/],
    ['accepted, by id', [accept(byId)], 'A', true, ['accept overruled'], /a removal takes precedence/],
    ['pending, by id', [accept(byId), accept(exact)], 'P', true, ['accept wins', 'accept agrees'], /agree/],
    ['of an unknown status', [accept(pattern)], 'Z', true, ['accept overruled'], /a removal takes precedence/],
    ['no rule', [], 'P', true, [], null],
  ] as const
  for (const [name, rules, status, removed, expected, because] of cases) {
    const removals = removed ? [removal(ANN)] : []
    const explained = explainer({ rules, removals }).invitation(invitation({ email: ANN, status }))
    t.same(standings(explained.rules), expected, name)
    t.match(explained.because, because, name)
  }
  const protect = [{ pattern: 'ann@*', source: '--protect' }] as const
  const kept = explainer({ rules: [accept(pattern)], removals: [removal(ANN)] }, { protect })
  t.same(standings(kept.invitation(invitation({ email: ANN })).rules), ['accept wins'], 'a protected user')
})

t.test('an address without an invitation', async t => {
  const pattern: Selector = { email: '*@acme.example' }
  const rules = [
    accept({ cloud: ['Tower A'] }),
    accept({ id: 9 }),
    accept({ email: '*@acme.example', cloud: ['Tower A'] }),
    deny({ email: 'ann@*', id: 7 }),
    deny({ email: 'bob@acme.example', projectRole: 'admin' }),
    rule('deny', { email: ANN, cloud: ['Vault'] }, { until: '2026-01-01' }),
    rule('deny', { email: ANN }, { until: '2026-01-01' }),
    accept(pattern),
    deny({ email: '*' }),
    accept({ email: ANN }),
  ]
  const all = explainer({ rules, unmatched: 'deny' })
  const ann = all.uninvited(' ANN@acme.example')
  t.equal(ann?.email, ANN)
  t.same(standings(ann?.rules ?? []), [
    'accept wins',
    'deny overruled',
    'accept agrees',
    'deny depends',
    'accept depends',
    'deny expired',
    'deny expired',
  ])
  t.equal(ann?.because, 'a rule with an exact e-mail beats one without')
  t.match(ann?.decision, { kind: 'act', effect: 'accept', why: 'accept_by_rule', basis: { overruled: { length: 1 } } })
  const alone = (...given: typeof rules) => explainer({ rules: given, unmatched: 'accept' }).uninvited(ANN)
  t.match(alone(accept({ email: ANN, cloud: ['A'] })), {
    rules: [{ standing: 'depends' }],
    because: null,
    decision: { why: 'accept_by_unmatched' },
  })
  t.match(alone(rule('deny', pattern, { until: '2026-01-01' })), { rules: [{ standing: 'expired' }], because: null })
})

t.test('an address of which nothing is known, and what is known besides rules', async t => {
  const rules = [accept({ cloud: ['*'] }), accept({ id: 9 }), accept({ email: '*@rival.example' })]
  t.equal(explainer({ rules, unmatched: 'accept' }).uninvited(ANN), null)
  const protect = [{ pattern: 'ann@*', source: 'GUESTLIST_PROTECT' }] as const
  t.match(explainer({ rules }, { protect }).uninvited(ANN), {
    rules: [],
    protection: { pattern: 'ann@*', by: 'GUESTLIST_PROTECT' },
    record: null,
    decision: { kind: 'keep', why: 'unmatched' },
  })
  const records = new Map([[ANN, record([], 'absent')]])
  t.match(explainer({ rules }, { records }).uninvited(ANN), { protection: null, record: { outcome: 'absent' } })
})

t.test('what is still to come: rules and removals with a first day', async t => {
  const tomorrow = { from: '2026-11-03' }
  const rules = [accept({ email: '*@acme.example' }), rule('deny', { email: ANN }, tomorrow)]
  const removals = [{ ...removal(ANN), ...tomorrow }]
  const explain = explainer({ rules, removals })
  t.same(standings(explain.invitation(invitation({ email: ANN })).rules), ['accept wins', 'deny coming'])
  t.same(standings(explain.uninvited(ANN)?.rules ?? []), ['accept wins', 'deny coming'])
  t.same(explain.user(ANN, [])?.decision, { kind: 'coming', from: '2026-11-03' })
})

t.test('why the first wins', async t => {
  const because = (...rules: readonly Rule[]) => explainer({ rules }).invitation(invitation({ email: ANN })).because
  t.equal(because(accept({ email: ANN })), 'it is the only rule that matches')
  t.equal(because(accept({ email: ANN }), accept({ email: '*' })), 'all matching rules agree')
  t.equal(because(accept({ email: '*' }), deny({ email: '*' })), 'among equals deny beats accept')
  t.equal(because(accept({ id: 56 }), deny({ email: '*' })), 'a rule with an id beats all others')
  t.equal(because(accept({ email: ANN }), deny({ email: '*' })), 'a rule with an exact e-mail beats one without')
  t.equal(because(), null)
})

t.test('all that is said of an invitation, and of a user', async t => {
  const rules = [accept({ email: '*@acme.example' }, 4), rule('deny', { id: 56 }, { until: '2026-01-01' })]
  const protect = [{ pattern: 'ann@*', source: '--protect' }] as const
  const live = [
    invitation({ email: ANN, status: 'W' }),
    invitation({ id: 57, email: ANN }),
    invitation({ id: 58, email: ANN, status: 'D' }),
  ]
  const records = new Map([[ANN, record([56])]])
  const given = explainer({ rules, removals: [removal(ANN)] }, { protect, records })
  t.match(given.invitation(invitation({ email: ANN })), {
    address: 'bimdata_invitation.56',
    invitation: { id: 56, status: 'pending' },
    rules: [
      { rule: { line: 4 }, effect: 'accept', strength: 'pattern', until: null, standing: 'wins' },
      { effect: 'deny', strength: 'id', until: '2026-01-01', standing: 'expired' },
    ],
    removal: { line: 20, reason: 'left' },
    protection: { pattern: 'ann@*', by: '--protect' },
    decision: { kind: 'act', effect: 'accept', why: 'accept_by_rule' },
  })
  t.match(given.invitation(invitation({ email: 'bob@acme.example' })), { removal: null, protection: null })
  t.match(given.user('ANN@acme.example', live), {
    address: 'bimdata_user.ann@acme.example',
    user: { email: ANN, recorded: 'removed', accepted_invitations: [56], clouds: ['Tower A'] },
    removal: { line: 20 },
    protection: { by: '--protect' },
    record: { outcome: 'removed' },
    decision: { kind: 'keep' },
  })
  t.same(given.user(ANN, live)?.user.accepted_invitations, [56])
  const unknown = explainer({ rules, removals: [removal(ANN)] })
  t.match(unknown.user(ANN, live), { protection: null, record: null, decision: { kind: 'remove', returned: false } })
  t.equal(unknown.user('bob@acme.example', live), null)
})

t.test('issue 12.6: raw words are unknown, and an invitation with one makes no user return', async t => {
  const explain = explainer({ rules: [accept({ email: ANN })], removals: [removal('bob@acme.example')] })
  for (const status of ['pending', 'accepted', 'denied']) {
    const explained = explain.invitation(invitation({ email: ANN, status }))
    t.match(explained, { invitation: { status: 'unknown', raw_status: status }, decision: { why: 'unknown_status' } })
  }
  const bob = [invitation({ email: 'bob@acme.example', status: 'accepted' })]
  t.same(explain.user('bob@acme.example', bob)?.user.accepted_invitations, [])
})
