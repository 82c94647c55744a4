import {
  CollaborationApi,
  Configuration,
  type GetInvitationsStatusEnum,
  SsoApi,
} from '@bimdata/typescript-fetch-api-client'
import t from 'tap'
import type { Sandbox } from '../../src/sandbox/options.js'
import { sandboxFor, statusIn } from './fixtures/call.js'

const clientOf = (sandbox: Sandbox, apiKey = `ApiKey ${sandbox.apiKey}`): SsoApi =>
  new SsoApi(new Configuration({ basePath: sandbox.url, apiKey }))

/** The client rejects with the response itself. */
async function statusOf(answer: Promise<unknown>): Promise<number | null> {
  return answer.then(
    () => null,
    (response: Response) => response.status,
  )
}

t.test('list, and list by status', async t => {
  const sandbox = await sandboxFor(t)
  const client = clientOf(sandbox)
  const all = await client.getInvitations()
  t.equal(all.length, sandbox.invitations().length)
  t.match(all[0], { id: 51, status: 'P', cloud_role: 50, cloud_name: 'Tower A', email: 'alice.martin@acme.example' })
  const denied = await client.getInvitations('D' as GetInvitationsStatusEnum)
  t.strictSame(
    denied.map(({ id }) => id),
    [57, 61],
  )
})

t.test('get, accept, deny, delete', async t => {
  const sandbox = await sandboxFor(t)
  const client = clientOf(sandbox)
  t.match(await client.getInvitation(51), { id: 51, status: 'P', client_id: 12, project_role: 50 })
  await client.acceptInvitation(51)
  t.equal((await client.getInvitation(51)).status, 'A')
  await client.denyInvitation(54)
  t.equal(statusIn(sandbox, 54), 'D')
  await client.acceptInvitation(54)
  t.equal(statusIn(sandbox, 54), 'A')
  await client.deleteUser({ email: 'oscar.blanc@acme.example' })
  t.notOk(sandbox.users().includes('oscar.blanc@acme.example'))
  t.strictSame(
    sandbox.effects().map(({ operation, target }) => `${operation} ${target}`),
    ['accept 51', 'deny 54', 'accept 54', 'remove oscar.blanc@acme.example'],
  )
})

t.test('what it does not know, it answers 404', async t => {
  const client = clientOf(await sandboxFor(t))
  t.equal(await statusOf(client.getInvitation(1)), 404)
  t.equal(await statusOf(client.acceptInvitation(1)), 404)
  t.equal(await statusOf(client.denyInvitation(1)), 404)
  t.equal(await statusOf(client.deleteUser({ email: 'nobody@acme.example' })), 404)
})

t.test('a wrong key is answered 401, by every operation', async t => {
  const client = clientOf(await sandboxFor(t), 'ApiKey wrong')
  t.equal(await statusOf(client.getInvitations()), 401)
  t.equal(await statusOf(client.getInvitation(51)), 401)
  t.equal(await statusOf(client.acceptInvitation(51)), 401)
  t.equal(await statusOf(client.denyInvitation(51)), 401)
  t.equal(await statusOf(client.deleteUser({ email: 'oscar.blanc@acme.example' })), 401)
})

t.test('the bare key, another prefix and an access token', async t => {
  const sandbox = await sandboxFor(t, { accessTokens: ['token-1'] })
  t.ok((await clientOf(sandbox, sandbox.apiKey).getInvitations()).length > 0)
  t.ok((await clientOf(sandbox, `Bearer ${sandbox.apiKey}`).getInvitations()).length > 0)
  const withToken = new SsoApi(new Configuration({ basePath: sandbox.url, accessToken: 'Bearer token-1' }))
  t.ok((await withToken.getInvitations()).length > 0)
})

t.test('clouds, their members, size and projects', async t => {
  const clouds = [
    {
      id: 9,
      name: 'Campus',
      members: [
        { id: 1, email: 'bob@acme.example', cloud_role: 100 },
        { id: null, email: 'new@acme.example', cloud_role: 50 },
      ],
      projects: [{ id: 3, name: 'Library' }],
      size: 1024,
    },
    { id: 10, name: 'Closed', members: [], denied: true },
    { id: 11, name: 'Secret', members: [], hidden: true },
  ]
  const sandbox = await sandboxFor(t, { data: { invitations: [], users: [], clouds } })
  const client = new CollaborationApi(new Configuration({ basePath: sandbox.url, apiKey: `ApiKey ${sandbox.apiKey}` }))
  const found = await client.getClouds()
  t.strictSame(
    found.map(({ id, name }) => [id, name]),
    [
      [9, 'Campus'],
      [10, 'Closed'],
    ],
  )
  t.match(await client.getCloudUsers(9), [
    { id: 1, email: 'bob@acme.example', cloud_role: 100 },
    { id: null, email: 'new@acme.example', cloud_role: 50 },
  ])
  t.match(await client.getCloudUsers(9, undefined, 'bob'), { length: 1 })
  t.match(await client.getCloudSize(9), { role: 100, total_size: 1024 })
  t.match(await client.getProjects(9), [{ id: 3, name: 'Library', cloud: { id: 9, name: 'Campus' } }])
  t.equal(await statusOf(client.getCloudUsers(10)), 403)
  t.equal(await statusOf(client.getCloudUsers(11)), 404)
})
