import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { startSandbox } from '../../src/sandbox/server.js'
import type { CloudData, SandboxData } from '../../src/sandbox/types.js'
import { call, INVITATIONS, idsOf, invitation, remove, sandboxFor } from './fixtures/call.js'

const member = (id: number | null, email: string, cloud_role = 50) => ({ id, email, cloud_role })

const CLOUDS: readonly CloudData[] = [
  { id: 7, name: 'Tower A', members: [member(1, 'Bob@acme.example', 100), member(2, 'eve@acme.example')] },
  { id: 8, name: 'Campus', members: [member(1, 'bob@acme.example'), member(null, 'new@acme.example')], size: 1024 },
  { id: 9, name: 'Secret', members: [member(1, 'bob@acme.example')], hidden: true },
  { id: 10, name: 'Closed', members: [member(2, 'eve@acme.example')], denied: true },
]
const DATA: SandboxData = { invitations: [], users: ['bob@acme.example', 'eve@acme.example'], clouds: CLOUDS }

const emailsOf = (body: unknown): readonly string[] =>
  Array.isArray(body) ? body.map((item: { email: string }) => item.email) : []

t.test('the list leaves hidden clouds out; their own addresses are 404, those of a denied one 403', async t => {
  const sandbox = await sandboxFor(t, { data: DATA })
  t.strictSame(idsOf((await call(sandbox, 'GET /cloud')).body), [7, 8, 10])
  for (const [id, status] of [
    [7, 200],
    [9, 404],
    [10, 403],
    [11, 404],
  ] as const)
    for (const what of ['user', 'size', 'project'])
      t.equal((await call(sandbox, `GET /cloud/${id}/${what}`)).status, status, `${id} ${what}`)
})

t.test('without clouds the list is empty', async t => {
  const sandbox = await sandboxFor(t, { data: { invitations: [], users: [] } })
  t.strictSame((await call(sandbox, 'GET /cloud')).body, [])
})

for (const [query, emails] of [
  ['', ['Bob@acme.example', 'eve@acme.example']],
  ['?email=BOB@acme.example', ['Bob@acme.example']],
  ['?email__contains=b@', ['Bob@acme.example']],
  ['?email__startswith=e', ['eve@acme.example']],
  ['?email__endswith=.example', ['Bob@acme.example', 'eve@acme.example']],
  ['?email__startswith=e&email__contains=bob', []],
] as const) {
  t.test(`members for "${query}"`, async t => {
    const sandbox = await sandboxFor(t, { data: DATA })
    t.strictSame(emailsOf((await call(sandbox, `GET /cloud/7/user${query}`)).body), emails)
  })
}

t.test('clouds need a scope of their own', async t => {
  const sandbox = await sandboxFor(t, {
    data: DATA,
    apiKeys: [
      { secret: 'sso', scopes: ['org:manage'] },
      { secret: 'clouds', scopes: ['cloud:read'] },
    ],
  })
  t.equal((await call(sandbox, 'GET /cloud', { authorization: 'ApiKey sso' })).status, 403)
  t.equal((await call(sandbox, 'GET /cloud/7/user', { authorization: 'ApiKey clouds' })).status, 200)
  t.equal((await call(sandbox, `GET ${INVITATIONS}`, { authorization: 'ApiKey clouds' })).status, 403)
})

t.test('a removal takes along the clouds in which only invited people are left', async t => {
  const sandbox = await sandboxFor(t, { data: DATA })
  t.equal((await remove(sandbox, 'BOB@acme.example')).status, 204)
  t.strictSame(
    sandbox.clouds().map(({ id, members }) => [id, members.map(({ email }) => email)]),
    [
      [7, ['eve@acme.example']],
      [10, ['eve@acme.example']],
    ],
  )
  t.strictSame(sandbox.effects(), [{ operation: 'remove', target: 'BOB@acme.example' }])
})

t.test('the removal of somebody who was only invited takes no cloud', async t => {
  const clouds = [{ id: 8, name: 'Campus', members: [member(null, 'new@acme.example')] }]
  const sandbox = await sandboxFor(t, { data: { invitations: [], users: ['new@acme.example'], clouds } })
  await remove(sandbox, 'new@acme.example')
  t.strictSame(sandbox.clouds(), [{ id: 8, name: 'Campus', members: [] }])
})

