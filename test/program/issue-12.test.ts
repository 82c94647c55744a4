import t, { type Test } from 'tap'
import { main } from '../../src/program/program.js'
import { parseFault } from '../../src/sandbox/parse-fault.js'
import { testIo } from '../helpers/command.js'
import { guestlist } from '../helpers/guestlist.js'
import { invitation, type World, world } from '../helpers/world.js'

const removing = (email: string) => `users:\n  remove:\n    - email: "${email}"\n`
const ACCEPT = 'invitations:\n  accept:\n    - email: "*@acme.example"\n'

function faultOf(text: string) {
  const fault = parseFault(text)
  if ('error' in fault) throw new Error(fault.error)
  return fault
}

const applied = ({ call }: World, env: Readonly<Record<string, string>> = {}, ...args: readonly string[]) =>
  call(['apply', '--auto-approve', ...args], env)

/** Who is protected under one spelling is not removed under the other. */
async function refuses(t: Test, protection: string, address: string): Promise<void> {
  const place = await world(t, removing(address), [], { users: [address] })
  for (const [args, env] of [
    [['--protect', protection], {}],
    [[], { GUESTLIST_PROTECT: protection }],
  ] as const)
    t.match(await applied(place, env, ...args), { code: 3, stderr: address }, `${protection} and ${address}`)
  place.write('held.yaml', `apiVersion: guestlist/v1\nusers:\n  protect: ["${protection}"]\n`)
  t.equal((await applied(place, {}, '-f', 'guestlist.yaml', '-f', 'held.yaml')).code, 3, `${protection} in a manifest`)
  t.same(place.sandbox.effects(), [], 'nothing was sent')
}

t.test('issue 12.4: "ΝΙΚΟΣ*@x.gr" protects ΝΙΚΟΣΑΣ@x.gr, though its Σ is no longer at the end of a word', t =>
  refuses(t, 'ΝΙΚΟΣ*@x.gr', 'ΝΙΚΟΣΑΣ@x.gr'),
)

t.test('issue 12.17: NFC again after folding, so that J̌ and ǰ are one letter', async t => {
  await refuses(t, 'J\u030can@acme.example', '\u01f0an@acme.example')
  await refuses(t, '\u01f0*@acme.example', 'J\u030can@acme.example')
})

t.test('issue 12.18: a domain and its encoded form are one, in protections', async t => {
  await refuses(t, '*@bücher.example', 'ann@xn--bcher-kva.example')
  await refuses(t, '*@xn--bcher-kva.example', 'ann@BÜCHER.example')
})

