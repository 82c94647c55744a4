import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { main } from '../../src/program/program.js'
import { table } from '../../src/render/text/table.js'
import { displayWidth } from '../../src/render/text/width.js'
import { parseFault } from '../../src/sandbox/parse-fault.js'
import { testIo } from '../helpers/command.js'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
`

function faultOf(text: string) {
  const fault = parseFault(text)
  if ('error' in fault) throw new Error(fault.error)
  return fault
}

t.test('issue 12.20: at 80 columns no word of apply is broken, and a failure has its reason once', async t => {
  const people = [1, 2, 3].map(id => invitation(id, `a.person.with.a.long.name.${id}@acme.example`))
  const { folder, env } = await world(t, MANIFEST, people, {
    users: ['bob@acme.example'],
    faults: ['accept:503:nth=1', 'accept:400:nth=3'].map(faultOf),
  })
  const io = testIo({ ...env, NO_COLOR: '1' })
  const code = await main(['apply', '--auto-approve', '--parallelism', '1'], {
    ...io,
    cwd: folder,
    outIsTerminal: true,
    errIsTerminal: true,
  })
  t.equal(code, 5)
  const [out, err] = [io.stdout.join(''), io.stderr.join('')]
  for (const line of `${out}\n${err}`.split('\n')) t.ok(line.length <= 80 || !line.trim().includes(' '), line)
  const reasons = `${out}${err}`.replace(/\s+/g, ' ').match(/The API rejected the request as invalid/g)
  t.equal(reasons?.length, 1, 'on one stream')
  t.match(err, /: failed\n/)
  t.match(err.replace(/\s+/g, ' '), /trying again in \d\.\d s: The API failed \(HTTP 503\): A fault on demand/)
})

t.test(
  'issue 12.20: invitations list keeps to the width of the terminal, and to all of the text elsewhere',
  async t => {
    const long = 'a.very.long.name.that.does.not.end.soon@subsidiary.of.acme.example'
    const { folder, env } = await world(t, null, [
      invitation(1, long),
      invitation(22, '中文中文中文中文中文@acme.example'),
    ])
    for (const columns of [60, 80, 200]) {
      const io = testIo(env)
      t.equal(await main(['invitations', 'list'], { ...io, cwd: folder, outIsTerminal: true, columns }), 0)
      for (const line of io.stdout.join('').split('\n')) t.ok(displayWidth(line) <= columns, line)
    }
    const io = testIo(env)
    await main(['invitations', 'list'], { ...io, cwd: folder, columns: 60 })
    t.match(io.stdout.join(''), long)
    t.equal(table([['abcdefghij', 'abcdefghij']], 4), 'abcde…  abcde…\n', 'never narrower than can be read')
  },
)

t.test('issue 12.20: invitations get shows client and sender', async t => {
  const one = invitation(7, 'alice@acme.example', 'P', { client_id: 12, sender_provider_sub: 'auth0|5f7c' })
  const { call } = await world(t, null, [one, invitation(8, 'bob@acme.example')])
  const { stdout } = await call(['invitations', 'get', '7'])
  t.match(stdout, /Client: +12\n/)
  t.match(stdout, /Sender: +auth0\|5f7c\n/)
  t.notMatch((await call(['invitations', 'get', '8'])).stdout, 'Sender')
})

t.test('issue 12.21: auth status does not send people to itself, validate does not speak of plans', async t => {
  const { call, write } = await world(t, null, [])
  const refused = await call(['auth', 'status'], { BIMDATA_API_KEY: 'bad' })
  t.equal(refused.code, 1)
  t.notMatch(refused.stdout, 'guestlist auth status')
  t.match(
    (await call(['plan', '-f', write('ok.yaml', 'apiVersion: guestlist/v1\n')], { BIMDATA_API_KEY: 'bad' })).stderr,
    'guestlist auth status',
  )
  write('bad.yaml', 'apiVersion: guestlist/v1\nx: 1\n')
  const invalid = (await call(['validate', '-f', 'bad.yaml'])).stderr
  t.match(invalid, '1 problem in the manifest.\n')
  t.match((await call(['plan', '-f', 'bad.yaml'])).stderr, '1 problem in the manifest; nothing was done.\n')
})

t.test('issue 12.21: a wrong path shows the address and names the flag', async t => {
  const { call, env } = await world(t, MANIFEST, [])
  const wrong = `${env.BIMDATA_API_URL}/wrong`
  const { code, stderr } = await call(['plan', '--api-url', wrong])
  t.equal(code, 1)
  t.match(stderr, `There is no BIMData API at ${wrong}`)
  t.match(stderr, 'Check --api-url (or BIMDATA_API_URL)')
})

t.test('issue 12.22: the demo prints in the order in which a person sees it', async t => {
  const demo = fileURLToPath(new URL('../../examples/demo.js', import.meta.url))
  const file = join(t.testdir(), 'printed')
  const output = openSync(file, 'w')
  t.equal(spawnSync(process.execPath, [demo], { stdio: ['ignore', output, output] }).status, 0)
  closeSync(output)
  const printed = readFileSync(file, 'utf8')
  const order = [
    'Plan: ',
    'Saved the plan to',
    '$ guestlist apply',
    'Plan: ',
    'Reading the live state again',
    'Apply complete!',
  ]
  let from = 0
  for (const text of order) {
    const at = printed.indexOf(text, from)
    t.ok(at > 0, text)
    from = at + 1
  }
})

t.test('at 80 columns no word of a review, nor of the command that applies a plan, is broken', async t => {
  const member = { id: 1, email: 'a.person.with.a.long.name@acme.example', cloud_role: 100 }
  const clouds = [{ id: 7, name: 'The tower beside the old harbour', members: [member] }]
  const { folder, env } = await world(t, MANIFEST, [], { data: { invitations: [], users: [], clouds } })
  const lines = async (...args: string[]) => {
    const io = testIo({ ...env, NO_COLOR: '1' })
    t.equal(await main(args, { ...io, cwd: folder, outIsTerminal: true, errIsTerminal: true }), 0)
    return `${io.stdout.join('')}${io.stderr.join('')}`.split('\n')
  }
  const review = await lines('review')
  t.match(review.join(' ').replace(/\s+/g, ' '), 'admin member-without-invitation')
  for (const line of review) t.ok(displayWidth(line) <= 80, line)
  t.ok((await lines('plan', '--out', 'plan.json')).includes('  guestlist apply plan.json'), 'on a line of its own')
})

t.test('issue 12.20: at 80 columns no word of what other commands say is broken', async t => {
  const long = 'a reason that is rather long, for it says what the contract of 2026 says'
  const manifest = `invitations:
  accept:
    - { email: "*@acme.example", name: acme-people, owner: facility-team, reason: "${long}" }
  deny:
    - { email: a.person@acme.example, reason: "${long}" }
