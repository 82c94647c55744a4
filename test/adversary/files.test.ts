import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { invitation, world } from '../helpers/world.js'
import { assertCivil, folderOf, type Outcome, run, runHere, shell } from './fixtures/run.js'

/*
 * Paths that are not what they seem, for everything that is read and written; and the process's own surroundings.
 */

const MANIFEST = 'apiVersion: guestlist/v1\ninvitations:\n  accept:\n    - email: "*@a.example"\n'
const isRoot = process.getuid?.() === 0
const NOBODY = 54_321

const heard = ({ stdout, stderr }: Outcome): string => stdout + stderr

/** A folder with one of everything that has a name. */
async function zoo(t: Test): Promise<string> {
  const folder = folderOf(t, { 'guestlist.yaml': MANIFEST, empty: '', secret: 'top secret' })
  mkdirSync(join(folder, 'folder'))
  symlinkSync('loop-b', join(folder, 'loop-a'))
  symlinkSync('loop-a', join(folder, 'loop-b'))
  symlinkSync('nowhere', join(folder, 'dangling'))
  execFileSync('mkfifo', [join(folder, 'fifo')])
  chmodSync(join(folder, 'secret'), 0o000)
  const server = createServer()
  await new Promise<void>(resolve => server.listen(join(folder, 'socket'), resolve))
  t.teardown(() => server.close())
  return folder
}

/** Every way in which a path is read. `PATH` stands for it. */
const READERS: readonly (readonly string[])[] = [
  ['validate', '-f', 'PATH'],
  ['show', 'PATH'],
  ['apply', 'PATH'],
  ['plan', '--from', 'PATH'],
  ['audit', 'verify', 'PATH'],
  ['sandbox', '--data', 'PATH'],
]

const UNREADABLE = [
  'loop-a',
  'dangling',
  'socket',
  '/dev/zero',
  '/dev/urandom',
  '/dev/tty',
  'missing',
  'guestlist.yaml/x',
  'n'.repeat(300),
]

t.test('what is read is a file, or it is said what else', async t => {
  const cwd = await zoo(t)
  const before = readdirSync(cwd)
  const read = async (reader: readonly string[], path: string) => {
    // What is endless is read by a process of its own, whose memory is measured; a pipe that nobody writes to holds a thread.
    const how = path === 'fifo' || path.startsWith('/dev') ? run : runHere
    const outcome = await how(
      reader.map(word => word.replace('PATH', path)),
      { cwd },
    )
    const name = `${reader.join(' ')} of ${path.slice(0, 20)}`
    assertCivil(t, outcome, name)
    t.equal(outcome.code, 1, name)
    t.match(outcome.stderr, /cannot be read|Cannot read/, name)
    t.ok(outcome.peak < 300, `${name}: peak memory ${outcome.peak.toFixed(0)} MiB`)
  }
  // Each waits for a writer, for some seconds: together.
  await Promise.all(READERS.map(reader => read(reader, 'fifo')))
  for (const path of UNREADABLE) await Promise.all(READERS.map(reader => read(reader, path)))
  t.strictSame(readdirSync(cwd), before, 'nothing was written')
})

t.test('a folder in place of a file', async t => {
  const cwd = await zoo(t)
  for (const reader of READERS) {
    const outcome = await runHere(
      reader.map(word => word.replace('PATH', 'folder')),
      { cwd },
    )
    assertCivil(t, outcome, reader.join(' '))
    t.equal(outcome.code, 1, reader.join(' '))
    t.match(outcome.stderr, /folder|EISDIR/, reader.join(' '))
  }
})

t.test('pipes that somebody writes to are read', async t => {
  const cwd = await zoo(t)
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ['process substitution', '$G validate -f <(cat guestlist.yaml)', 0, /is valid/],
    ['a slow one', '$G validate -f <(sleep 0.5; cat guestlist.yaml)', 0, /is valid/],
    ['two', '$G validate -f <(cat guestlist.yaml) -f <(echo apiVersion: guestlist/v1)', 0, /is valid/],
    ['standard input', '$G validate -f - < guestlist.yaml', 0, /is valid/],
    ['standard input by name', 'cat guestlist.yaml | $G validate -f /dev/stdin', 0, /is valid/],
    ['a named pipe', 'cat guestlist.yaml > fifo & $G validate -f fifo', 0, /is valid/],
    ['an endless one', '$G validate -f <(yes)', 1, /larger than 10 MiB/],
    ['an endless standard input', 'yes | $G validate -f -', 1, /larger than 10 MiB/],
    ['an empty one', '$G validate -f <(true)', 1, /is empty/],
  ]
  for (const [name, line, code, says] of cases) {
    const outcome = await shell(line, { cwd })
    assertCivil(t, outcome, name)
    t.equal(outcome.code, code, `${name}: ${heard(outcome)}`)
    t.match(heard(outcome), says, name)
  }
})

