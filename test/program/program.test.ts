import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { wordsOf } from '../../src/cli/command.js'
import { CATALOG } from '../../src/program/catalog.js'
import { main } from '../../src/program/program.js'
import { testIo } from '../helpers/command.js'
import { guestlist } from '../helpers/guestlist.js'
import { invitation, world } from '../helpers/world.js'

const PROGRAM = fileURLToPath(new URL('../../bin/guestlist.js', import.meta.url))

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
`

const office = (t: Test, manifest = MANIFEST) =>
  world(t, manifest, [invitation(1, 'alice@acme.example'), invitation(2, 'eve@rival.example')], {
    users: ['bob@acme.example'],
  })

t.test('exit codes', async t => {
  t.test('0, and 2 where --detailed-exitcode finds changes', async t => {
    const { run } = await office(t)
    t.equal((await run(['plan'])).code, 0)
    t.equal((await run(['plan', '--detailed-exitcode'])).code, 2)
    t.equal((await run(['apply', '--auto-approve'])).code, 0)
    t.equal((await run(['plan', '--detailed-exitcode'])).code, 0)
  })

  t.test('1 for a bad manifest, for wrong usage, for no credentials, and where nobody answers', async t => {
    const { run, write } = await office(t)
    write('bad.yaml', 'apiVersion: guestlist/v1\ninvitatons:\n')
    for (const [args, env, says] of [
      [['plan', '-f', 'bad.yaml'], {}, /invitatons/],
      [['plan', '--fail-fast'], {}, /fail-fast/],
      [['plan'], { BIMDATA_API_KEY: '' }, /BIMDATA_ACCESS_TOKEN/],
      [['plan', '--retries', '0'], { BIMDATA_API_URL: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1/],
    ] as const) {
      const { code, stdout, stderr } = await run(args, { env })
      t.equal(code, 1)
      t.equal(stdout, '', 'nothing but a result goes to standard output')
      t.match(stderr, says)
    }
  })

  t.test('3 where a guard or a protection refuses', async t => {
    const { run, sandbox } = await office(t)
    for (const flags of [
      ['--max-removals', '0'],
      ['--protect', '*@acme.example'],
    ]) {
      const { code, stderr } = await run(['apply', '--auto-approve', ...flags])
      t.equal(code, 3, stderr)
    }
    t.same(sandbox.effects(), [], 'nothing was sent')
  })

  t.test('4 where the digest, or the saved plan, is stale', async t => {
    const { run, sandbox } = await office(t)
    t.equal((await run(['apply', '--auto-approve', '--expect', `sha256:${'0'.repeat(64)}`])).code, 4)
    t.equal((await run(['plan', '--out', 'plan.json'])).code, 0)
    await sandbox.setStatus(1, 'D')
    const { code, stderr } = await run(['apply', 'plan.json'])
    t.equal(code, 4)
    t.match(stderr, /bimdata_invitation\.1: status was "pending", is "denied"/)
    t.same(sandbox.effects(), [], 'nothing was sent')
  })

  t.test('5 where an action fails, and removals are then left alone', async t => {
    const { run, sandbox } = await office(t)
    await sandbox.putInvitation(invitation(3, 'carol@acme.example'))
    sandbox.addFault({ operation: 'accept', kind: 'status', status: 404, nth: 1 })
    const { code, stdout } = await run(['apply', '--auto-approve'])
    t.equal(code, 5)
    t.match(stdout, /^Apply incomplete! 1 accepted, 0 denied, 0 removed; 1 failed, 1 not attempted\.$/m)
  })

  t.test('130 where it is interrupted; what is in flight finishes', async t => {
    const { folder, sandbox, env } = await office(t)
    sandbox.addFault({ operation: 'accept', kind: 'latency', ms: 400 })
    const child = spawn(process.execPath, [PROGRAM, 'apply', '--auto-approve', '--json'], {
      cwd: folder,
      env: { ...process.env, ...env },
    })
    let lines = ''
    child.stdout.on('data', chunk => {
      lines += chunk
      // Once: another one, while it exits, would end it as one that no program has taken does.
      if (!child.killed && lines.includes('apply_start')) child.kill('SIGINT')
    })
    const [code] = await once(child, 'close')
    t.equal(code, 130)
    t.same(sandbox.effects(), [{ operation: 'accept', target: 1 }])
  })
})

t.test('what does not fit is an error with a suggestion', async t => {
  for (const [args, says] of [
    [['plna'], /Did you mean plan\?/],
    [['plan', '--detialed'], /Did you mean --detailed-exitcode\?/],
    [['plan', '--max-removls', '3'], /Did you mean --max-removals\?/],
    [['plan', 'stray'], /"stray"/],
    [['state', 'lst'], /"lst"/],
    [['state'], /list, rm, unlock/],
    [['show'], /An argument is missing: PLANFILE\nSee guestlist show --help/],
    [['invitations', 'lst'], /Did you mean invitations list\?/],
    [['auth', 'statu'], /Did you mean auth status\?/],
    [['export', '--target', 'a'], /"--target"\nexport takes no --target\. See guestlist export --help\./],
    [['--verison'], /"--verison"\nDid you mean --version\?/],
    [['-x'], /"-x"\nSee guestlist --help\./],
    [['plan', 'foo'], /"foo"\nSee guestlist plan --help\./],
    [['plan', '--', 'stray'], /"stray"/],
    [['show', '--', '--json'], /no argument begins with a dash/],
    [['export', '--status', 'foo'], /--status: "foo" is not one of pending, accepted, denied/],
    [['--json'], /A command is needed/],
    [['plan', '--json=maybe'], /true, false, 1 or 0/],
    [['plan', '--format', 'xml'], /text, json, markdown, diff, html/],
    [['plan', '--json', '--format', 'html'], /contradict/],
    [['plan', '--out', 'a', '--out', 'b'], /2 times/],
    [['invitations', 'get', 'x'], /not the id/],
    [['sandbox', '--issuer', 'x'], /--issuer is not a web address/],
    [['sandbox', '--webhook', 'x'], /--webhook is not a web address/],
    [['completion', 'tcsh'], /guestlist completion zsh/],
  ] as const) {
    const io = testIo({})
    t.equal(await main(args, io), 1, args.join(' '))
    t.same(io.stdout, [])
    t.match(io.stderr.join(''), says, args.join(' '))
  }
})

t.test('what stands after -- is an argument like any other', async t => {
  const { run, sandbox } = await office(t)
  t.equal((await run(['plan', '--target', 'bimdata_invitation.1', '--out', 'plan.json'])).code, 0)
  t.equal((await run(['apply', '--auto-approve', '--', 'no-such-plan.json'])).code, 1)
  t.same(sandbox.effects(), [], 'nothing was sent')
  t.equal((await run(['apply', '--', 'plan.json'])).code, 0)
  t.same(sandbox.effects(), [{ operation: 'accept', target: 1 }], 'the saved plan and nothing else')
})

t.test('sandbox -- COMMAND runs it with the address and the key, and ends with it', async t => {
  const { folder } = await office(t)
  const run = (...command: string[]) =>
    guestlist(['sandbox', '--chdir', folder, '--', ...command], { cwd: dirname(PROGRAM) })
  const node = (code: string) => run(process.execPath, '-e', code, '--', '--help')
  const asked = await node(
    'fetch(process.env.BIMDATA_API_URL).then(r => console.log(process.env.BIMDATA_API_KEY.length > 20, r.status, process.argv.at(-1)))',
  )
  t.match(asked, { code: 0, stdout: /^true \d+ --help\n$/ })
  t.equal((await node('process.exit(7)')).code, 7)
  t.equal((await node("process.kill(process.pid, 'SIGTERM')")).code, 143)
  t.match(await run('no-such-program'), { code: 1, stderr: 'no-such-program cannot be run: there is no such file' })
  t.match(await run(process.execPath, `${PROGRAM}`, 'plan'), { code: 0, stdout: 'Plan: ' }, 'a rehearsal')
})

t.test('a lone dash is an argument, or the value of a flag', async t => {
  const { run, folder } = await office(t)
  t.match((await run(['show', '-'])).stderr, /The plan - cannot be read: there is no such file/)
  t.equal((await run(['apply', '--auto-approve', '--audit-log', 'audit.jsonl'])).code, 0)
  const input = readFileSync(`${folder}/audit.jsonl`, 'utf8')
  for (const args of [
    ['audit', 'verify', '-'],
    ['audit', 'verify', '--', '-'],
  ]) {
    t.match(await run(args, { input }), { code: 0, stdout: /intact: \d+ lines/ }, args.join(' '))
  }
  t.match(await run(['validate', '-'], {}), { code: 1, stderr: /argument: "-"/ })
  t.equal((await run(['validate', '-f', '-'], { input: 'apiVersion: guestlist/v1\n' })).code, 0)
})

t.test('a format on the command line goes before the environment, which is for commands that know it', async t => {
  const { run } = await office(t)
  for (const [args, env, code, begins] of [
    [['plan', '--json'], { GUESTLIST_FORMAT: 'html' }, 0, '{'],
    [['plan', '--format', 'diff'], { GUESTLIST_JSON: '1' }, 0, '#'],
    [['plan'], { GUESTLIST_JSON: '1' }, 0, '{'],
    [['plan'], { GUESTLIST_FORMAT: 'markdown' }, 0, '<!--'],
    [['validate'], { GUESTLIST_FORMAT: 'markdown' }, 0, 'The manifest is valid'],
    [['export'], { GUESTLIST_JSON: '1' }, 0, '# yaml'],
    [['plan'], { GUESTLIST_FORMAT: 'html', GUESTLIST_JSON: '1' }, 1, ''],
    [['plan'], { GUESTLIST_FORMAT: 'xml' }, 1, ''],
    [['plan', '--json=false'], { GUESTLIST_JSON: '1' }, 0, 'bimdata_'],
  ] as const) {
    const ran = await run(args, { env })
    t.equal(ran.code, code, `${args.join(' ')} ${JSON.stringify(env)}: ${ran.stderr}`)
    t.ok(
      ran.stdout
        .trimStart()
        .replace(/^[~-] /, '')
        .startsWith(begins),
      ran.stdout.slice(0, 50),
    )
  }
})

t.test('--help of groups, and of all, has examples too', async t => {
  for (const words of [[], ...Object.keys(CATALOG.groups).map(group => [group])]) {
    const io = testIo({})
    t.equal(await main([...words, '--help'], io), 0)
    t.match(io.stdout.join(''), 'Examples:', words.join(' '))
  }
})

t.test('--help of every command has a description and examples', async t => {
  for (const command of CATALOG.commands) {
    const words = wordsOf(command)
    const io = testIo({})
    t.equal(await main([...words, '--help'], io), 0)
    const text = io.stdout.join('')
    t.match(text, command.describe.split(' ').slice(0, 3).join(' '))
    t.match(text, 'Examples:', words.join(' '))
    for (const [, what] of command.examples) t.not(what, '', words.join(' '))
    for (const name of Object.keys(command.positionals ?? {})) t.match(text, name)
  }
})

t.test('--version is one line', async t => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  t.same(await guestlist(['--version'], { cwd: t.testdir() }), { code: 0, stdout: `${version}\n`, stderr: '' })
})

t.test('with --json standard output is one document, for apply lines that end with what ended it', async t => {
  const { run, write } = await office(t)
  t.equal(JSON.parse((await run(['plan', '--json'])).stdout).format_version, '1.2')
  const lines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
  write('bad.yaml', 'apiVersion: guestlist/v1\nx: 1\n')
  for (const [args, code, says] of [
    [['apply', '--json'], 1, /cannot ask/],
    [['apply', '--json', '--auto-approve', '-f', 'bad.yaml'], 1, /"x" is unknown/],
    [['apply', '--json', '--auto-approve', '--max-removals', '0'], 3, /maxRemovals/],
    [['apply', '--json', '--auto-approve', '--expect', 'sha256:0'], 4, /stale/],
    [['apply', '--json', '--auto-approve', '--api-url', 'http://127.0.0.1:1', '--retries', '0'], 1, /127\.0\.0\.1:1/],
  ] as const) {
    const ran = await run(args)
    t.equal(ran.code, code, args.join(' '))
    const all = lines(ran.stdout)
    t.equal(all[0].type, 'version')
    t.match(all.at(-1), { type: 'diagnostic', '@level': 'error', diagnostic: { severity: 'error', summary: says } })
    t.match(ran.stderr, says, 'people read the same on standard error')
  }
  const applied = lines((await run(['apply', '--json', '--auto-approve'])).stdout)
  t.equal(applied.at(-1)['@message'], 'Apply complete! 1 accepted, 0 denied, 1 removed.')
})

t.test('a reader that goes away ends the output quietly', async t => {
  const crowd = Array.from({ length: 2000 }, (_, n) => invitation(n + 1, `u${n}@acme.example`, 'A'))
  const { folder, env } = await world(t, MANIFEST, crowd)
  const child = spawn(process.execPath, [PROGRAM, 'plan', '--json', '--show-unchanged'], {
    cwd: folder,
    env: { ...process.env, ...env },
  })
  let stderr = ''
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const [code] = await once(child, 'close')
  t.equal(code, 0)
  t.equal(stderr, '')
})

t.test('apply asks on a terminal', async t => {
  const script = spawnSync('script', ['--version'])
  if (script.status !== 0) return t.comment('there is no script(1) here to make a terminal with')
  const { folder, sandbox, env } = await office(t)
  const answer = async (text: string) => {
    const command = `"${process.execPath}" "${PROGRAM}" apply`
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env: { ...process.env, ...env } })
    let seen = ''
    child.stdout.on('data', chunk => {
      const asked = seen.includes('Enter a value:')
      seen += chunk
      if (!asked && seen.includes('Enter a value:')) child.stdin.write(`${text}\n`)
    })
    const [code] = await once(child, 'close')
    return { code, seen }
  }
  const declined = await answer('y')
  t.equal(declined.code, 1)
  t.match(declined.seen, "Only 'yes' will be accepted to approve.")
  t.match(declined.seen, 'Not approved; nothing was done.')
  t.same(sandbox.effects(), [])
  const approved = await answer('yes')
  t.equal(approved.code, 0)
  t.match(approved.seen, 'Apply complete! 1 accepted, 0 denied, 1 removed.')
})