users:
  remove:
    - { email: bob@acme.example, reason: "${long}" }
`
  const people = [invitation(1, 'a.person@acme.example'), invitation(2, 'another.person@acme.example')]
  const { folder, env, write } = await world(t, manifest, people, { users: ['bob@acme.example'] })
  write(
    'bad.yaml',
    'apiVersion: guestlist/v1\nusers: {remove: [{email: "x y"}]}\ninvitations: {accept: [{id: 1, nonsense: x}]}\n',
  )
  write(
    'wrong.test.yaml',
    'apiVersion: guestlist/v1\ntests: [{name: x, invitation: {email: z@acme.example}, expect: deny}]\n',
  )
  for (const words of [
    'validate -f bad.yaml',
    'plan -f bad.yaml',
    'test wrong.test.yaml',
    'lint',
    'explain 1',
    'explain zoe@acme.example',
    'explain bob@acme.example',
    'snapshot --out live.json',
    'apply --auto-approve --audit-log audit.jsonl',
    'audit show audit.jsonl',
    'audit verify audit.jsonl',
    'state list',
    'auth status',
    'doctor',
    'sandbox --fault help',
    'login',
    'plan --api-url http://127.0.0.1:1 --retries 0',
  ]) {
    const io = testIo({ ...env, NO_COLOR: '1' })
    await main(words.split(' '), { ...io, cwd: folder, outIsTerminal: true, errIsTerminal: true })
    const lines = `${io.stdout.join('')}\n${io.stderr.join('')}`.split('\n')
    for (const line of lines) t.ok(displayWidth(line) <= 80 || !/\S\s+\S.*\s\S/.test(line.trim()), `${words}: ${line}`)
  }
})
