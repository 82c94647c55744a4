import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import type { Test } from 'tap'
import { isRecord } from '../../../src/manifest/schema.js'
import { serve } from '../../helpers/http.js'
import { account, type Keycloak } from '../../helpers/keycloak.js'
import { invitation, type World, world } from '../../helpers/world.js'

export const manifestOf = (
  { url, realm }: Pick<Keycloak, 'url' | 'realm'>,
  emails: readonly string[],
  alias = 'acme',
): string =>
  `users:\n  remove:\n${emails.map(email => `    - email: ${email}\n      reason: left\n`).join('')}keycloak:\n  url: ${url}\n  realm: ${realm}\n  alias: ${alias}\nguards:\n  maxRemovals: 50\n`

export async function userOf({ admin }: Keycloak, email: string): Promise<Readonly<Record<string, unknown>> | null> {
  const found = await admin('GET', `/users?${new URLSearchParams({ email, exact: 'true' })}`)
  const [user] = Array.isArray(found) ? found : []
  return isRecord(user) ? user : null
}

const idOf = async (keycloak: Keycloak, email: string): Promise<unknown> => (await userOf(keycloak, email))?.id ?? null

export function jsonPlan(text: string) {
  const plan: {
    resource_changes: { address: string; type: string; change: { actions: string[] } }[]
    guestlist: { warnings: { code: string; address: string | null; message: string }[] }
  } = JSON.parse(text)
  return plan
}