t.test('what is written replaces a file, and nothing else', async t => {
  const cwd = await zoo(t)
  const { env } = await world(t, null, [])
  for (const path of [
    'folder',
    'fifo',
    'socket',
    '/dev/null',
    '/dev/full',
    '/dev/stdout',
    'missing/plan',
    'guestlist.yaml/x',
  ]) {
    const kind = (): string => (existsSync(join(cwd, path)) ? `${lstatSync(join(cwd, path)).mode}` : 'none')
    const before = [kind(), statSync('/dev/null').isCharacterDevice()]
    const outcome = await run(['plan', '--out', path], { cwd, env })
    assertCivil(t, outcome, path)
    t.equal(outcome.code, 1, path)
    t.match(outcome.stderr, /cannot be written/, path)
    t.strictSame([kind(), statSync('/dev/null').isCharacterDevice()], before, `${path} is what it was`)
  }
})

t.test('a link at the name is replaced, and what it points to is left alone', async t => {
  const cwd = await zoo(t)
  const { env } = await world(t, null, [])
  writeFileSync(join(cwd, 'victim'), 'precious')
  symlinkSync('victim', join(cwd, 'plan.json'))
  const outcome = await run(['plan', '--out', 'plan.json'], { cwd, env })
  t.equal(outcome.code, 0, heard(outcome))
  t.equal(readFileSync(join(cwd, 'victim'), 'utf8'), 'precious')
  t.ok(lstatSync(join(cwd, 'plan.json')).isFile())
  t.equal(lstatSync(join(cwd, 'plan.json')).mode & 0o777, 0o600)
})

t.test('an audit log is a file, or nothing is done', async t => {
  const cwd = await zoo(t)
  const { env, sandbox } = await world(t, null, [])
  for (const path of ['folder', 'fifo', '/dev/null', 'loop-a', 'guestlist.yaml']) {
    const before = path === 'guestlist.yaml' ? MANIFEST : null
    const outcome = await run(['apply', '--auto-approve', '--audit-log', path], { cwd, env })
    assertCivil(t, outcome, path)
    t.equal(outcome.code, 1, path)
    t.match(outcome.stderr, /audit log/, path)
    if (before !== null) t.equal(readFileSync(join(cwd, path), 'utf8'), before)
  }
  t.ok(sandbox)
})

t.test('a state is a file, or nothing is done', async t => {
  const cwd = await zoo(t)
  const { env } = await world(t, null, [])
  for (const path of ['folder', 'fifo', '/dev/zero', 'loop-a', 'dangling', 'guestlist.yaml', 'empty']) {
    writeFileSync(join(cwd, 'with-state.yaml'), `${MANIFEST}state:\n  path: ${path}\n`)
    const outcome = await run(['apply', '--auto-approve', '-f', 'with-state.yaml'], { cwd, env })
    assertCivil(t, outcome, path)
    t.equal(outcome.code, 1, path)
    t.match(outcome.stderr, /state/, path)
  }
  t.equal(readFileSync(join(cwd, 'guestlist.yaml'), 'utf8'), MANIFEST)
})

t.test('where no folder can be made, it is said, and soon', async t => {
  const cwd = folderOf(t, {
    'guestlist.yaml': MANIFEST,
    'with-state.yaml': `${MANIFEST}state:\n  path: /proc/nope/s.json\n`,
  })
  const { env } = await world(t, null, [])
  for (const args of [
    ['init', '/proc/nope'],
    ['init', '/proc/nope/deeper'],
    ['apply', '--auto-approve', '-f', 'with-state.yaml'],
    ['apply', '--auto-approve', '--audit-log', '/proc/nope/audit.jsonl'],
  ]) {
    const started = Date.now()
    const outcome = await run(args, { cwd, env })
    assertCivil(t, outcome, args.join(' '))
    t.equal(outcome.code, 1, args.join(' '))
    t.match(outcome.stderr, /no folder can be made in \/proc|permission denied|read-only|not permitted/, args.join(' '))
    t.ok(Date.now() - started < 20_000, `${args.join(' ')}: within seconds`)
  }
})

