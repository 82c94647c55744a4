import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openState } from '../../src/state/state-store.js'
import { world } from '../helpers/world.js'

const MANIFEST = `users:
  remove:
    - email: Bob@acme.example
      reason: left
    - email: ann@acme.example
state:
  path: removals.json
`

async function removed(t: Test) {
  const made = await world(t, MANIFEST, [], { users: ['bob@acme.example'] })
  t.equal((await made.run(['apply', '--auto-approve'])).code, 0)
  // From here on there is no API and no credential: the address alone is needed.
  await made.sandbox.close()
  const call = (...args: string[]) => made.call(['state', ...args], { BIMDATA_API_KEY: '' })
  const store = () =>
    openState({ backend: 'local', path: 'removals.json' }, { apiUrl: made.sandbox.url, cwd: made.folder, env: {} })
  return { ...made, call, store }
}

t.test('list', async t => {
  const { call } = await removed(t)
  const table = await call('list')
  t.equal(table.code, 0)
  t.match(table.stdout, /^EMAIL .*\nann@acme\.example +absent .*\nbob@acme\.example +removed .* left\n$/)
  const rows = JSON.parse((await call('list', '--json')).stdout)
  t.match(rows, [
    { email: 'ann@acme.example', outcome: 'absent' },
    { email: 'bob@acme.example', reason: 'left' },
  ])
})

t.test('rm forgets all that are named, or none', async t => {
  const { call, folder } = await removed(t)
  const before = readFileSync(join(folder, 'removals.json'), 'utf8')
  const wrong = await call('rm', 'bob@acme.example', 'nobody@acme.example')
  t.equal(wrong.code, 1)
  t.match(wrong.stderr, 'No removal is remembered of "nobody@acme.example"; nothing was changed')
  t.equal(readFileSync(join(folder, 'removals.json'), 'utf8'), before)
  const right = await call('rm', 'BOB@acme.example', 'ann@acme.example')
  t.equal(right.code, 0)
  t.equal(right.stdout, 'bob@acme.example: forgotten\nann@acme.example: forgotten\n')
  const none = await call('list')
  t.equal(none.stdout, '')
  t.match(none.stderr, 'No removals are remembered')
})

t.test('rm waits for the lock of others, and unlock removes it by its id alone', async t => {
  const { call, store } = await removed(t)
  const lock = await store().lock({ operation: 'apply', timeoutMs: 0 })
  const locked = await call('rm', 'bob@acme.example')
  t.equal(locked.code, 1)
  t.match(locked.stderr, `guestlist state unlock ${lock.info.ID}`)
  const wrong = await call('unlock', 'something-else')
  t.equal(wrong.code, 1)
  t.match(wrong.stderr, 'no lock with the id "something-else"')
  const right = await call('unlock', lock.info.ID)
  t.equal(right.code, 0)
  t.match(right.stdout, `It was held by ${lock.info.Who} since ${lock.info.Created}.`)
  t.equal((await call('rm', 'bob@acme.example')).code, 0)
})

t.test('a state written by hand is listed, planned with, and taken into a snapshot', async t => {
  const { call, run, env, write, folder } = await world(t, MANIFEST, [], { users: ['bob@acme.example'] })
  const removal = { outcome: 'removed', at: '2026-11-02T10:30:00+01:00', accepted_invitations: [] }
  write(
    'removals.json',
    JSON.stringify({
      version: 1,
      serial: 0,
      lineage: 'by hand',
      api_url: env.BIMDATA_API_URL,
      removals: { 'Bob@acme.example': removal, 'ann@acme.example': { ...removal, reason: 'moved' } },
      note: 'kept by ops',
    }),
  )
  const list = await call(['state', 'list'])
  t.match(list.stdout, /^ann@acme\.example +removed +2026-11-02T09:30:00\.000Z .*moved\nbob@acme\.example +removed /m)
  t.equal((await call(['plan', '--detailed-exitcode'])).code, 0, 'both are remembered')
  t.equal((await run(['snapshot', '--out', 'live.json'])).code, 0)
  t.equal((await call(['plan', '--from', 'live.json', '--detailed-exitcode'])).code, 0)
  t.equal((await call(['state', 'rm', 'ann@acme.example'])).code, 0)
  t.strictSame(JSON.parse(readFileSync(join(folder, 'removals.json'), 'utf8')), {
    version: 1,
    serial: 1,
    lineage: 'by hand',
    api_url: env.BIMDATA_API_URL,
    removals: {
      'bob@acme.example': {
        outcome: 'removed',
        at: '2026-11-02T09:30:00.000Z',
        reason: null,
        accepted_invitations: [],
        plan_digest: '',
      },
    },
  })
})

t.test('the state of another API is not touched', async t => {
  const { call } = await removed(t)
  for (const args of [['list'], ['rm', 'bob@acme.example']]) {
    const { code, stderr } = await call(...args, '--api-url', 'https://other.example')
    t.equal(code, 1)
    t.match(stderr, 'not of https://other.example')
  }
})
