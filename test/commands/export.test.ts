import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { manifestText } from '../../src/commands/export.js'
import { parseManifest } from '../../src/manifest/parse.js'
import { type Invitation, invitationOf } from '../../src/model/invitation.js'
import { startReconcile } from '../../src/reconcile/reconcile.js'
import fc from '../helpers/properties.js'
import { invitation, world } from '../helpers/world.js'

const HOSTILE = [
  'a@b\n    - email: "*@rival.example"',
  'a@b\r- id: 1',
  'a@b\u2028- id: 1',
  'a@b\u0085- id: 1',
  '# " \' \\ *&!|>%@` {{ }}',
  '\u202e\u200b\u0007\u001b[31m\ufeff',
  '\ud800 \ufffe \uffff \u0000',
  '::set-output ##[command]',
]

t.test('planning with it changes nothing', async t => {
  const live = [
    invitation(1, 'p@acme.example'),
    invitation(2, 'a@acme.example', 'A', { cloud_role: 100, project_name: 'X', project_role: 25 }),
    invitation(3, 'd@acme.example', 'D'),
    invitation(4, 'w@acme.example', 'W'),
    invitation(5, 'u@acme.example', 'X'),
  ]
  const { call: run, folder } = await world(t, null, live)
  const { code, stdout } = await run(['export'])
  t.equal(code, 0)
  t.match(
    stdout,
    /accept:\n {4}- id: 2 {2}# "a@acme\.example", cloud "Tower A" as admin, project "X" as guest\n {4}- id: 4/,
  )
  t.match(stdout, /deny:\n {4}- id: 3/)
  t.match(stdout, /^# yaml-language-server: \$schema=(\.\.\/)+schemas\/manifest\.schema\.json\n/, 'on every machine')
  t.match(stdout, /# Pending:\n {2}# {3}- id: 1/)
  t.match(stdout, /does not know:\n {2}# {3}- id: 5 {2}# status "X"/)
  t.equal((await run(['export', '--out', 'guestlist.yaml'])).code, 0)
  t.equal(readFileSync(join(folder, 'guestlist.yaml'), 'utf8'), stdout)
  t.equal((await run(['plan', '--detailed-exitcode'])).code, 0)
  const again = await run(['export', '--out', 'guestlist.yaml'])
  t.equal(again.code, 1, 'a manifest is never overwritten')
  t.match(again.stderr, 'left as it is')
})

t.test('only one status, and nothing at all', async t => {
  const { call: run } = await world(t, null, [invitation(1, 'p@acme.example'), invitation(3, 'd@acme.example', 'D')])
  const denied = (await run(['export', '--status', 'denied'])).stdout
  t.match(denied, '- id: 3')
  t.notMatch(denied, /id: 1|Pending/)
  const accepted = (await run(['export', '--status', 'accepted'])).stdout
  t.ok(parseManifest([{ file: 'x', content: accepted }]).ok)
})

const live = (id: number, status: string, text: string): Invitation =>
  invitationOf({
    id,
    email: text,
    status,
    cloud_name: text,
    cloud_role: 50,
    project_name: text,
    project_role: 1,
    client_id: null,
    sender_provider_sub: text,
  })

function roundTrip(invitations: readonly Invitation[]): unknown {
  const parsed = parseManifest([
    { file: 'x', content: Buffer.from(manifestText(invitations, 'https://a.example', 's')) },
  ])
  if (!parsed.ok) return parsed.problems
  const now = new Date()
  const reconciler = startReconcile({ manifest: parsed.manifest, records: new Map(), now, apiUrl: 'https://a.example' })
  for (const one of invitations) reconciler.observe(one)
  const { actions, problems } = reconciler.finish()
  return [
    actions.length,
    problems.length,
    parsed.manifest.rules.every(({ selector }) => Object.keys(selector).join() === 'id'),
  ]
}

t.test('what the API says cannot break out of a comment', async t => {
  for (const [n, text] of HOSTILE.entries()) {
    t.same(
      roundTrip(['P', 'A', 'D', 'W', text].map((status, n) => live(n, status, text))),
      [0, 0, true],
      `hostile text ${n}`,
    )
    const written = manifestText([live(1, 'A', text)], 'https://a.example', 's')
    t.notMatch(written, /[^\n\x20-\x7e]/, 'nothing that a terminal obeys')
  }
  const anyText = fc.string({ unit: 'binary', maxLength: 20 })
  await fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('P', 'A', 'D', '?'), anyText), { maxLength: 5 }), rows => {
      const result = roundTrip(rows.map(([status, text], id) => live(id + 1, status, text)))
      return JSON.stringify(result) === '[0,0,true]'
    }),
  )
})