t.test('names with line breaks and control sequences are shown escaped', async t => {
  const cwd = folderOf(t, { 'guestlist.yaml': MANIFEST })
  const name = 'a\nError: all is lost\u001b[2J\u202e\n::error::x'
  for (const reader of READERS) {
    const outcome = await runHere(
      reader.map(word => word.replace('PATH', name)),
      { cwd },
    )
    assertCivil(t, outcome, reader.join(' '))
    t.equal(outcome.code, 1, reader.join(' '))
    t.notMatch(outcome.stderr, /^(Error: all is lost|::error)/m, reader.join(' '))
  }
  mkdirSync(join(cwd, 'x\ny'))
  writeFileSync(join(cwd, 'x\ny', 'm\u001b.yaml'), 'apiVersion: [')
  const outcome = await runHere(['validate', '-f', 'x\ny'], { cwd })
  assertCivil(t, outcome, 'a folder')
  t.equal(outcome.code, 1)
})

t.test('nothing is written but what is named', async t => {
  const given = await world(t, MANIFEST.replace('apiVersion: guestlist/v1\n', ''), [])
  const home = folderOf(t)
  const env = { ...given.env, HOME: home, TMPDIR: home }
  const lines = [
    'plan --out plan.json',
    'apply plan.json --audit-log audit.jsonl',
    'snapshot --out snap.json',
    'plan --from snap.json',
    'state list',
    'auth status',
  ]
  for (const line of lines) t.equal((await run(line.split(' '), { cwd: given.folder, env })).code, 0, line)
  t.strictSame(readdirSync(given.folder).sort(), ['audit.jsonl', 'guestlist.yaml', 'plan.json', 'snap.json'])
  t.strictSame(readdirSync(home), [], 'neither at home nor in the folder for temporary files')
})

t.test('a full disk', async t => {
  const given = await world(t, MANIFEST.replace('apiVersion: guestlist/v1\n', ''), [])
  const disk = folderOf(t)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    t.comment('not run: mounting is not permitted here')
    return
  }
  try {
    const old = { plan: '{"format_version":"1.2","guestlist":{}}', snapshot: '{"version":1,"api_url":""}' }
    for (const [command, text] of Object.entries(old)) writeFileSync(join(disk, command), text)
    fill(join(disk, 'filler'))
    for (const [command, text] of Object.entries(old)) {
      const outcome = await run([command, '--out', join(disk, command)], { cwd: given.folder, env: given.env })
      assertCivil(t, outcome, command)
      t.equal(outcome.code, 1, command)
      t.match(outcome.stderr, /no space left/, command)
      t.equal(readFileSync(join(disk, command), 'utf8'), text, 'the old file is as it was')
    }
    t.strictSame(readdirSync(disk).sort(), ['filler', 'plan', 'snapshot'], 'no rest of the new one')
  } finally {
    execFileSync('umount', [disk])
  }
})

