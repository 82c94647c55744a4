import t from 'tap'
import type { RemovalRecord } from '../../src/model/removal-record.js'
import type { AccessRow } from '../../src/review/access-review.js'
import { accepted, accessOf, cloud, cloudsOf, MANIFEST, member, reviewOf } from './fixtures/review.js'

const short = (rows: readonly AccessRow[]) =>
  rows.map(({ email, cloud, status, rule, ends, findings }) =>
    [email, cloud, status, rule?.line ?? '-', ends ?? '-', findings.join(' ')].join(' | '),
  )

const removed = (...accepted_invitations: readonly number[]): RemovalRecord => ({
  outcome: 'removed',
  at: '2026-11-01T00:00:00Z',
  reason: null,
  accepted_invitations: [...accepted_invitations],
  plan_digest: 'sha256:0',
})

t.test('only accepted invitations give access; each is explained by the rule that decides it', async t => {
  const rows = accessOf({
    yaml: MANIFEST,
    invitations: [
      accepted(1, 'alice@acme.example'),
      accepted(2, 'guest@partner.example'),
      accepted(3, 'mallory@rival.example'),
      accepted(4, 'who@else.example'),
      accepted(5, 'admin@acme.example', { cloud_role: 100 }),
      accepted(6, 'padmin@acme.example', { project_name: 'P', project_role: 100 }),
      accepted(7, 'bob@acme.example'),
      accepted(8, 'later@acme.example'),
      accepted(9, 'pending@acme.example', { status: 'P' }),
      accepted(10, 'denied@acme.example', { status: 'D' }),
      accepted(11, 'odd@acme.example', { status: 'X' }),
      accepted(12, 'old@acme.example', { status: 'W' }),
    ],
  })
  t.strictSame(short(rows), [
    'admin@acme.example | Tower A | accepted | 5 | - | admin',
    'alice@acme.example | Tower A | accepted | 5 | - | ',
    'bob@acme.example | Tower A | accepted | 5 | - | to-be-removed',
    'guest@partner.example | Tower A | accepted | 9 | 2026-12-10 | ends-soon',
    'later@acme.example | Tower A | accepted | 5 | 2026-11-30 | to-be-removed ends-soon',
    'mallory@rival.example | Tower A | accepted | 14 | - | denied-now',
    'old@acme.example | Tower A | accepted | 5 | - | ',
    'padmin@acme.example | Tower A | accepted | 5 | - | admin',
    'who@else.example | Tower A | accepted | - | - | unexplained',
  ])
})

t.test('unmatched: accept explains what no rule does; an expired rule explains nothing', async t => {
  const [row] = accessOf({
    yaml: 'invitations: {unmatched: accept}',
    invitations: [accepted(1, 'who@else.example')],
  })
  t.match(row, { rule: { line: 2, column: 26 }, findings: [] })
  const expired = accessOf({
    yaml: 'invitations: {accept: [{email: who@else.example, until: 2026-01-01}]}',
    invitations: [accepted(1, 'who@else.example')],
  })
  t.match(expired, [{ rule: null, findings: ['unexplained'] }])
})

t.test('members: seen where an invitation leads, without one, with another role, and only invited', async t => {
  const rows = accessOf({
    yaml: MANIFEST,
    invitations: [
      accepted(1, 'Alice@acme.example'),
      accepted(2, 'alice@acme.example', { cloud_name: 'Campus' }),
      accepted(3, 'carl@acme.example'),
    ],
    clouds: cloudsOf(
      cloud(
        7,
        'Tower A',
        member('alice@ACME.example'),
        member('carl@acme.example', 100),
        member('eve@else.example', 100),
        member('new@acme.example', 50, null),
      ),
      cloud(8, 'Empty'),
    ),
  })
  t.strictSame(short(rows), [
    'alice@acme.example | Campus | accepted | 5 | - | ',
    'Alice@acme.example | Tower A | member | 5 | - | ',
    'carl@acme.example | Tower A | member | 5 | - | admin',
    'carl@acme.example | Tower A | member | 5 | - | ',
    'eve@else.example | Tower A | member | - | - | unexplained admin member-without-invitation',
    'new@acme.example | Tower A | invited | 5 | - | member-without-invitation',
  ])
})

for (const [what, record, clouds, expected] of [
  ['old invitations went with the account', removed(7), null, []],
  ['seen as a member', removed(7), cloudsOf(cloud(7, 'Tower A', member('bob@acme.example'))), ['member']],
  ['an invitation accepted since', removed(3), null, ['accepted']],
] as const) {
  t.test(`a removed user: ${what}`, async t => {
    const rows = accessOf({
      yaml: MANIFEST,
      invitations: [accepted(7, 'bob@acme.example')],
      clouds,
      records: new Map([['bob@acme.example', record]]),
    })
    t.strictSame(
      rows.map(({ status }) => status),
      expected,
    )
    for (const { findings } of rows) t.strictSame(findings, ['to-be-removed', 'removed-but-present'])
  })
}

t.test('who is protected is not to be removed', async t => {
  const [row] = accessOf({
    yaml: 'users: {remove: [{email: bob@acme.example}], protect: ["*@acme.example"]}',
    invitations: [accepted(7, 'bob@acme.example')],
  })
  t.strictSame(row?.findings, ['unexplained'])
})

t.test('several invitations to one access are one row, explained if one of them is', async t => {
  const rows = accessOf({
    yaml: 'invitations: {accept: [{id: 2}]}',
    invitations: [1, 2, 3].map(id => accepted(id, 'alice@acme.example')),
  })
  t.match(rows, [{ findings: [], rule: { line: 2 } }])
  t.equal(rows.length, 1)
})

t.test('the summary counts by finding and owner, and says how far clouds were seen', async t => {
  const { summary } = reviewOf({
    yaml: MANIFEST,
    invitations: [
      accepted(1, 'alice@acme.example', { cloud_role: 100 }),
      accepted(2, 'alice@acme.example', { cloud_name: 'Campus' }),
      accepted(3, 'who@else.example'),
      accepted(4, 'guest@partner.example'),
    ],
    clouds: { unread: 'partial', clouds: [{ ...cloud(7, 'Closed'), unread: '403' }] },
  })
  t.match(summary, {
    rows: 4,
    people: 3,
    findings: { admin: 1, unexplained: 1, 'ends-soon': 1, 'denied-now': 0 },
    owners: [
      { owner: 'bim-team', rows: 1 },
      { owner: 'facility-team', rows: 2, findings: { admin: 1 } },
      { owner: null, rows: 1, findings: { unexplained: 1 } },
    ],
    clouds: {
      seen: 1,
      complete: false,
      unknown: [
        { id: null, why: 'partial' },
        { id: 7, why: '403' },
      ],
    },
  })
})