t.test('a member is a user, listed or not', async t => {
  const sandbox = await sandboxFor(t, { data: { ...DATA, users: [] } })
  t.equal((await remove(sandbox, 'eve@acme.example')).status, 204)
  t.equal((await remove(sandbox, 'new@acme.example')).status, 404, 'invited is not there')
})

t.test('who is accepted joins the cloud; who does not exist joins on their first connection', async t => {
  const invitations = [
    invitation(1, 'P', { cloud_name: 'Campus', email: 'eve@acme.example', cloud_role: 100 }),
    invitation(2, 'P', { cloud_name: 'Campus', email: 'new@acme.example' }),
    invitation(3, 'P', { cloud_name: 'Elsewhere', email: 'eve@acme.example' }),
  ]
  const sandbox = await sandboxFor(t, { data: { ...DATA, invitations } })
  const campus = () => sandbox.clouds().find(({ id }) => id === 8)?.members
  for (const id of [1, 2, 3]) await call(sandbox, `POST ${INVITATIONS}/${id}/accept`)
  t.strictSame(campus(), [...(CLOUDS[1]?.members ?? []), member(2, 'eve@acme.example', 100)])
  await sandbox.addUser('new@acme.example')
  t.strictSame(campus()?.at(-1), member(3, 'new@acme.example'))
  t.equal(campus()?.length, 3)
})

t.test('a stale read has the members of before; faults may mean one cloud', async t => {
  const sandbox = await sandboxFor(t, {
    data: DATA,
    faults: [
      { operation: 'members', kind: 'stale', reads: 1 },
      { operation: 'members', kind: 'status', status: 500, target: '10' },
    ],
  })
  await remove(sandbox, 'eve@acme.example')
  t.equal(emailsOf((await call(sandbox, 'GET /cloud/7/user')).body).length, 2)
  t.equal(emailsOf((await call(sandbox, 'GET /cloud/7/user')).body).length, 1)
  t.equal((await call(sandbox, 'GET /cloud/10/user')).status, 500)
})

for (const [status, code] of [
  [404, 'not_found'],
  [400, 'bad_request'],
  [204, undefined],
] as const) {
  t.test(`the removal of an unknown user, answered ${status}`, async t => {
    const sandbox = await sandboxFor(t, { data: DATA, unknownUser: status })
    const got = await remove(sandbox, 'nobody@acme.example')
    t.equal(got.status, status)
    t.same(got.body, code === undefined ? undefined : { code, detail: 'There is no such user.' })
    t.strictSame(sandbox.effects(), [])
  })
}

t.test('a data file keeps its clouds; ids that are left out are given', async t => {
  const clouds = [
    { id: 8, name: 'Campus', members: [{ email: 'bob@acme.example' }, { id: null, email: 'new@acme.example' }] },
    { id: 9, name: 'Empty' },
  ]
  const dataFile = join(t.testdir({ 'data.yaml': stringify({ users: ['eve@acme.example'], clouds }) }), 'data.yaml')
  const sandbox = await sandboxFor(t, { dataFile })
  await remove(sandbox, 'eve@acme.example')
  await sandbox.close()
  t.strictSame(parse(await readFile(dataFile, 'utf8')), {
    invitations: [],
    users: [],
    clouds: [
      {
        id: 8,
        name: 'Campus',
        members: [
          { cloud_role: 50, id: 1, email: 'bob@acme.example' },
          { cloud_role: 50, id: null, email: 'new@acme.example' },
        ],
      },
      { id: 9, name: 'Empty', members: [] },
    ],
  })
})

for (const [what, clouds, message] of [
  ['a misspelt key', '- {id: 1, name: A, hiden: true}', /:2:3: the cloud must NOT have additional properties/],
  ['no name', '- {id: 1}', /:2:3: the cloud must have required property 'name'/],
  ['an id twice', '- {id: 1, name: A}\n- {id: 1, name: B}', /:3:8: the id 1 appears twice/],
  ['no address', '- {id: 1, name: A, members: [{email: bob}]}', /:2:38: the cloud members.0.email must match/],
  ['twice a member', '- {id: 1, name: A, members: [{email: a@b}, {email: A@b}]}', /:2:52: A@b is a member twice/],
  ['no list', ' 7', /:2:2: clouds must be a list/],
] as const) {
  t.test(`a data file's clouds: ${what}`, async t => {
    const dataFile = join(t.testdir({ 'data.yaml': `clouds:\n${clouds}\n` }), 'data.yaml')
    await t.rejects(startSandbox({ dataFile }), { message })
  })
}