/** Writes until the disk is full. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4096))
  } catch {
    closeSync(file)
  }
}

t.test('what another user may not read or write', async t => {
  if (!isRoot) {
    t.comment('not run: becoming another user needs root')
    return
  }
  const cwd = await zoo(t)
  chmodSync(cwd, 0o755)
  const as = `exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups $G`
  for (const line of [`${as} validate -f secret`, `${as} show secret`, `${as} audit verify secret`]) {
    const outcome = await shell(line, { cwd })
    assertCivil(t, outcome, line)
    t.equal(outcome.code, 1, line)
    t.match(outcome.stderr, /not permitted|permission denied/, line)
    t.notMatch(heard(outcome), /top secret/)
  }
  const doctor = await shell(`${as} doctor`, { cwd })
  t.match(doctor.stdout, /^failed +state +The state .* cannot be written: /m)
})

t.test('a plan that cannot be shown is not applied', async t => {
  const { folder, env, sandbox } = await world(t, 'invitations: { accept: [{ email: ann@acme.example }] }\n', [
    invitation(1, 'ann@acme.example'),
  ])
  const full = (line: string) => shell(`${line} > /dev/full`, { cwd: folder, env })
  t.equal((await shell('$G plan --out plan.json', { cwd: folder, env })).code, 0)
  for (const line of ['$G apply --auto-approve', '$G apply --auto-approve --json', '$G apply plan.json']) {
    const outcome = await full(line)
    t.equal(outcome.code, 1, line)
    t.match(outcome.stderr, /The plan could not be shown; nothing was done/, line)
  }
  t.same(sandbox.effects(), [])
  t.equal(
    (await shell('$G apply --auto-approve | head -1', { cwd: folder, env })).code,
    0,
    'a reader that goes away has seen enough',
  )
})

t.test('the surroundings of the process', async t => {
  const cwd = folderOf(t, { 'guestlist.yaml': MANIFEST })
  mkdirSync(join(cwd, 'gone'))
  chmodSync(cwd, 0o755)
  const nameless = `env -i PATH="$PATH" setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups $G`
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ['standard input closed', '$G validate -f - <&-', 1, /is empty/],
    ['standard input is a folder', '$G validate -f - < .', 1, /is empty|is a folder/],
    ['standard output closed', '$G validate >&-', 0, /^$/],
    ['all closed', '$G validate <&- >&- 2>&-', 0, /^$/],
    ['a full device for the result', '$G validate --json > /dev/full', 1, /could not be written/],
    ['a full device for the help', '$G --help > /dev/full', 1, /could not be written/],
    ['a full device for the errors', '$G validate 2> /dev/full', 0, /is valid/],
    ['a reader that goes away', '$G plan --help | head -1', 0, /guestlist plan/],
    ['a deleted folder', 'cd gone && rmdir ../gone && $G validate', 1, /working folder no longer exists/],
    ['no home', 'env -u HOME $G plan', 1, /no credentials/],
    ['an empty home', 'HOME= $G plan', 1, /no credentials/],
    [
      'odd terminals',
      "TERM=$'\\e]0;x' COLUMNS=-5 LINES=x LC_ALL=junk LANG=junk TZ=Nowhere/X $G validate",
      0,
      /is valid/,
    ],
    ['a line without end', 'COLUMNS=99999999999999 $G --help', 0, /guestlist/],
    ['no environment at all', `env -i $G validate`, 0, /is valid/],
    ...(isRoot
      ? [
          ['a user without a name', `${nameless} plan`, 1, /no credentials/] as const,
          ['and its login', `${nameless} logout`, 0, /no login/] as const,
        ]
      : []),
  ]
  for (const [name, line, code, says] of cases) {
    const outcome = await shell(line, { cwd })
    assertCivil(t, outcome, name)
    t.equal(outcome.code, code, `${name}: ${heard(outcome)}`)
    t.match(heard(outcome), says, name)
  }
})

const JUNK = [
  '',
  ' ',
  '-1',
  'NaN',
  '1e999',
  '0x10',
  '99999999999999999999',
  'true',
  'yes',
  '\u001b[2J',
  '../../etc/passwd',
  '{"a":1}',
  '%s%n',
  '\ud800',
  'a,b',
  '2026-02-30',
  '::error::x',
  'x'.repeat(5000),
]

const VARIABLES = [
  'FILE',
  'API_URL',
  'FORMAT',
  'JSON',
  'NO_COLOR',
  'NO_INPUT',
  'LOG_LEVEL',
  'TIMEOUT',
  'RETRIES',
  'MAX_BODY',
  'MAX_DEPTH',
  'ALLOW_INSECURE_HTTP',
  'TARGET',
  'NO_REMOVALS',
  'MAX_REMOVALS',
  'PROTECT',
  'NOW',
  'FROM',
  'OUT',
  'DETAILED_EXITCODE',
  'CONFIG_DIR',
]

t.test('flags and variables of any value, in this process', async t => {
  const given = await world(t, MANIFEST.replace('apiVersion: guestlist/v1\n', ''), [])
  const before = readdirSync(given.folder)
  const junk = [...JUNK, 'nul\u0000nul']
  for (const name of VARIABLES) {
    const flag = `--${name.toLowerCase().replaceAll('_', '-')}`
    for (const value of junk) {
      const harmless = name === 'OUT' ? {} : { [`GUESTLIST_${name}`]: value }
      const short = JSON.stringify(value).slice(0, 30)
      assertCivil(
        t,
        { ...(await given.call(['plan', '--retries', '0', '--no-color'], harmless)), peak: 0 },
        `GUESTLIST_${name}=${short}`,
      )
      if (name === 'OUT' || name === 'CONFIG_DIR') continue
      assertCivil(t, { ...(await given.call(['plan', '--no-color', `${flag}=${value}`])), peak: 0 }, `${flag}=${short}`)
      assertCivil(t, { ...(await given.call(['validate', '--no-color', flag, value])), peak: 0 }, `${flag} ${short}`)
    }
  }
  t.strictSame(readdirSync(given.folder), before, 'nothing was written')
})

t.test('arguments of any kind, in this process', async t => {
  const given = await world(t, null, [])
  for (const word of [
    ...JUNK,
    'nul\u0000',
    'y'.repeat(2 ** 20),
    '--',
    '--__proto__=1',
    '--constructor',
    '-',
    '---',
    '-fff',
    '--file',
    '--=',
    '__proto__',
  ]) {
    for (const command of [
      [],
      ['plan'],
      ['show'],
      ['explain'],
      ['invitations', 'get'],
      ['state', 'unlock'],
      ['audit', 'verify'],
      ['apply'],
    ]) {
      const outcome = await given.call([...command, word, '--no-color'])
      assertCivil(t, { ...outcome, peak: 0 }, `${command.join(' ')} ${JSON.stringify(word).slice(0, 30)}`)
      t.ok(heard({ ...outcome, peak: 0 }).length > 0)
    }
  }
})