/** Found, shown, deleted; each refusal; what is missing is known before the first call. */
export async function leftovers(t: Test, keycloak: Keycloak): Promise<void> {
  const at = (t: Test, emails: readonly string[], users: readonly string[] = []): Promise<World> =>
    world(t, manifestOf(keycloak, emails), [], { users })

  await t.test('whoever is left is found, shown, deleted, and only they', async t => {
    const given = await at(
      t,
      ['bob@acme.example', 'UPPER.case@acme.example', 'plus+tag@acme.example'],
      ['bob@acme.example'],
    )
    const planned = await given.call(['plan', '--json', '--out', 'plan.json'], account('leftovers'))
    t.equal(planned.code, 0, planned.stderr)
    const own = jsonPlan(planned.stdout).resource_changes.filter(({ type }) => type === 'keycloak_user')
    t.strictSame(
      own.map(({ address, change }) => [address, ...change.actions]),
      [
        ['keycloak_user.bob@acme.example', 'delete'],
        ['keycloak_user.plus+tag@acme.example', 'delete'],
        ['keycloak_user.upper.case@acme.example', 'delete'],
      ],
      'in address order',
    )
    const shown = await given.call(['show', 'plan.json'])
    t.match(shown.stdout, 'Plan: 0 to accept, 0 to deny, 3 to remove, 3 in Keycloak.')
    t.match(shown.stdout, /acme\.bob@acme\.example \(id [0-9a-f-]{36}\), created .*, through acme/)
    const applied = await given.call(['apply', 'plan.json', '--audit-log', 'audit.jsonl'], account('leftovers'))
    t.equal(applied.code, 0, applied.stdout + applied.stderr)
    t.match(applied.stdout, 'Apply complete! 0 accepted, 0 denied, 1 removed, 3 in Keycloak, 2 absent.')
    for (const email of ['bob@acme.example', 'upper.case@acme.example', 'plus+tag@acme.example'])
      t.equal(await idOf(keycloak, email), null, `${email} is gone`)
    t.ok(await idOf(keycloak, 'notbob@acme.example'), 'an address that ends alike is not')
    t.match(
      readFileSync(join(given.folder, 'audit.jsonl'), 'utf8'),
      /"address":"keycloak_user.bob@acme.example","action":"delete"/,
    )
    const again = await given.call(['plan'], account('leftovers'))
    t.match(again.stdout, 'No changes. Invitations and users match the manifest.')
  })

  await t.test('whoever is in doubt is left alone, with the reason', async t => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['local.only@acme.example', /did not sign up through the identity provider "acme"/],
      ['carol@acme.example', /identity of another provider: "other"/],
      ['dora@acme.example', /identity of another provider: "other"/],
      ['twin@acme.example', /2 or more users of Keycloak/],
      ['robot@acme.example', /it is a service account/],
    ]
    // A service account has an address where somebody gave it one.
    const [robot] = await keycloak.admin('GET', '/users?username=service-account-app&exact=true').then(asList)
    await keycloak.admin('PUT', `/users/${robot?.id}`, { ...robot, email: 'robot@acme.example' })
    const given = await at(
      t,
      cases.map(([email]) => email),
    )
    const { code, stdout, stderr } = await given.call(['plan', '--json'], account('leftovers'))
    t.equal(code, 0, stderr)
    const plan = jsonPlan(stdout)
    t.notOk(plan.resource_changes.some(({ type }) => type === 'keycloak_user'))
    for (const [email, why] of cases) {
      const warning = plan.guestlist.warnings.find(({ address }) => address === `keycloak_user.${email}`)
      t.equal(warning?.code, 'left_in_keycloak', email)
      t.match(warning?.message, why, email)
    }
  })

  await t.test('an older Keycloak knows no exact search: whoever else it finds is left alone', async t => {
    const older = await withoutExact(t, keycloak)
    const cases: readonly (readonly [string, RegExp])[] = [
      ['lead@acme.example', /Keycloak found a user with another address: mislead@acme\.example/],
      ['n@acme.example', /2 or more users of Keycloak/],
    ]
    const emails = cases.map(([email]) => email)
    await keycloak.admin('POST', '/users', { username: 'mislead', email: 'mislead@acme.example', enabled: true })
    const given = await world(t, manifestOf({ ...keycloak, url: older }, emails), [])
    const { code, stdout, stderr } = await given.call(['plan', '--json'], account('leftovers'))
    t.equal(code, 0, stderr)
    const { warnings } = jsonPlan(stdout).guestlist
    for (const [email, why] of cases)
      t.match(warnings.find(({ address }) => address === `keycloak_user.${email}`)?.message, why, email)
  })

  await t.test('a user who changed since the plan makes it stale, and nothing is done', async t => {
    const given = await at(t, ['change@acme.example'])
    t.equal((await given.call(['plan', '--out', 'plan.json'], account('leftovers'))).code, 0)
    const id = await idOf(keycloak, 'change@acme.example')
    await keycloak.admin('POST', `/users/${id}/federated-identity/other`, {
      identityProvider: 'other',
      userId: 'x',
      userName: 'x',
    })
    const { code, stderr } = await given.call(['apply', 'plan.json'], account('leftovers'))
    t.equal(code, 4, stderr)
    t.match(stderr, /keycloak_user\.change@acme\.example: in Keycloak identities was \["acme"\], is \["acme","other"\]/)
    t.strictSame(given.sandbox.effects(), [], 'nothing was sent')
  })

  await t.test('what is missing is known before the first call of any kind', async t => {
    const other = { ...account('leftovers'), KEYCLOAK_CLIENT_SECRET: 'wrong' }
    const cases: readonly (readonly [string, Record<string, string>, RegExp])[] = [
      ['no account', {}, /KEYCLOAK_CLIENT_ID is not set/],
      ['a wrong secret', other, /Keycloak: .*(unauthorized_client|invalid_client)/],
      ['a disabled client', account('disabled'), /Keycloak: .*(unauthorized_client|invalid_client)/],
      ['no service account', account('no-service-account'), /Keycloak: .*unauthorized_client/],
      ['no role', account('nobody'), /the roles "view-users" and "manage-users" of the client/],
      ['only query-users, with which every search finds nobody', account('searcher'), /the roles "view-users" and/],
      ['only view-users', account('viewer'), /"manage-users"/],
    ]
    for (const [name, env, says] of cases) {
      const given = await at(t, ['forward@acme.example'], ['forward@acme.example'])
      const { code, stderr } = await given.call(['apply', '--auto-approve'], env)
      t.equal(code, 1, name)
      t.match(stderr, says, name)
      t.strictSame(given.sandbox.calls(), [], `${name}: nothing was sent`)
    }
    const given = await at(t, ['forward@acme.example'])
    const viewed = await given.call(['plan'], account('viewer'))
    t.equal(viewed.code, 0, 'a plan needs view-users alone')
    t.match(
      (await given.call(['plan'], account('nobody'))).stderr,
      /the role "view-users" of the client "realm-management"/,
    )
    const elsewhere = await world(t, manifestOf({ ...keycloak, realm: 'nowhere' }, ['forward@acme.example']), [])
    t.match((await elsewhere.call(['plan'], account('leftovers'))).stderr, /keycloak\.realm \("nowhere"\)/)
  })

  await t.test('what the API deleted there itself is not deleted twice', async t => {
    const id = await idOf(keycloak, 'forward@acme.example')
    let forwarded = 0
    const given = await world(t, manifestOf(keycloak, ['forward@acme.example']), [], {
      users: ['forward@acme.example'],
      async forwardRemoval() {
        forwarded++
        await keycloak.admin('DELETE', `/users/${id}`)
      },
    })
    const { code, stdout, stderr } = await given.call(['apply', '--auto-approve'], account('leftovers'))
    t.equal(code, 0, stdout + stderr)
    t.match(stdout, 'Apply complete! 0 accepted, 0 denied, 1 removed, 1 in Keycloak.')
    t.equal(forwarded, 1)
    t.match(stdout, /keycloak_user\.forward@acme\.example: deleted in Keycloak, confirmed by reading/)
    t.equal(await idOf(keycloak, 'forward@acme.example'), null)
  })

  await t.test('a snapshot knows nothing of Keycloak, and the plan says so', async t => {
    const given = await world(t, manifestOf(keycloak, ['notbob@acme.example']), [invitation(1, 'x@acme.example')])
    t.equal((await given.call(['snapshot', '--out', 'live.json'])).code, 0)
    const { stdout } = await given.call(['plan', '--from', 'live.json'])
    t.match(stdout, 'A snapshot holds nothing of Keycloak')
    t.ok(await idOf(keycloak, 'notbob@acme.example'))
  })

  await t.test('serve with --removals deletes them too; without, it neither looks nor needs the account', async t => {
    const given = await at(t, ['notbob@acme.example'])
    const alone = await given.call(['serve', '--once'])
    t.equal(alone.code, 0, alone.stderr)
    const unable = await given.call(['serve', '--once', '--removals'], account('viewer'))
    t.match(unable, { code: 1, stderr: /manage-users/ })
    t.ok(await idOf(keycloak, 'notbob@acme.example'))
    const done = await given.call(['serve', '--once', '--removals'], account('leftovers'))
    t.equal(done.code, 0, done.stderr)
    t.equal(await idOf(keycloak, 'notbob@acme.example'), null)
  })
}

const asList = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isRecord) : []

/** The real Keycloak behind a server that takes `exact` out of searches. @return its address in place of Keycloak's */
async function withoutExact(t: Test, { url }: Keycloak): Promise<string> {
  const { hostname, port, pathname } = new URL(url)
  const front = await serve(t, (incoming, response, body) => {
    const { method, headers, url: path = '' } = incoming
    const options = { hostname, port, method, headers, path: path.replace('&exact=true', '') }
    const outgoing = request(options, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    outgoing.end(body)
  })
  return front + pathname
}
