import t from 'tap'
import { parse } from 'yaml'
import { invitation, world } from '../helpers/world.js'
import { unsafeIn } from '../render/fixtures/inert.js'

const HOSTILE = 'Tower \u202egnp.exe\u2066 \u001b[2J "x"\n##[error]'

const LIVE = [
  invitation(1, 'ann@acme.example'),
  invitation(2, 'bob@acme.example', 'A'),
  invitation(3, 'cy@acme.example', 'W'),
  invitation(4, 'dan@acme.example', 'D', { cloud_name: HOSTILE }),
  invitation(5, 'eve@acme.example', 'Z'),
]

t.test('by status, the older W among the accepted', async t => {
  const { call } = await world(t, null, LIVE)
  for (const [status, ids] of [
    ['pending', [1]],
    ['accepted', [2, 3]],
    ['denied', [4]],
  ] as const) {
    const { code, stdout } = await call(['invitations', 'list', '--status', status, '--json'])
    t.equal(code, 0)
    t.same(
      JSON.parse(stdout).map(({ id }: { id: number }) => id),
      ids,
    )
  }
  t.equal(JSON.parse((await call(['invitations', 'list', '--json'])).stdout).length, 5)
})

t.test('every format says the same, and nothing in it acts on a terminal', async t => {
  const { call } = await world(t, null, LIVE)
  const [json, yaml, table] = await Promise.all(
    ['json', 'yaml', 'table'].map(async format => (await call(['invitations', 'list', '--format', format])).stdout),
  )
  t.same(parse(yaml ?? ''), JSON.parse(json ?? ''))
  t.equal(parse(yaml ?? '')[3].cloud_name, HOSTILE)
  for (const text of [json, yaml, table]) t.same(unsafeIn(text ?? ''), [])
  const one = (await call(['invitations', 'get', '4', '--format', 'yaml'])).stdout
  t.same(parse(one), JSON.parse((await call(['invitations', 'get', '4', '--json'])).stdout))
  t.same(unsafeIn(one), [])
})

t.test('one is read again after a transient failure, and that is logged', async t => {
  const { call, sandbox } = await world(t, null, LIVE)
  sandbox.addFault({ operation: 'get', kind: 'status', status: 503, nth: 1 })
  const { code, stderr } = await call(['invitations', 'get', '2'])
  t.equal(code, 0)
  t.match(stderr, /^info: try 2 in \d\.\d s: The API failed \(HTTP 503\)/m)
})

t.test('none is an empty list', async t => {
  const { call } = await world(t, null, [])
  t.same(parse((await call(['invitations', 'list', '--format', 'yaml'])).stdout), [])
})
