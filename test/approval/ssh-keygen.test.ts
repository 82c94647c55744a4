import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { approvalText, parseApproval } from '../../src/approval/approval-file.js'
import { check, sign } from '../../src/approval/ssh-keygen.js'
import { GuestlistError } from '../../src/model/error.js'
import { keyFolder, makeKey } from '../helpers/ssh.js'
import { STATEMENT } from './fixtures/cases.js'

const folder = keyFolder()
t.teardown(() => rmSync(folder, { recursive: true }))
const key = makeKey(folder, 'key')
const keygen = { env: process.env, terminal: false }

/** A program of that name, before the system's own in PATH. */
function fake(t: Test, script: string) {
  const bin = t.testdir({ bin: { 'ssh-keygen': `#!/bin/sh\n${script}\n` }, tmp: {} })
  chmodSync(join(bin, 'bin', 'ssh-keygen'), 0o755)
  return { bin, env: { ...process.env, PATH: `${join(bin, 'bin')}:${process.env.PATH}`, PROBE: bin } }
}

async function failure(work: Promise<unknown>): Promise<GuestlistError> {
  const error = await work.then(
    () => null,
    error => error,
  )
  if (error instanceof GuestlistError) return error
  throw new Error(`not a GuestlistError: ${error}`)
}

t.test('no ssh-keygen: the packages are named', async t => {
  const { message, advice } = await failure(sign(STATEMENT, key.path, { env: { PATH: t.testdir() }, terminal: false }))
  t.match(message, 'ssh-keygen was not found')
  t.match(advice, /8\.2 or later.*openssh-client/)
})

t.test('an older ssh-keygen: what each says, and the packages', async t => {
  const older = {
    '7.9, on Linux': "echo 'unknown option -- Y' >&2; exit 1",
    '7.9, with musl': "echo 'ssh-keygen: unrecognized option: Y' >&2; exit 1",
    '8.1': 'echo \'Unsupported operation for -Y: "check-novalidate"\' >&2; exit 1',
  }
  for (const [name, script] of Object.entries(older)) {
    const { env } = fake(t, script)
    const { message, advice } = await failure(sign(STATEMENT, key.path, { env, terminal: false }))
    t.match(message, 'too old', name)
    t.match(advice, 'openssh-client')
  }
})

t.test('one that does not end is ended, and what it started too', async t => {
  const { env } = fake(t, 'sleep 60 & sleep 60')
  const began = Date.now()
  const { message } = await failure(sign(STATEMENT, key.path, { env, terminal: false, timeoutMs: 300 }))
  t.match(message, 'did not end within 0.3 s')
  t.ok(Date.now() - began < 50_000, 'before the sleep is over')
})

t.test('a key with a passphrase fails at once where nobody can be asked', async t => {
  const locked = makeKey(folder, 'locked', 'ed25519', 'secret')
  const asking = { ...process.env, DISPLAY: ':0', SSH_ASKPASS: '/bin/cat', SSH_ASKPASS_REQUIRE: 'force' }
  const began = Date.now()
  const { advice } = await failure(sign(STATEMENT, locked.path, { env: asking, terminal: false }))
  t.match(advice, 'no terminal to ask for a passphrase on')
  t.ok(Date.now() - began < 50_000)
})

t.test('a public key whose private half is in the agent', async t => {
  const agent = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' })
  const [, SSH_AUTH_SOCK = ''] = /SSH_AUTH_SOCK=([^;]+)/.exec(agent) ?? []
  const [, pid = ''] = /SSH_AGENT_PID=(\d+)/.exec(agent) ?? []
  t.teardown(() => process.kill(Number(pid)))
  const env = { ...process.env, SSH_AUTH_SOCK }
  const held = makeKey(folder, 'held')
  execFileSync('ssh-add', ['-q', held.path], { env, stdio: 'ignore' })
  rmSync(held.path)
  const file = parseApproval(
    approvalText(await sign(STATEMENT, `${held.path}.pub`, { env, terminal: false }), STATEMENT),
  )
  t.equal(file?.key.fingerprint, held.fingerprint)
  const { message } = await failure(
    sign(STATEMENT, `${held.path}.pub`, { env: { PATH: process.env.PATH }, terminal: false }),
  )
  t.match(message, 'could not sign')
})

t.test('no shell, no secret of the environment; files for their owner alone, and gone afterwards', async t => {
  const { bin, env } = fake(
    t,
    'for word; do printf "%s\\n" "$word"; done > "$TMPDIR/../args"; env > "$TMPDIR/../env"; ls -lR "$TMPDIR" > "$TMPDIR/../files"; exit 1',
  )
  const TMPDIR = join(bin, 'tmp')
  const before = process.env.TMPDIR
  process.env.TMPDIR = TMPDIR
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  const odd = join(folder, "odd'; $(touch x) name")
  await failure(sign(STATEMENT, odd, { env: { ...env, TMPDIR, BIMDATA_API_KEY: 'api-secret' }, terminal: false }))
  const read = (name: string) => readFileSync(join(bin, name), 'utf8')
  t.same(read('args').split('\n').slice(0, 6), ['-Y', 'sign', '-f', odd, '-n', 'guestlist-approval'])
  t.notMatch(read('env'), /api-secret|BIMDATA/)
  const files = read('files')
    .split('\n')
    .filter(line => /^[-d]/.test(line))
  t.ok(files.length >= 2)
  for (const line of files) t.match(line, /^[-d]rw[-x]------/, line)
  t.same(readdirSync(TMPDIR), [])
})

t.test("an approval is checked by ssh-keygen alone, too: the file is OpenSSH's own", async t => {
  const text = approvalText(await sign(STATEMENT, key.path, keygen), STATEMENT)
  writeFileSync(join(folder, 'approval.sig'), text)
  writeFileSync(join(folder, 'signers'), `alice ${key.publicKey}\n`)
  const args = ['-Y', 'verify', '-f', 'signers', '-I', 'alice', '-n', 'guestlist-approval', '-s', 'approval.sig']
  const said = execFileSync('ssh-keygen', args, { cwd: folder, input: STATEMENT, encoding: 'utf8' })
  t.match(said, 'Good "guestlist-approval" signature for alice')
  const file = parseApproval(text)
  if (file === null) throw new Error('it is no approval')
  t.same(await check(file, 'alice', `alice ${key.publicKey}\n`, keygen), { kind: 'good' })
  t.same(await check({ ...file, statement: `${STATEMENT} ` }, 'alice', `alice ${key.publicKey}\n`, keygen), {
    kind: 'bad-signature',
  })
  t.match(await check(file, 'bob', `alice ${key.publicKey}\n`, keygen), { kind: 'rejected' })
})

t.test('on a terminal the passphrase is asked for there', async t => {
  const locked = makeKey(folder, 'asked', 'ed25519', 'open sesame')
  const script = join(folder, 'sign.mjs')
  const source = new URL('../../src/approval/ssh-keygen.ts', import.meta.url).href
  writeFileSync(
    script,
    `import { sign } from ${JSON.stringify(source)}\nconst said = await sign('x\\n', ${JSON.stringify(locked.path)}, { env: process.env, terminal: true })\nconsole.log(said.startsWith('-----BEGIN') ? 'SIGNED' : 'NOT')\n`,
  )
  const command = `${process.execPath} --import ${import.meta.resolve('tsx')} ${script}`
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', chunk => {
    said += chunk
    if (/passphrase/i.test(said)) child.stdin.write('open sesame\n')
  })
  await new Promise(resolve => child.once('close', resolve))
  t.match(said, 'SIGNED')
})
