import t from 'tap'
import { parseSnapshot, type Snapshot, snapshotText } from '../../src/documents/snapshot-document.js'
import { GuestlistError } from '../../src/model/error.js'
import { type Invitation, invitationOf } from '../../src/model/invitation.js'
import fc from '../helpers/properties.js'

const text = (snapshot: Snapshot): string => [...snapshotText(snapshot, value => JSON.stringify(value))].join('')

const SNAPSHOT: Snapshot = {
  apiUrl: 'https://api.example',
  takenAt: '2026-11-02T09:30:00.000Z',
  records: new Map([
    [
      '__proto__@acme.example',
      {
        outcome: 'removed',
        at: '2026-11-01T00:00:00Z',
        reason: null,
        accepted_invitations: [3],
        plan_digest: 'sha256:0',
      },
    ],
  ]),
  invitations: [],
  clouds: {
    unread: null,
    clouds: [
      { id: 8, name: 'Campus', unread: '403', members: [] },
      {
        id: 9,
        name: 'Tower\n"A"',
        unread: null,
        members: [
          { id: null, email: 'a@b.example', role: null },
          { id: 1, email: 'c@b.example', role: 100 },
        ],
      },
    ],
  },
}

const anyText = fc.string({ unit: 'binary', maxLength: 20 })
const anyInvitation: fc.Arbitrary<Invitation> = fc
  .record({
    id: fc.maxSafeNat(),
    email: anyText,
    status: anyText,
    cloud_name: anyText,
    cloud_role: fc.integer(),
    project_name: fc.option(anyText),
    project_role: fc.option(fc.integer()),
    client_id: fc.option(fc.maxSafeNat()),
    sender_provider_sub: fc.option(anyText),
  })
  .map(invitationOf)

t.test('what is written is read back, by id', async t => {
  await fc.assert(
    fc.property(fc.array(anyInvitation, { maxLength: 20 }), invitations => {
      const read = parseSnapshot(text({ ...SNAPSHOT, invitations }))
      const sorted = [...invitations].sort((a, b) => a.id - b.id)
      return (
        JSON.stringify({ ...read, records: [...read.records] }) ===
        JSON.stringify({ ...SNAPSHOT, records: [...SNAPSHOT.records], invitations: sorted })
      )
    }),
  )
  t.pass()
})

t.test('each invitation is a line, also past the size of one piece', async t => {
  const [one] = fc.sample(anyInvitation, 1)
  const invitations = Array.from({ length: 2500 }, (_, id) => ({ ...one, id }) as Invitation)
  const lines = text({ ...SNAPSHOT, invitations })
    .trimEnd()
    .split('\n')
  t.equal(lines.length, 2505)
  t.equal(JSON.parse(lines[1001]?.replace(/,$/, '') ?? '').id, 1000)
  t.equal(parseSnapshot(lines.join('\n')).invitations.length, 2500)
})

t.test('what is no snapshot is refused', async t => {
  const good = text(SNAPSHOT)
  for (const [name, bad, code, says] of [
    ['an empty file', '', 'snapshot-invalid', /empty/],
    ['a part of one', good.slice(0, -4), 'snapshot-invalid', /a part of it/],
    ['other JSON', '[]', 'snapshot-invalid', /must be object/],
    ['a newer version', good.replace('"version":2', '"version":3'), 'snapshot-newer', /version 3/],
    ['a missing member', good.replace('"taken_at"', '"at"'), 'snapshot-invalid', /taken_at/],
    ['a member too many', good.replace('"removals"', '"x":1,"removals"'), 'snapshot-invalid', /additional/],
    [
      'a key twice',
      good.replace('{"version":2', '{"version":1,"version":2'),
      'snapshot-invalid',
      /"version" appears twice/,
    ],
    ['an odd address', good.replace('__proto__@', ' Bob@'), 'snapshot-invalid', /should be "bob@acme.example"/],
    ['a cloud without members', good.replace('"members"', '"people"'), 'snapshot-invalid', /\/clouds/],
    [
      'an invitation without id',
      good.replace('"invitations":[\n', '"invitations":[{"email":"a@b"}'),
      'snapshot-invalid',
      /\/invitations\/0/,
    ],
  ] as const) {
    const read = () => parseSnapshot(bad)
    t.throws(read, { code, message: says }, name)
    t.throws(read, GuestlistError)
  }
})

t.test('version 1 is still read: its clouds are not known', async t => {
  const { clouds: _, ...rest } = JSON.parse(text(SNAPSHOT))
  const read = parseSnapshot(JSON.stringify({ ...rest, version: 1 }))
  t.strictSame(read, { ...SNAPSHOT, clouds: null })
  t.equal(parseSnapshot(text({ ...SNAPSHOT, clouds: null })).clouds, null)
})
