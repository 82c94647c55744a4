import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../src/sandbox/server.js'
import type { InvitationData } from '../src/sandbox/types.js'
import { guestlist } from './helpers/guestlist.js'

const RULES = 1000
const INVITATIONS = 100_000

const invitation = (id: number, email: string, status: string): InvitationData => ({
  id,
  client_id: 1,
  redirect_uri: 'https://example.invalid/',
  cloud_name: `Cloud ${id % 50}`,
  cloud_role: 50,
  email,
  status,
})

/** Of every hundred: one that a rule accepts, one that a rule denies, and 98 that are of no concern. */
function population(): InvitationData[] {
  return Array.from({ length: INVITATIONS }, (_, index) => {
    const id = index + 1
    if (id % 200 === 1) return invitation(id, `wanted${id}@domain${id % 400}.example`, 'P')
    if (id % 200 === 2) return invitation(id, `unwanted${id}@rival${id % 40}.example`, 'P')
    return invitation(id, `other${id}@elsewhere.example`, ['P', 'A', 'D'][id % 3] ?? 'P')
  })
}

function manifest(removals: readonly string[]): string {
  const accept = Array.from(
    { length: RULES - 100 },
    (_, n) => `    - email: "*@domain${n}.example"\n      reason: team ${n}`,
  )
  const deny = Array.from({ length: 90 }, (_, n) => `    - email: "*@rival${n}.example"`)
  const remove = removals.map(email => `    - email: ${email}`)
  return `apiVersion: guestlist/v1\ninvitations:\n  accept:\n${accept.join('\n')}\n  deny:\n${deny.join('\n')}\nusers:\n  remove:\n${remove.join('\n')}\nguards:\n  maxRemovals: 10\n`
}

t.test('1,000 rules and 100,000 invitations: each call once, in the promised order', async t => {
  const folder = t.testdir()
  const leavers = Array.from({ length: 10 }, (_, n) => `leaver${n}@acme.example`)
  writeFileSync(join(folder, 'guestlist.yaml'), manifest(leavers))
  const sandbox = await startSandbox({ data: { invitations: population(), users: leavers } })
  t.teardown(() => sandbox.close())
  const options = { cwd: folder, env: { BIMDATA_API_URL: sandbox.url, BIMDATA_API_KEY: sandbox.apiKey } }

  const planned = await guestlist(['plan', '--detailed-exitcode', '--json'], options)
  t.equal(planned.code, 2, planned.stderr)
  const plan = JSON.parse(planned.stdout)
  const addresses: string[] = plan.guestlist.actions.map(({ address }: { address: string }) => address)
  t.match(plan.guestlist.summary, { accept: 500, deny: 500, remove: 10, invitations: INVITATIONS })
  t.equal(sandbox.effects().length, 0, 'a plan changes nothing')

  const applied = await guestlist(['apply', '--auto-approve', '--expect', plan.guestlist.digest], options)
  t.equal(applied.code, 0, applied.stderr)
  t.match(applied.stdout, /^Apply complete! 500 accepted, 500 denied, 10 removed\.$/m)
  const calls = sandbox.calls().filter(({ method }) => method !== 'GET')
  const called = calls.map(({ operation, id, email }) =>
    operation === 'remove' ? `bimdata_user.${email}` : `bimdata_invitation.${id}`,
  )
  t.strictSame([...called].sort(), [...addresses].sort(), 'each planned call once, and no other')
  t.strictSame(
    calls.map(({ operation }) => operation),
    [...Array(500).fill('deny'), ...Array(500).fill('accept'), ...Array(10).fill('remove')],
    'denials, then accepts, then removals',
  )
  t.strictSame(called.slice(1000), addresses.slice(1000), 'removals in the order of the plan')

  const again = await guestlist(['plan', '--detailed-exitcode'], options)
  t.equal(again.code, 0, again.stderr)
  t.match(again.stdout, /^No changes\. Invitations and users match the manifest\.$/m)
})

t.test('who was accepted and never connected is absent when removed', async t => {
  const folder = t.testdir()
  const file = join(folder, 'guestlist.yaml')
  writeFileSync(file, 'apiVersion: guestlist/v1\ninvitations:\n  accept:\n    - email: new@acme.example\n')
  const least = { id: 7, email: 'new@acme.example', status: 'P', cloud_name: 'Tower A', cloud_role: 50 }
  writeFileSync(join(folder, 'data.json'), JSON.stringify({ invitations: [least] }))
  const sandbox = await startSandbox({ dataFile: join(folder, 'data.json') })
  t.teardown(() => sandbox.close())
  const options = { cwd: folder, env: { BIMDATA_API_URL: sandbox.url, BIMDATA_API_KEY: sandbox.apiKey } }
  const accepted = await guestlist(['apply', '--auto-approve'], options)
  t.match(accepted.stdout, /^Apply complete! 1 accepted, 0 denied, 0 removed\.$/m)
  writeFileSync(file, 'apiVersion: guestlist/v1\nusers:\n  remove:\n    - email: new@acme.example\n')
  const removed = await guestlist(['apply', '--auto-approve', '--accept-absent'], options)
  t.equal(removed.code, 0, removed.stderr)
  t.match(removed.stdout, /bimdata_user\.new@acme\.example: absent/)
  t.match(removed.stdout, /Keycloak/)
})
