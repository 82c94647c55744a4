import t from 'tap'
import { CODE_PAGES } from '../../src/codes/codes.js'
import { guestlist } from '../helpers/guestlist.js'
import { invitation, world } from '../helpers/world.js'

const run = (...args: string[]) => guestlist(['explain-code', ...args], { cwd: '.' })

t.test('a code: what it means, why, what to do and an example', async t => {
  const { code, stdout } = await run('max_removals')
  t.equal(code, 0)
  t.match(
    stdout,
    /^max_removals \(refusal\)\n\nMore users.*\n\nWhy: .*\n\nWhat to do: .*\n\nExample:\n {4}guestlist apply/s,
  )
  t.equal((await run('[max_removals]')).stdout, stdout, 'as text shows it')
})

t.test('a code that is none: an error with the one that was probably meant', async t => {
  const { code, stdout, stderr } = await run('max_removal')
  t.equal(code, 1)
  t.equal(stdout, '')
  t.match(stderr, /There is no code "max_removal"\nDid you mean max_removals\?/)
  t.match((await run('quite-another-thing')).stderr, /explain-code lists all of them/)
})

t.test('without a code, and with --list: all of them', async t => {
  const { stdout } = await run()
  t.equal((await run('--list')).stdout, stdout)
  for (const code of CODE_PAGES.keys()) t.match(stdout, `\n  ${code}\n`)
  t.equal((await run('--list', 'protected')).code, 1, 'both at once contradict each other')
})

t.test('as JSON', async t => {
  const { codes } = JSON.parse((await run('protected', '--json')).stdout)
  t.match(codes, [{ code: 'protected', family: 'refusal', means: /\.$/, why: /\.$/, remedy: /\.$/, example: /\S/ }])
  t.equal(codes.length, 1)
  t.equal(JSON.parse((await run('--json')).stdout).codes.length, CODE_PAGES.size)
})

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
  protect: [bob@acme.example]
`

t.test('codes are in JSON, in NDJSON and, at log level debug, in text', async t => {
  const { call } = await world(t, MANIFEST, [invitation(7, 'ann@acme.example', 'P', { cloud_role: 100 })])

  const { guestlist: plan } = JSON.parse((await call(['plan', '--json'])).stdout)
  t.match(plan, { warnings: [{ code: 'admin_rights' }], refused: [{ code: 'protected' }] })

  const lines = (await call(['apply', '--json', '--auto-approve'])).stdout.trim().split('\n')
  const codes = lines.flatMap(line => JSON.parse(line).diagnostic?.code ?? [])
  t.match(codes, ['admin_rights', 'protected', 'plan-refused'])

  const shown = await call(['plan', '--log-level', 'debug'])
  t.match(shown.stdout, /becomes an admin of .* \[admin_rights\]\n/)
  t.match(shown.stdout, /Refused: .* \[protected\]\n/)
  t.notMatch((await call(['plan'])).stdout, /\[(admin_rights|protected)\]/)
})

t.test('an error shows its code at log level debug, one of the API too', async t => {
  const { call } = await world(t, MANIFEST, [])
  t.match((await call(['show', 'nothing.json', '--log-level', 'debug'])).stderr, /^Error: .* \[file-unreadable\]/m)
  t.match(
    (await call(['plan', '--log-level', 'debug'], { BIMDATA_API_KEY: 'wrong' })).stderr,
    /^Error: .* \[api-http\]/m,
  )
  t.notMatch((await call(['show', 'nothing.json'])).stderr, /\[file/)
})

t.test('warnings of a command show theirs at log level debug', async t => {
  const { call } = await world(t, MANIFEST, [])
  const env = { GUESTLIST_PROTCT: 'x' }
  t.match(
    (await call(['validate', '--log-level', 'debug'], env)).stderr,
    /Did you mean GUESTLIST_PROTECT\? \[unknown_variable\]\n/,
  )
  t.notMatch((await call(['validate'], env)).stderr, /\[/)
})
