import t from 'tap'
import { call, INVITATIONS, idsOf, invitation, remove, sandboxFor, statusIn } from './fixtures/call.js'

interface Case {
  readonly operation: 'accept' | 'deny'
  readonly from: string
  readonly answer: number
  readonly to: string
}

const DECISIONS: readonly Case[] = [
  { operation: 'accept', from: 'P', answer: 204, to: 'A' },
  { operation: 'accept', from: 'D', answer: 204, to: 'A' },
  { operation: 'accept', from: 'A', answer: 204, to: 'A' },
  { operation: 'accept', from: 'W', answer: 204, to: 'W' },
  { operation: 'accept', from: 'X', answer: 400, to: 'X' },
  { operation: 'deny', from: 'P', answer: 204, to: 'D' },
  { operation: 'deny', from: 'D', answer: 204, to: 'D' },
  { operation: 'deny', from: 'A', answer: 400, to: 'A' },
  { operation: 'deny', from: 'W', answer: 400, to: 'W' },
  { operation: 'deny', from: 'X', answer: 400, to: 'X' },
]

for (const { operation, from, answer, to } of DECISIONS) {
  t.test(`${operation} of an invitation that is ${from}: ${answer}, then ${to}`, async t => {
    const sandbox = await sandboxFor(t, { data: { invitations: [invitation(7, from)], users: [] } })
    const got = await call(sandbox, `POST ${INVITATIONS}/7/${operation}`)
    t.equal(got.status, answer)
    t.equal(statusIn(sandbox, 7), to)
    t.match((await call(sandbox, `GET ${INVITATIONS}/7`)).body, { id: 7, status: to })
    t.strictSame(sandbox.effects(), from === to ? [] : [{ operation, target: 7 }])
    if (answer === 204) t.equal(got.text, '')
    else t.match(got.body, { code: 'bad_status', detail: from })
  })
}

const DATA = {
  invitations: ['P', 'A', 'D', 'W', 'X', 'P'].map((status, index) => invitation(index + 1, status)),
  users: ['Bob@acme.example', 'zoe\u0301@acme.example'],
}

for (const [query, ids] of [
  ['', [1, 2, 3, 4, 5, 6]],
  ['?status=P', [1, 6]],
  ['?status=A', [2]],
  ['?status=D', [3]],
  ['?unknown=1', [1, 2, 3, 4, 5, 6]],
] as const) {
  t.test(`the list for "${query}"`, async t => {
    const sandbox = await sandboxFor(t, { data: DATA })
    const got = await call(sandbox, `GET ${INVITATIONS}${query}`)
    t.equal(got.status, 200)
    t.match(got.headers.get('content-type'), /^application\/json/)
    t.strictSame(idsOf(got.body), ids)
  })
}

t.test('an empty list is a list', async t => {
  const sandbox = await sandboxFor(t, { data: { invitations: [], users: [] } })
  t.strictSame((await call(sandbox, `GET ${INVITATIONS}`)).body, [])
})

t.test('an invitation comes back as it was given, unknown fields included', async t => {
  const given = invitation(3, 'P', { client_id: 'abc', project_role: null, project_name: 'Façade', language: ['fr'] })
  const sandbox = await sandboxFor(t, { data: { invitations: [given], users: [] } })
  t.strictSame((await call(sandbox, `GET ${INVITATIONS}/3`)).body, given)
  t.strictSame((await call(sandbox, `GET ${INVITATIONS}`)).body, [given])
})

t.test('the list follows every change, filtered or not', async t => {
  const invitations = Array.from({ length: 2500 }, (_, index) => invitation(index + 1, 'P'))
  const sandbox = await sandboxFor(t, { data: { invitations, users: [] } })
  for (const id of [1, 1000, 1001, 2500]) {
    await call(sandbox, `GET ${INVITATIONS}`)
    await call(sandbox, `GET ${INVITATIONS}?status=D`)
    await call(sandbox, `POST ${INVITATIONS}/${id}/deny`)
  }
  t.strictSame(idsOf((await call(sandbox, `GET ${INVITATIONS}?status=D`)).body), [1, 1000, 1001, 2500])
  t.strictSame((await call(sandbox, `GET ${INVITATIONS}`)).body, sandbox.invitations())
  t.equal(invitations[0]?.status, 'P', 'the data that was passed in is not written to')
})

t.test('who is accepted is a user from their first connection on, and once', async t => {
  const invitations = [
    invitation(1, 'P', { email: 'New@acme.example' }),
    invitation(2, 'D', { email: 'BOB@acme.example' }),
  ]
  const sandbox = await sandboxFor(t, { data: { invitations, users: ['Bob@acme.example'] } })
  await call(sandbox, `POST ${INVITATIONS}/1/accept`)
  await call(sandbox, `POST ${INVITATIONS}/2/accept`)
  t.strictSame(sandbox.users(), ['Bob@acme.example'])
  t.equal((await remove(sandbox, 'new@acme.example')).status, 404, 'accepted, never connected')
  await sandbox.addUser('New@acme.example')
  await sandbox.addUser('bob@acme.example')
  t.strictSame(sandbox.users(), ['Bob@acme.example', 'New@acme.example'])
  t.equal((await remove(sandbox, 'new@acme.example')).status, 204)
})

for (const email of ['Bob@acme.example', 'bOB@ACME.example', '  bob@acme.example ']) {
  t.test(`removing "${email}" removes Bob; a second time there is nobody`, async t => {
    const invitations = [invitation(1, 'A', { email: 'bob@acme.example' })]
    const sandbox = await sandboxFor(t, { data: { invitations, users: DATA.users } })
    t.equal((await remove(sandbox, email)).status, 204)
    t.strictSame(sandbox.users(), ['zoe\u0301@acme.example'])
    t.equal(statusIn(sandbox, 1), 'A', 'invitations keep their status')
    const again = await remove(sandbox, email)
    t.equal(again.status, 404)
    t.match(again.body, { code: 'not_found' })
    t.strictSame(sandbox.effects(), [{ operation: 'remove', target: email }])
  })
}

t.test('an address is the same however its accents are composed', async t => {
  const sandbox = await sandboxFor(t, { data: DATA })
  t.equal((await remove(sandbox, 'ZO\u00c9@acme.example')).status, 204)
})
