import t from 'tap'
import type { KeycloakWriter } from '../../src/execute/api.js'
import type { KeycloakUser } from '../../src/model/action.js'
import { ApiError } from '../../src/model/api-error.js'
import { leftover, removal } from '../reconcile/fixtures/build.js'
import { outcomes, rig } from './fixtures/rig.js'

const BOB = leftover('bob@a.example')
const EVE = leftover('eve@a.example')

const failure = (message: string, status?: number) =>
  new ApiError(message, status === undefined ? { kind: 'network' } : { kind: 'http', status })

/** Keycloak's users in memory. `overrides` take the place of its calls. */
function keycloakOf(users: readonly KeycloakUser[], overrides: Partial<KeycloakWriter> = {}) {
  const held = new Map(users.map(user => [user.id, user]))
  const calls: string[] = []
  const own: KeycloakWriter = {
    get: async id => held.get(id) ?? null,
    delete: async id => (held.delete(id) ? 204 : 404),
    ...overrides,
  }
  const writer: KeycloakWriter = {
    get: id => {
      calls.push('get')
      return own.get(id)
    },
    delete: id => {
      calls.push('delete')
      return own.delete(id)
    },
  }
  return { writer, calls, held }
}

interface Case {
  readonly name: string
  /** What Keycloak holds of Bob. */
  readonly live: KeycloakUser | null
  readonly overrides?: Partial<KeycloakWriter>
  readonly calls: readonly string[]
  readonly ends: string
  readonly why?: string
  readonly status?: number
}

const user = BOB.before

/** The table of settle-leftover.ts, row by row. */
const TABLE: readonly Case[] = [
  { name: 'as shown', live: user, calls: ['get', 'delete', 'get'], ends: 'done', status: 204 },
  { name: 'nobody', live: null, calls: ['get'], ends: 'confirmed' },
  {
    name: 'no longer as shown',
    live: { ...user, username: 'somebody' },
    calls: ['get'],
    ends: 'failed',
    why: 'the user in Keycloak is no longer as shown',
  },
  {
    name: 'cannot be read',
    live: user,
    overrides: { get: () => Promise.reject(failure('Keycloak answered 500', 500)) },
    calls: ['get'],
    ends: 'failed',
    why: 'Keycloak answered 500',
    status: 500,
  },
  {
    name: 'the deletion is refused',
    live: user,
    overrides: { delete: () => Promise.reject(failure('manage-users is missing', 403)) },
    calls: ['get', 'delete', 'get'],
    ends: 'failed',
    why: 'manage-users is missing',
    status: 403,
  },
  {
    name: 'deleted, and still there',
    live: user,
    overrides: { delete: async () => 204 },
    calls: ['get', 'delete', 'get'],
    ends: 'failed',
    why: 'Keycloak still shows the user after the deletion',
    status: 204,
  },
]

for (const { name, live, overrides = {}, calls, ends, why, status = null } of TABLE) {
  t.test(name, async t => {
    const { run, plan } = await rig(t)
    const keycloak = keycloakOf(live === null ? [] : [live], overrides)
    const { report, events } = await run({
      plan: { ...(await plan({})), actions: [BOB, EVE] },
      keycloak: keycloak.writer,
    })
    const [result] = report.results
    t.match(result, { outcome: { kind: ends, ...(why === undefined ? {} : { why }) }, status })
    t.equal(result?.attempts, calls.includes('delete') ? 1 : 0)
    t.same(keycloak.calls, ends === 'failed' ? calls : [...calls, 'get'], 'after a failure nothing else is tried')
    t.equal(report.results[1]?.outcome.kind, ends === 'failed' ? 'skipped' : 'confirmed')
    t.equal(report.stop, null)
    const sent = events.flatMap(event => (event.type === 'attempt' ? [event.attempt] : []))
    t.match(sent, calls.includes('delete') ? [{ call: 'delete', attempt: 1, status }] : [])
  })
}

t.test('a deletion whose answer is lost is confirmed where the user is gone', async t => {
  const { run, plan } = await rig(t)
  const keycloak = keycloakOf([user])
  const lost: KeycloakWriter = {
    ...keycloak.writer,
    async delete(id) {
      await keycloak.writer.delete(id)
      throw failure('the connection was cut')
    },
  }
  const { report } = await run({ plan: { ...(await plan({})), actions: [BOB] }, keycloak: lost })
  t.same(outcomes(report), ['delete bob@a.example confirmed'])
})

t.test('without Keycloak nothing is deleted there, and that is no success', async t => {
  const { run, plan } = await rig(t)
  const { report } = await run({ plan: { ...(await plan({})), actions: [BOB] } })
  t.match(report.results, [{ outcome: { kind: 'failed', why: 'Keycloak is not connected' }, attempts: 0 }])
})

t.test('what is no failure of the API is a bug, and thrown', async t => {
  const { run, plan } = await rig(t)
  const { writer } = keycloakOf([user], { get: () => Promise.reject(new TypeError('a bug')) })
  await t.rejects(run({ plan: { ...(await plan({})), actions: [BOB] }, keycloak: writer }), { message: 'a bug' })
})

t.test('only those are deleted whose removal at the API took effect, now or before', async t => {
  const users = ['bob@a.example', 'zoe@a.example']
  const removals = users.map(email => removal(email))
  const zoe = leftover('zoe@a.example')
  const cases = [
    [[], ['remove bob@a.example done', 'remove zoe@a.example done', 'done', 'done', 'done']],
    [['remove:400:nth=1'], ['remove bob@a.example rejected', 'remove zoe@a.example done', 'skipped', 'done', 'done']],
    [
      ['remove:409:nth=1'],
      ['remove bob@a.example failed', 'remove zoe@a.example skipped', ...Array(3).fill('skipped')],
    ],
  ] as const
  for (const [faults, expected] of cases) {
    const { run, plan } = await rig(t, { users, faults })
    const planned = await plan({ removals })
    const keycloak = keycloakOf([BOB.before, zoe.before, EVE.before])
    const actions = [...planned.actions, BOB, zoe, EVE]
    const { report } = await run({ plan: { ...planned, actions }, keycloak: keycloak.writer })
    t.same(
      outcomes(report).map(text => text.replace(/^delete \S+ /, '')),
      expected,
    )
    t.equal(keycloak.held.size, expected.filter(text => text === 'skipped').length)
  }
})
