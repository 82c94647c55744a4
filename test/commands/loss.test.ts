import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { CloudData } from '../../src/sandbox/types.js'
import { world } from '../helpers/world.js'

const REMOVE = (...emails: readonly string[]) =>
  `users:\n  remove:\n${emails.map(email => `    - email: ${email}\n`).join('')}`
const BOB = 'bob@acme.example'
const ANN = 'ann@acme.example'

const cloud = (id: number, name: string, ...members: readonly string[]): CloudData => ({
  id,
  name,
  members: members.map((email, index) => ({ id: 10 * id + index, email, cloud_role: 50 })),
})

const sandboxWith = (...clouds: readonly CloudData[]) => ({
  data: { invitations: [], users: [BOB, ANN, 'eve@acme.example'], clouds },
})

const membersRead = (calls: readonly { operation: string | null }[]) =>
  calls.filter(({ operation }) => operation === 'clouds' || operation === 'members').length

t.test('the plan names what is lost, and how far that was seen', async t => {
  const { call, sandbox } = await world(
    t,
    REMOVE(BOB),
    [],
    sandboxWith(cloud(9, 'Campus', BOB), cloud(8, 'Tower', BOB, 'eve@acme.example')),
  )
  const { code, stdout } = await call(['plan'])
  t.equal(code, 0)
  t.match(stdout, 'deletes the cloud "Campus" (id 9): its only member')
  t.match(stdout, '2 clouds seen; others cannot be')
  const { stdout: json } = await call(['plan', '--json'])
  t.strictSame(JSON.parse(json).guestlist.actions[0].loss, {
    clouds: [{ id: 9, name: 'Campus' }],
    seen: 2,
    unknown: [],
    complete: true,
  })
  t.equal((await call(['apply', '--auto-approve'])).code, 0)
  t.strictSame(
    sandbox.clouds().map(({ id }) => id),
    [8],
    'and that is what happens',
  )
})

t.test('each other’s only companions: the cloud is lost once, with the second', async t => {
  const { call } = await world(t, REMOVE(BOB, ANN), [], sandboxWith(cloud(9, 'Campus', BOB, ANN)))
  const lossOf = async (...args: readonly string[]) => {
    const { stdout } = await call(['plan', '--json', ...args])
    return JSON.parse(stdout).guestlist.actions.map(({ address, loss }: { address: string; loss: { clouds: [] } }) => [
      address,
      loss.clouds.length,
    ])
  }
  t.strictSame(await lossOf(), [
    [`bimdata_user.${ANN}`, 0],
    [`bimdata_user.${BOB}`, 1],
  ])
  t.strictSame(await lossOf('--target', `bimdata_user.${BOB}`), [[`bimdata_user.${BOB}`, 0]], 'ann stays')
  t.strictSame(await lossOf('--no-removals'), [])
})

t.test('clouds are read for removals only, and not with --no-loss', async t => {
  const { call, sandbox } = await world(t, REMOVE(BOB), [], sandboxWith(cloud(9, 'Campus', BOB)))
  await call(['plan', '--no-removals'])
  const { stdout } = await call(['plan', '--no-loss', '--json'])
  t.equal(JSON.parse(stdout).guestlist.actions[0].loss, null)
  t.equal(membersRead(sandbox.calls()), 0)
})

t.test('maxCloudsLost: over it, or not known, is refused with 3, and nothing is sent', async t => {
  const guarded = (limit: number) => `${REMOVE(BOB)}guards: {maxCloudsLost: ${limit}}\n`
  const { call, write, sandbox } = await world(t, guarded(0), [], sandboxWith(cloud(9, 'Campus', BOB)))
  const over = await call(['apply', '--auto-approve'])
  t.equal(over.code, 3)
  t.match(over.stderr, 'Guard maxCloudsLost: 1 cloud would be deleted, at most 0 allowed in one apply.')
  const notLooked = await call(['apply', '--auto-approve', '--no-loss'])
  t.equal(notLooked.code, 3)
  t.match(notLooked.stderr, 'the clouds were not looked at')
  write('guestlist.yaml', `apiVersion: guestlist/v1\n${guarded(1)}`)
  await sandbox.putCloud({ ...cloud(7, 'Closed', 'eve@acme.example'), denied: true })
  const unknown = await call(['apply', '--auto-approve'])
  t.equal(unknown.code, 3)
  t.match(unknown.stderr, 'the members of "Closed" (id 7): 403')
  write('guestlist.yaml', `apiVersion: guestlist/v1\n${guarded(0)}`)
  const both = await call(['apply', '--auto-approve'])
  t.match(
    both.stderr,
    /1 cloud would be deleted, .* How many more is not known \(the members of "Closed" \(id 7\): 403\)/,
  )
  t.strictSame(sandbox.effects(), [])
})