t.test('issue 12.18: a domain and its encoded form are one, in rules, removals and explain', async t => {
  for (const [written, live] of [
    ['bücher.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'Bücher.example'],
  ]) {
    for (const pattern of [`*@${written}`, `ann@${written}`]) {
      const rules = `invitations:\n  deny:\n    - email: "${pattern}"\n`
      const { call, sandbox } = await world(t, rules, [invitation(1, `ann@${live}`)])
      t.match((await call(['explain', `ann@${live}`])).stdout, pattern, 'the rule is shown as it is written')
      t.equal((await call(['apply', '--auto-approve'])).code, 0)
      t.same(sandbox.effects(), [{ operation: 'deny', target: 1 }], `${pattern} and ${live}`)
    }
    const { call, sandbox } = await world(t, removing(`ann@${written}`), [invitation(1, `ann@${live}`)])
    t.match(
      (await call(['plan'])).stdout,
      'Plan: 0 to accept, 1 to deny, 1 to remove.',
      'the invitation goes with them',
    )
    t.same(sandbox.effects(), [])
  }
})

t.test('issue 12.7: a run all of whose removals are absent ends with 5, with --accept-absent with 0', async t => {
  const place = await world(t, removing('nobody@acme.example'), [])
  const refused = await applied(place)
  t.equal(refused.code, 5)
  t.match(refused.stdout, /Nobody was removed: .*these credentials may not see them/)
  t.match(refused.stdout, /^Apply incomplete! 0 accepted, 0 denied, 0 removed, 1 absent; 0 failed, 0 not attempted\.$/m)
  t.equal((await place.call(['state', 'rm', 'nobody@acme.example'])).code, 0)
  t.match(await applied(place, {}, '--accept-absent'), {
    code: 0,
    stdout: /^Apply complete! 0 accepted, 0 denied, 0 removed, 1 absent\.$/m,
  })
})

t.test('issue 12.7: a 400 is rejected: 5, not remembered, and asked again next time', async t => {
  const place = await world(t, removing('bob@acme.example'), [], { unknownUser: 400 })
  for (const run of ['first', 'next']) {
    const { code, stdout } = await applied(place)
    t.equal(code, 5, run)
    t.match(stdout, 'bimdata_user.bob@acme.example: rejected', run)
  }
})

t.test('issue 12.21: who was absent is in the summary line, beside who was removed', async t => {
  const manifest = `${removing('bob@acme.example')}    - email: nobody@acme.example\n`
  const place = await world(t, manifest, [], { users: ['bob@acme.example'] })
  const { code, stdout } = await applied(place)
  t.equal(code, 0)
  t.match(stdout, /^Apply complete! 0 accepted, 0 denied, 1 removed, 1 absent\.$/m)
})

t.test('issue 12.19: after Ctrl-C with hundreds of actions left, their count and how to go on', async t => {
  const crowd = Array.from({ length: 230 }, (_, n) => invitation(n + 1, `u${n}@acme.example`))
  const { folder, env, sandbox } = await world(t, ACCEPT, crowd)
  const controller = new AbortController()
  const watch = setInterval(() => sandbox.effects().length >= 5 && controller.abort(new Error('by SIGINT')), 1)
  t.teardown(() => clearInterval(watch))
  const io = testIo(env)
  const code = await main(['apply', '--auto-approve', '--parallelism', '1'], {
    ...io,
    cwd: folder,
    interrupt: controller.signal,
  })
  const left = 230 - sandbox.effects().length
  t.equal(code, 130)
  t.ok(left > 100, `${left} left`)
  const after = io.stdout.join('').split('Digest:').at(-1) ?? ''
  t.match(after, `${left} actions were not attempted. Run apply again to continue.`)
  t.ok(after.split('\n').length < 20, 'not a line for each')
})

t.test('issue 12.20: the status is told once', async t => {
  for (const text of ['list:403', 'accept:403', 'list:401']) {
    const { call } = await world(t, ACCEPT, [invitation(1, 'ann@acme.example')], { faults: [faultOf(text)] })
    const { stdout, stderr } = await call(['apply', '--auto-approve'])
    for (const line of `${stdout}\n${stderr}`.split('\n')) t.ok((line.match(/HTTP \d+/g) ?? []).length <= 1, line)
    t.match(`${stdout}${stderr}`, /HTTP 40\d/, text)
    t.notMatch(`${stdout}${stderr}`, /\.;|\.\.|\d{4,} ms/, text)
  }
})

t.test('issue 12.21: sandbox --fault help explains faults and starts nothing', async t => {
  const { code, stdout, stderr } = await guestlist(['sandbox', '--fault', 'help'], { cwd: t.testdir() })
  t.equal(code, 0)
  t.equal(stderr, '')
  t.match(stdout, /OPERATION:KIND/)
  t.notMatch(stdout, 'BIMDATA_API_KEY')
})

t.test('issue 12.21: advice is YAML as people write it', async t => {
  for (const [yaml, advice] of [
    ['users: {remove: x}', '    remove:\n      - email: '],
    ['invitations: {accept: [id: x]}', 'For example: id: 56'],
    ['invitations: {accept: {email: a@b.example}}', '    accept:\n      - id: 56\n'],
    ['guards: 3', '    guards:\n      maxAccepts: 200\n'],
  ] as const) {
    const { call } = await world(t, `${yaml}\n`, [])
    const { code, stderr } = await call(['validate'])
    t.equal(code, 1)
    t.match(stderr, advice, yaml)
    t.notMatch(stderr, /For example:.*[{[]/, yaml)
  }
})

t.test('issue 12.21: the login that lacks its client names BIMDATA_CLIENT_ID, as its help does', async t => {
  const { call } = await world(t, null, [])
  t.match(await call(['login']), { code: 1, stderr: 'BIMDATA_CLIENT_ID' })
  t.match((await call(['login', '--help'])).stdout, 'BIMDATA_CLIENT_ID')
})

t.test('issue 12.22: a BIMDATA_API_KEY in the environment of the sandbox is its key', async t => {
  const env = { BIMDATA_API_KEY: 'rehearsal-key' }
  const ran = await guestlist(['sandbox', '--', process.execPath, '-e', 'console.log(process.env.BIMDATA_API_KEY)'], {
    cwd: t.testdir(),
    env,
  })
  t.match(ran, { code: 0, stdout: 'rehearsal-key\n' })
})
