import { mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { loadContract } from '../../src/sandbox/contract.js'
import { startSandbox } from '../../src/sandbox/server.js'
import { breaks, call, INVITATIONS, invitation, remove, sandboxFor, statusIn } from './fixtures/call.js'

const DATA = {
  invitations: Array.from({ length: 12 }, (_, index) => invitation(index + 1, 'P')),
  users: ['bob@acme.example'],
}

for (const [name, write, read] of [
  ['data.yaml', (data: unknown) => stringify(data), (text: string) => parse(text)],
  ['data.json', (data: unknown) => JSON.stringify(data), (text: string) => JSON.parse(text)],
] as const) {
  t.test(`${name} is kept up to date`, async t => {
    const folder = t.testdir({ [name]: write({ ...DATA, invitations: [invitation(1, 'P', { extra: 'kept' })] }) })
    const dataFile = join(folder, name)
    const onDisk = async () => read(await readFile(dataFile, 'utf8'))
    const sandbox = await sandboxFor(t, { dataFile })
    await call(sandbox, `POST ${INVITATIONS}/1/accept`)
    await sandbox.addUser('user1@acme.example')
    t.strictSame(await onDisk(), {
      invitations: [invitation(1, 'A', { extra: 'kept' })],
      users: ['bob@acme.example', 'user1@acme.example'],
    })
    await remove(sandbox, 'BOB@acme.example')
    while ((await onDisk()).users.length > 1) await wait(20)
    t.strictSame((await onDisk()).users, ['user1@acme.example'])
    await sandbox.setStatus(1, 'D')
    await sandbox.putInvitation(invitation(2, 'P'))
    await sandbox.addUser('eve@acme.example')
    t.match(await onDisk(), { invitations: [{ status: 'D' }, { id: 2 }], users: { 1: 'eve@acme.example' } })
    t.strictSame(await readdir(folder), [name], 'no temporary file stays')
    await sandbox.close()
    t.equal(statusIn(await sandboxFor(t, { dataFile }), 1), 'D', 'a new sandbox goes on from there')
  })
}

t.test('issue 12.22: many changes are few writes, and all of them are in the file at the end', async t => {
  const invitations = Array.from({ length: 1000 }, (_, index) => invitation(index + 1, 'P'))
  const dataFile = join(t.testdir({ 'data.json': JSON.stringify({ invitations }) }), 'data.json')
  const sandbox = await sandboxFor(t, { dataFile })
  const began = performance.now()
  const writes = new Set<bigint>()
  for (const { id } of invitations) {
    await call(sandbox, `POST ${INVITATIONS}/${id}/deny`)
    writes.add((await stat(dataFile, { bigint: true })).mtimeNs)
  }
  const seconds = (performance.now() - began) / 1000
  t.ok(writes.size <= 2 + 2 * seconds, `${writes.size} files in ${seconds} s`)
  await sandbox.close()
  const { invitations: written }: typeof DATA = JSON.parse(await readFile(dataFile, 'utf8'))
  t.ok(written.length === 1000 && written.every(({ status }) => status === 'D'))
})

t.test('what changes nothing writes nothing', async t => {
  const text = '# kept as it is\ninvitations: []\n'
  const dataFile = join(t.testdir({ 'data.yaml': text }), 'data.yaml')
  const sandbox = await sandboxFor(t, { dataFile })
  await call(sandbox, `GET ${INVITATIONS}`)
  t.equal((await remove(sandbox, 'bob@acme.example')).status, 404)
  t.equal(await readFile(dataFile, 'utf8'), text)
})

t.test('a file that cannot be written makes the next change a 500 that says so, and the end an error', async t => {
  const folder = t.testdir({ 'data.yaml': stringify(DATA) })
  const dataFile = join(folder, 'data.yaml')
  const sandbox = await startSandbox({ dataFile })
  await rm(dataFile)
  await mkdir(dataFile)
  t.equal((await call(sandbox, `POST ${INVITATIONS}/1/deny`)).status, 204)
  await t.rejects(sandbox.putInvitation(invitation(13, 'P')), { message: /data\.yaml/ })
  const got = await call(sandbox, `POST ${INVITATIONS}/2/deny`)
  t.equal(got.status, 500)
  t.match(got.body, { code: 'server_error', detail: 'data.yaml' })
  t.equal((await call(sandbox, `GET ${INVITATIONS}`)).status, 200)
  await t.rejects(sandbox.close(), { message: /data\.yaml/ })
  t.strictSame(await readdir(folder), ['data.yaml'], 'no temporary file is left')
})

t.test('a file that can be written again has everything', async t => {
  const dataFile = join(t.testdir({ 'data.yaml': stringify(DATA) }), 'data.yaml')
  const sandbox = await sandboxFor(t, { dataFile })
  await rm(dataFile)
  await mkdir(dataFile)
  await t.rejects(sandbox.setStatus(1, 'D'))
  await rmdir(dataFile)
  await sandbox.close()
  t.equal(parse(await readFile(dataFile, 'utf8')).invitations[0].status, 'D')
})

t.test('an invitation may leave out what nothing is decided by', async t => {
  const least = { id: 7, email: 'a@b.example', status: 'P', cloud_name: 'Tower A', cloud_role: 50 }
  const whole = { ...least, client_id: 1, redirect_uri: 'https://platform.bimdata.io/' }
  const dataFile = join(t.testdir({ 'data.yaml': stringify({ invitations: [least] }) }), 'data.yaml')
  const sandbox = await sandboxFor(t, { dataFile })
  const { body } = await call(sandbox, `GET ${INVITATIONS}/7`)
  t.strictSame(body, whole)
  const { invitation: valid } = await loadContract()
  t.ok(valid(body), 'the answer is as the contract says')
  t.strictSame(parse(await readFile(dataFile, 'utf8')), { invitations: [least] }, 'not rewritten before a change')
  await call(sandbox, `POST ${INVITATIONS}/7/accept`)
  t.strictSame((await call(sandbox, `GET ${INVITATIONS}`)).body, [{ ...whole, status: 'A' }])
  await sandbox.close()
  t.strictSame(parse(await readFile(dataFile, 'utf8')), { invitations: [{ ...whole, status: 'A' }], users: [] })
})

const good = (id: number): string =>
  `- {id: ${id}, client_id: 1, redirect_uri: "", cloud_name: A, cloud_role: 50, email: a@b, status: P}`

const BAD: readonly (readonly [string, string, string])[] = [
  ['not YAML', 'invitations: [\n', 'data.yaml:2:1: '],
  ['the same key twice', 'users: []\nusers: []\n', 'data.yaml:2:1: '],
  ['a list', '- 1\n', 'data.yaml:1:1: the data must be a mapping'],
  ['an empty file', '', 'data.yaml: the data must be a mapping'],
  ['an unknown key', 'invitation: []\n', 'data.yaml:1:13: invitation is not known here'],
  ['no list', 'users: bob@acme.example\n', 'data.yaml:1:8: users must be a list'],
  ['a user that is no address', 'users:\n  - bob@acme.example\n  - bob\n', 'data.yaml:3:5: a user must be'],
  ['no invitation', 'invitations:\n  - 7\n', 'data.yaml:2:5: the invitation must be object'],
  [
    'a field that is missing',
    `invitations:\n${good(1)}\n- id: 2\n`,
    "data.yaml:3:3: the invitation must have required property 'cloud_name'",
  ],
  ...['id', 'email', 'status', 'cloud_name', 'cloud_role'].map(
    field =>
      [
        `no ${field}`,
        `invitations:\n${good(1).replace(new RegExp(` ?\\b${field}: \\w+(@b)?,?`), '')}\n`,
        `data.yaml:2:3: the invitation must have required property '${field}'`,
      ] as const,
  ),
  [
    'a client that is null',
    `invitations:\n${good(1).replace('client_id: 1', 'client_id: null')}\n`,
    'data.yaml:2:22: the invitation client_id must be integer,string',
  ],
  [
    'a field of the wrong type',
    `invitations:\n${good(1).replace('id: 1', 'id: one')}\n`,
    'data.yaml:2:8: the invitation id must be integer',
  ],
  ['an id twice', `invitations:\n${good(1)}\n${good(1)}\n`, 'data.yaml:3:8: the id 1 appears twice'],
]

for (const [what, text, message] of BAD) {
  t.test(`${what}: an error with its place, and the file stays`, async t => {
    const folder = t.testdir({ 'data.yaml': text })
    const dataFile = join(folder, 'data.yaml')
    const error = await startSandbox({ dataFile }).catch((error: Error) => error.message)
    t.ok(typeof error === 'string' && error.startsWith(join(folder, message)), `${error}`)
    t.equal(await readFile(dataFile, 'utf8'), text)
  })
}

t.test('every problem of a file is told at once, up to twenty', async t => {
  const users = Array.from({ length: 30 }, (_, index) => `- nobody${index}\n`).join('')
  const dataFile = join(t.testdir({ 'data.yaml': `users:\n${users}` }), 'data.yaml')
  const message = await startSandbox({ dataFile }).catch((error: Error) => error.message)
  t.match(message, /:2:3: [^\n]+\n[^\n]+:3:3: /)
  t.match(message, /and 10 more$/)
})

t.test('JSON has places too', async t => {
  const dataFile = join(t.testdir({ 'data.json': '{\n  "users": [7]\n}\n' }), 'data.json')
  await t.rejects(startSandbox({ dataFile }), { message: `${dataFile}:2:13: a user must be an e-mail address` })
  await writeFile(dataFile, '{"users": [}')
  await t.rejects(startSandbox({ dataFile }), { message: /data\.json:1:\d+: / })
})

t.test('a file that is not there', async t => {
  const dataFile = join(t.testdir(), 'none.yaml')
  await t.rejects(startSandbox({ dataFile }), { message: /none\.yaml: the data file cannot be read: ENOENT/ })
})

t.test('anchors that expand without end', async t => {
  const rows = ['a0: &a0 [x, x]']
  for (let index = 1; index < 20; index += 1) {
    rows.push(`a${index}: &a${index} [${Array(20).fill(`*a${index - 1}`)}]`)
  }
  const dataFile = join(t.testdir({ 'data.yaml': `${rows.join('\n')}\n` }), 'data.yaml')
  t.ok(await breaks(startSandbox({ dataFile })))
})

t.test('data that is passed as objects is checked as well', async t => {
  const data = { invitations: [invitation(1, 'P'), invitation(1, 'P')], users: [] }
  await t.rejects(startSandbox({ data }), { message: 'data.invitations.1.id: the id 1 appears twice' })
})