t.test('what the API does not let see is told per cloud, and the plan goes on', async t => {
  const { call, sandbox } = await world(
    t,
    REMOVE(BOB),
    [],
    sandboxWith(cloud(9, 'Campus', BOB), { ...cloud(7, 'Closed', BOB), denied: true }),
  )
  const { code, stdout } = await call(['plan'])
  t.equal(code, 0)
  t.match(stdout, 'not known: the cloud "Closed" (id 7) (not allowed, 403)')
  sandbox.addFault({ operation: 'clouds', kind: 'status', status: 403 })
  const list = await call(['plan'])
  t.equal(list.code, 0)
  t.match(list.stdout, 'not known: the list of clouds (not allowed, 403)')
  t.match(list.stdout, '0 clouds seen; others cannot be')
})

for (const [what, added, says] of [
  [
    'the user is alone in',
    cloud(12, 'New', BOB),
    /would also delete the cloud "New" \(id 12\); 2 clouds seen, 1 before/,
  ],
  ['they are not in', cloud(12, 'New', 'eve@acme.example'), /2 clouds seen, 1 before/],
] as const) {
  t.test(`a cloud that ${what}, created between plan and apply: exit 4, nothing done`, async t => {
    const { call, sandbox } = await world(t, REMOVE(BOB), [], sandboxWith(cloud(9, 'Campus', BOB)))
    await call(['plan', '--out', 'plan.json'])
    await sandbox.putCloud(added)
    const { code, stderr } = await call(['apply', 'plan.json'])
    t.equal(code, 4)
    t.match(stderr, `bimdata_user.${BOB}`)
    t.match(stderr, says)
    t.strictSame(sandbox.effects(), [])
  })
}

t.test('a saved plan whose clouds are as they were is applied', async t => {
  const { call } = await world(t, REMOVE(BOB), [], sandboxWith(cloud(9, 'Campus', BOB)))
  await call(['plan', '--out', 'plan.json'])
  t.equal((await call(['apply', 'plan.json'])).code, 0)
})

t.test('still a member after the removal: exit 5, named', async t => {
  const { call } = await world(t, REMOVE(BOB), [], {
    ...sandboxWith(cloud(9, 'Campus', BOB)),
    faults: [{ operation: 'remove', kind: 'status', status: 204 }],
  })
  const { code, stdout } = await call(['apply', '--auto-approve'])
  t.equal(code, 5)
  t.match(stdout, `bimdata_user.${BOB}`)
  t.match(stdout, 'a member of the cloud "Campus" (id 9)')
})

t.test('a replica that lags behind the removal is waited for', async t => {
  const { call } = await world(t, REMOVE(BOB), [], {
    ...sandboxWith(cloud(8, 'Tower', BOB, 'eve@acme.example')),
    faults: [{ operation: 'members', kind: 'stale', reads: 1 }],
  })
  t.equal((await call(['apply', '--auto-approve'])).code, 0)
})

t.test('a credential of its own reads the clouds', async t => {
  const { call, sandbox } = await world(t, REMOVE(BOB), [], {
    ...sandboxWith(cloud(9, 'Campus', BOB)),
    apiKeys: [
      { secret: 'sso-only', scopes: ['org:manage'] },
      { secret: 'clouds-only', scopes: ['cloud:read'] },
    ],
  })
  const sso = { BIMDATA_API_KEY: 'sso-only' }
  t.match((await call(['plan'], sso)).stdout, 'not known: the list of clouds')
  const own = await call(['plan'], { ...sso, BIMDATA_CLOUD_API_KEY: 'clouds-only' })
  t.match(own.stdout, 'deletes the cloud "Campus"')
  t.notMatch(own.stdout + own.stderr, 'clouds-only')
  const half = await call(['plan'], { ...sso, BIMDATA_CLOUD_CLIENT_ID: 'x' })
  t.equal(half.code, 1)
  t.match(half.stderr, 'BIMDATA_CLOUD_CLIENT_SECRET is not')
  t.ok(sandbox.calls().length > 0)
})

t.test('a snapshot holds the clouds; one of version 1 does not', async t => {
  const { call, folder, sandbox } = await world(t, REMOVE(BOB), [], sandboxWith(cloud(9, 'Campus', BOB)))
  await call(['snapshot', '--out', 'live.json'])
  await sandbox.close()
  t.match((await call(['plan', '--from', 'live.json'])).stdout, 'deletes the cloud "Campus" (id 9): its only member')
  const { clouds: _, ...rest } = JSON.parse(readFileSync(join(folder, 'live.json'), 'utf8'))
  writeFileSync(join(folder, 'old.json'), JSON.stringify({ ...rest, version: 1 }))
  t.match((await call(['plan', '--from', 'old.json'])).stdout, 'not known: the clouds were not looked at')
})
