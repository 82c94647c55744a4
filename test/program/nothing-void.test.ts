import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { main } from '../../src/program/program.js'
import { testIo } from '../helpers/command.js'
import { invitation, type World, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
`

const office = (t: Test) =>
  world(t, MANIFEST, [invitation(1, 'alice@acme.example'), invitation(2, 'carol@acme.example')], {
    users: ['bob@acme.example'],
  })

/** apply as somebody at a terminal starts it, with standard output in a file; `before` is done when the question comes. */
async function askedApply({ folder, env }: World, before: () => Promise<unknown>) {
  const stdin = Object.assign(new Readable({ read: () => undefined }), { isTTY: true })
  const io = testIo(env, text => {
    if (text.includes('Enter a value:')) before().then(() => stdin.push('yes\n'))
  })
  const code = await main(['apply'], { ...io, cwd: folder, stdin, errIsTerminal: true })
  return { code, stdout: io.stdout.join(''), stderr: io.stderr.join('') }
}

t.test('issue 12.2: a list that is given and empty is an error, on the command line and in a variable', async t => {
  const { call, sandbox } = await office(t)
  for (const [name, commands] of [
    ['TARGET', ['plan', 'apply']],
    ['PROTECT', ['plan', 'apply', 'explain']],
    ['FILE', ['plan', 'apply', 'validate']],
    ['FAULT', ['sandbox']],
  ] as const) {
    for (const command of commands) {
      const flag = `--${name.toLowerCase()}`
      const args = [command, ...(command === 'apply' ? ['--auto-approve'] : command === 'explain' ? ['1'] : [])]
      for (const empty of [' , ', ',', ' ', '\n', ' \n,\n']) {
        const variable = `GUESTLIST_${name}`
        const fromVariable = await call(args, { [variable]: empty })
        t.match(fromVariable, { code: 1, stderr: variable }, `${command} ${variable}=${JSON.stringify(empty)}`)
        const given = await call([...args, flag, empty])
        t.match(given.code, 1, `${command} ${flag} ${JSON.stringify(empty)}`)
      }
      t.match(await call([...args, flag, '']), { code: 1, stderr: flag }, `${command} ${flag} ''`)
    }
  }
  t.same(sandbox.effects(), [], 'nothing was sent')
})

t.test('issue 12.2: --target a,b is two targets, and so are lines in the variable', async t => {
  const { call } = await office(t)
  const both = /Plan: 1 to accept, 0 to deny, 1 to remove/
  const list = ['bimdata_invitation.1', 'bimdata_user.bob@acme.example']
  t.match((await call(['plan', '--target', list.join(',')])).stdout, both)
  t.match((await call(['plan'], { GUESTLIST_TARGET: list.join('\n') })).stdout, both)
  t.match(await call(['plan', '--target', 'bimdata_invitation.1,nobody']), { code: 1, stderr: '"nobody"' })
})

t.test(
  'issue 12.8: where standard output is no terminal, the plan is shown on standard error before the question',
  async t => {
    const asked = await askedApply(await office(t), async () => undefined)
    t.equal(asked.code, 0)
    const question = asked.stderr.indexOf('Do you want to make these changes?')
    for (const line of [
      'bimdata_invitation.1',
      'bimdata_user.bob@acme.example',
      'Plan: 2 to accept, 0 to deny, 1 to remove.',
    ]) {
      const at = asked.stderr.indexOf(line)
      t.ok(at >= 0 && at < question, line)
      t.match(asked.stdout, line)
    }
  },
)

t.test('issue 12.12: an explicit flag is known as given, whatever its variable holds', async t => {
  const { call, write, sandbox } = await office(t)
  write('other.yaml', 'apiVersion: guestlist/v1\n')
  t.equal((await call(['plan', '--out', 'p.json'])).code, 0)
  for (const env of [{}, { GUESTLIST_FILE: '' }, { GUESTLIST_FILE: 'other.yaml' }]) {
    const ran = await call(['apply', 'p.json', '-f', 'other.yaml'], env)
    t.match(ran, { code: 1, stderr: '--file cannot change a saved plan' }, JSON.stringify(env))
  }
  for (const env of [{ GUESTLIST_NOW: '' }, { GUESTLIST_NOW: '2026-01-01' }])
    t.match(await call(['apply', 'p.json', '--now', '2026-01-01'], env), { code: 1, stderr: '--now' })
  t.same(sandbox.effects(), [])
  t.equal(
    (await call(['apply', 'p.json'], { GUESTLIST_FILE: 'other.yaml' })).code,
    0,
    'set for all steps of a pipeline',
  )
})

t.test('issue 12.12: --api-url on the command line is never taken for its variable', async t => {
  const { call, env } = await office(t)
  t.equal((await call(['snapshot', '--out', 'live.json'])).code, 0)
  const other = { BIMDATA_API_URL: 'https://other.example' }
  t.equal(
    (await call(['plan', '--from', 'live.json'], other)).code,
    0,
    'the variable is for commands that use the network',
  )
  const url = 'https://other.example'
  t.match(await call(['plan', '--from', 'live.json', '--api-url', url], other), {
    code: 1,
    stderr: 'not of https://other',
  })
  t.equal((await call(['plan', '--from', 'live.json', '--api-url', env.BIMDATA_API_URL ?? ''], other)).code, 0)
})

t.test('issue 12.17: what changed while the question stood open is found before anything is sent', async t => {
  const place = await office(t)
  const asked = await askedApply(place, () =>
    place.call(['apply', '--auto-approve', '--no-lock', '--target', 'bimdata_invitation.1']),
  )
  t.equal(asked.code, 4)
  t.match(
    asked.stderr,
    /The plan is stale; nothing was done\.\n {2}bimdata_invitation\.1: status was "pending", is "accepted"/,
  )
  t.same(place.sandbox.effects(), [{ operation: 'accept', target: 1 }], 'only the other run')
})

t.test('issue 12.21: --expect with what is no digest is a usage error, another digest is stale', async t => {
  const { call } = await office(t)
  for (const [expect, code] of [
    ['abc', 1],
    ['sha256:', 1],
    [`sha256:${'0'.repeat(64)}`, 4],
    ['0'.repeat(64), 4],
  ] as const)
    t.equal((await call(['apply', '--auto-approve', '--expect', expect])).code, code, expect)
})

t.test('spec 3: a variable that names no flag is a warning with a suggestion', async t => {
  const { call } = await office(t)
  const warned = await call(['plan'], { GUESTLIST_MAX_REMOVAL: '0', GUESTLIST_PROTEKT: 'a@b.c' })
  t.equal(warned.code, 0)
  t.match(warned.stderr, /warn: GUESTLIST_MAX_REMOVAL has no effect.*Did you mean GUESTLIST_MAX_REMOVALS\?/)
  t.match(warned.stderr, /warn: GUESTLIST_PROTEKT has no effect.*Did you mean GUESTLIST_PROTECT\?/)
  const quiet = {
    GUESTLIST_CONFIG_DIR: '/x',
    GUESTLIST_LOG: 'info',
    GUESTLIST_WEBHOOK_SECRET_FILE: 'x',
    GUESTLIST_SEED: '1',
  }
  t.notMatch((await call(['plan'], quiet)).stderr, 'has no effect')
  t.notMatch((await call(['plan', '--log-level', 'error'], { GUESTLIST_X: '1' })).stderr, 'has no effect')
})

t.test('a limit that a pipeline lost on the way stops the run: its variable is set but empty', async t => {
  const { call, sandbox } = await office(t)
  for (const name of ['PROTECT', 'MAX_REMOVALS', 'NO_REMOVALS', 'TARGET', 'EXPECT']) {
    for (const value of ['', ' ']) {
      const { code, stderr } = await call(['apply', '--auto-approve'], { [`GUESTLIST_${name}`]: value })
      t.equal(code, 1, name)
      t.match(stderr, `GUESTLIST_${name} is set but empty`)
    }
  }
  const added = await call(['apply', '--auto-approve', '--protect', 'ceo@acme.example'], { GUESTLIST_PROTECT: '' })
  t.match(added.stderr, 'GUESTLIST_PROTECT is set but empty', 'the flag adds to the variable')
  t.same(sandbox.effects(), [])
  t.equal(
    (await call(['plan', '--max-removals', '3'], { GUESTLIST_MAX_REMOVALS: '' })).code,
    0,
    'the flag takes its place',
  )
  t.equal((await call(['plan'], { GUESTLIST_LOG: '', GUESTLIST_RETRIES: '' })).code, 0, 'what limits nothing is unset')
})

t.test('spec 3: --chdir goes before anything else, wherever it stands', async t => {
  const { call, write, folder } = await office(t)
  const { mkdirSync } = await import('node:fs')
  mkdirSync(`${folder}/team`)
  write('team/guestlist.yaml', 'apiVersion: guestlist/v1\nusers: {remove: [{email: zed@acme.example}]}\n')
  for (const args of [
    ['--chdir', 'team', 'plan', '--out', 'p.json'],
    ['plan', '--chdir=team', '--out', 'q.json'],
  ])
    t.match((await call(args)).stdout, 'bimdata_user.zed@acme.example', args.join(' '))
  t.match((await call(['plan'], { GUESTLIST_CHDIR: 'team' })).stdout, 'zed@acme.example')
  t.equal((await call(['show', 'team/p.json'])).code, 0)
  for (const folder of ['nowhere', 'team/guestlist.yaml', 'team/guestlist.yaml/below', 'x'.repeat(300)])
    t.match(await call(['plan', '--chdir', folder]), { code: 1, stderr: `--chdir: there is no folder "${folder}"` })
})

t.test('spec 3: a common flag without effect on the command is said to be', async t => {
  const { call } = await office(t)
  t.equal((await call(['plan', '--out', 'p.json'])).code, 0)
  t.match((await call(['show', 'p.json', '-f', 'other.yaml'])).stderr, 'warn: --file has no effect on show')
  t.notMatch((await call(['plan', '--no-input'])).stderr, 'no effect')
})

t.test(
  'issue 12.21: help shows own flags first, then the common ones that are used, and examples that can be copied',
  async t => {
    const { call } = await office(t)
    const { stdout } = await call(['show', '--help'])
    t.notMatch(stdout, /--api-url|--retries|--no-input/, 'no flag without effect')
    const plan = (await call(['plan', '--help'])).stdout
    const order = [
      'Options:',
      '--detailed-exitcode',
      'Common options:',
      '--file PATH',
      'Examples:',
      '  guestlist plan\n',
    ]
    const places = order.map(text => plan.indexOf(text))
    t.same(
      places,
      [...places].sort((a, b) => a - b),
    )
    t.ok(places.every(place => place > 0))
    t.match(plan, '  # save it, to apply exactly this\n  guestlist plan --out plan.json\n')
    for (const columns of [40, 80, 200]) {
      const io = testIo({})
      await main(['plan', '--help'], { ...io, columns })
      for (const line of io.stdout.join('').split('\n')) t.ok(line.length <= Math.max(columns, 60), line)
    }
    t.match((await call(['login', '--help'])).stdout, 'BIMDATA_CLIENT_ID')
  },
)

t.test('issue 12.21: guestlist alone, help, help COMMAND, -v and version', async t => {
  const { call } = await office(t)
  const help = (await call(['--help'])).stdout
  t.same(await call([]), { code: 1, stdout: help, stderr: '' }, 'once, and as git ends')
  t.same(await call(['help']), { code: 0, stdout: help, stderr: '' })
  t.same(await call(['help', 'state', 'rm']), await call(['state', 'rm', '--help']))
  t.same(await call(['-v']), await call(['--version']))
  t.same(await call(['version']), await call(['--version']))
  t.match(await call(['help', 'plna']), { code: 1, stdout: '', stderr: /"plna"\nDid you mean plan\?/ })
  t.match(await call(['version', 'x']), { code: 1, stderr: '"x"' })
  t.match(await call(['versoin']), { code: 1, stderr: 'Did you mean version?' })
})
