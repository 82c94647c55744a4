import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { RemovalRecord } from '../../src/model/removal-record.js'
import { MAX_STATE_BYTES } from '../../src/state/document.js'
import { openState, type StateOptions, type StateStore } from '../../src/state/state-store.js'
import { systemClock } from '../../src/system/clock.js'

const API = 'https://api.example'
const RECORD: RemovalRecord = {
  outcome: 'removed',
  at: '2026-11-02T09:30:00.000Z',
  reason: 'left',
  accepted_invitations: [4, 7],
  plan_digest: 'sha256:00',
}

function stateIn(cwd: string, path?: string, more: Partial<StateOptions> = {}): StateStore {
  const config = path === undefined ? { backend: 'local' as const } : { backend: 'local' as const, path }
  return openState(config, {
    apiUrl: API,
    cwd,
    env: {},
    clock: { ...systemClock, now: () => Date.UTC(2026, 10, 2, 10) },
    ...more,
  })
}

const file = (folder: string) => join(folder, 'guestlist.state.json')
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

t.test('no file is no state, and reading makes none', async t => {
  const folder = t.testdir()
  t.equal((await stateIn(folder).read()).size, 0)
  t.equal((await stateIn(folder, 'no/such/folder/state.json').read()).size, 0)
  t.same(readdirSync(folder), [])
})

t.test('a record is written whole, mode 0600, and read again', async t => {
  const folder = t.testdir()
  const store = stateIn(folder)
  await store.record(' Bob@ACME.example ', RECORD)
  t.match(json(file(folder)), {
    version: 1,
    serial: 1,
    lineage: /^[0-9a-f-]{36}$/,
    api_url: API,
    removals: { 'bob@acme.example': RECORD },
  })
  t.equal(statSync(file(folder)).mode & 0o777, 0o600)
  t.same([...(await stateIn(folder).read())], [['bob@acme.example', RECORD]])
  t.same(readdirSync(folder), ['guestlist.state.json'], 'nothing else is left behind')
})

t.test('a relative path is relative to cwd, and missing folders are made', async t => {
  const folder = t.testdir()
  await stateIn(folder, 'deep/er/state.json').checkWritable()
  t.ok(existsSync(join(folder, 'deep/er/state.json')))
})

const GOOD = {
  version: 1,
  serial: 3,
  lineage: '0b5cbb0a-7c3c-4b53-9d5c-1d8e0b8a4e57',
  api_url: API,
  removals: { 'bob@x': RECORD },
}

const withRemoval = (changes: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...GOOD, removals: { 'bob@x': { ...RECORD, ...changes } } })

t.test('what cannot be used is an error that names the file, and is left as it is', async t => {
  const cases: Record<string, [code: string, content: string | Buffer, says: RegExp]> = {
    empty: ['state-broken', '', /empty/],
    truncated: ['state-broken', JSON.stringify(GOOD).slice(0, -20), /only a part/],
    'not UTF-8': ['state-broken', Buffer.from([0x7b, 0xff, 0x7d]), /not JSON/],
    'a list': ['state-broken', '[]', /object/],
    null: ['state-broken', 'null', /object/],
    'a serial below 0': ['state-broken', JSON.stringify({ ...GOOD, serial: -1 }), /serial/],
    'a serial that is a text': ['state-broken', JSON.stringify({ ...GOOD, serial: '3' }), /serial/],
    'an empty lineage': ['state-broken', JSON.stringify({ ...GOOD, lineage: '' }), /lineage/],
    'no lineage': ['state-broken', JSON.stringify({ ...GOOD, lineage: undefined }), /lineage/],
    'version 0': ['state-broken', JSON.stringify({ ...GOOD, version: 0 }), /version/],
    'a serial past exact numbers': ['state-broken', JSON.stringify({ ...GOOD, serial: 2 ** 53 }), /serial/],
    'a bad record': ['state-broken', JSON.stringify({ ...GOOD, removals: { 'bob@x': { outcome: 'gone' } } }), /bob@x/],
    'removals as a list': ['state-broken', JSON.stringify({ ...GOOD, removals: [RECORD] }), /removals/],
    'two spellings of an address': [
      'state-broken',
      JSON.stringify({ ...GOOD, removals: { 'Bob@x': RECORD, 'bob@x ': RECORD } }),
      /"bob@x" appears in it twice/,
    ],
    'an empty address': ['state-broken', JSON.stringify({ ...GOOD, removals: { '': RECORD } }), /removals/],
    'a blank address': ['state-broken', JSON.stringify({ ...GOOD, removals: { ' ': RECORD } }), /is empty/],
    'a time without a zone': ['state-broken', withRemoval({ at: '2026-11-02T09:30:00' }), /bob@x\/at/],
    'a day that is none': ['state-broken', withRemoval({ at: '2026-02-30T09:30:00Z' }), /bob@x\/at/],
    'a reason that is a number': ['state-broken', withRemoval({ reason: 4 }), /bob@x\/reason/],
    'a digest that is null': ['state-broken', withRemoval({ plan_digest: null }), /bob@x\/plan_digest/],
    // Taken for an empty list, it would have every accepted invitation count as a return, and the user removed again.
    'no accepted invitations': [
      'state-broken',
      withRemoval({ accepted_invitations: undefined }),
      /accepted_invitations/,
    ],
    'version 2': ['state-newer', JSON.stringify({ ...GOOD, version: 2, serial: 'x' }), /newer guestlist/],
    'another API': ['state-other-api', JSON.stringify({ ...GOOD, api_url: 'https://other.example' }), /other\.example/],
    "terraform's own state": ['state-newer', JSON.stringify({ version: 4, terraform_version: '1.9.0' }), /version 4/],
  }
  for (const [name, [code, content, says]] of Object.entries(cases)) {
    t.test(name, async t => {
      const folder = t.testdir({ 'guestlist.state.json': content })
      const store = stateIn(folder)
      await t.rejects(store.read(), { name: 'GuestlistError', code, message: says })
      await t.rejects(store.read(), { message: new RegExp(file(folder)) })
      await t.rejects(store.record('eve@x', RECORD), { code })
      await t.rejects(store.checkWritable(), { code })
      t.same(readFileSync(file(folder)), Buffer.from(content))
    })
  }
})

t.test('what others wrote by the same names is read, and made canonical by the next write', async t => {
  const { reason: _, plan_digest: __, ...least } = RECORD
  const cases: Record<string, [content: string, read: Record<string, RemovalRecord>]> = {
    'a lineage that is no UUID': [JSON.stringify({ ...GOOD, lineage: 'by hand' }), { 'bob@x': RECORD }],
    'a serial of 0': [JSON.stringify({ ...GOOD, serial: 0 }), { 'bob@x': RECORD }],
    'unknown keys': [JSON.stringify({ ...GOOD, resources: [], comment: 'x' }), { 'bob@x': RECORD }],
    'unknown keys in a removal': [withRemoval({ by: 'ops' }), { 'bob@x': RECORD }],
    'the least that a removal can be': [
      JSON.stringify({ ...GOOD, removals: { 'bob@x': least } }),
      { 'bob@x': { ...RECORD, reason: null, plan_digest: '' } },
    ],
    'an address in another spelling': [
      JSON.stringify({ ...GOOD, removals: { ' Zoe\u0301@X ': RECORD, 'Bob@x': RECORD } }),
      { 'bob@x': RECORD, 'zoé@x': RECORD },
    ],
  }
  for (const [name, [content, read]] of Object.entries(cases)) {
    t.test(name, async t => {
      const folder = t.testdir({ 'guestlist.state.json': content })
      const before = JSON.parse(content)
      t.same(Object.fromEntries(await stateIn(folder).read()), read)
      await stateIn(folder).checkWritable()
      t.strictSame(json(file(folder)), {
        version: 1,
        serial: before.serial + 1,
        lineage: before.lineage,
        api_url: API,
        removals: read,
      })
    })
  }
})

t.test('a time is any of RFC 3339, and written in UTC', async t => {
  const cases: Record<string, string> = {
    '2026-11-02T09:30:00Z': '2026-11-02T09:30:00Z',
    '2026-11-02T09:30:00.123456Z': '2026-11-02T09:30:00.123456Z',
    '2026-11-02T09:30:00+02:00': '2026-11-02T07:30:00.000Z',
    '2026-11-02T09:30:00.5-11:30': '2026-11-02T21:00:00.500Z',
    '2026-11-02t09:30:00z': '2026-11-02T09:30:00.000Z',
    '2026-11-02 09:30:00+0200': '2026-11-02T07:30:00.000Z',
    '2026-11-02T09:30:00+02': '2026-11-02T07:30:00.000Z',
    '2016-12-31T23:59:60Z': '2016-12-31T23:59:60Z',
    '2017-01-01T00:59:60+01:00': '2016-12-31T23:59:59.000Z',
  }
  for (const [written, read] of Object.entries(cases)) {
    const folder = t.testdir({ 'guestlist.state.json': withRemoval({ at: written }) })
    t.equal((await stateIn(folder).read()).get('bob@x')?.at, read, written)
  }
})

t.test('what is not a file', async t => {
  t.test('a folder', async t => {
    const folder = t.testdir({ 'guestlist.state.json': {} })
    await t.rejects(stateIn(folder).read(), { code: 'state-not-a-file' })
    await t.rejects(stateIn(folder).checkWritable(), { code: 'state-not-a-file' })
  })
  t.test('a pipe is not waited for', async t => {
    const folder = t.testdir()
    execFileSync('mkfifo', [file(folder)])
    await t.rejects(stateIn(folder).read(), { code: 'state-not-a-file' })
    await t.rejects(stateIn(folder).checkWritable(), { code: 'state-not-a-file' })
    t.ok(lstatSync(file(folder)).isFIFO())
  })
  t.test('a device', async t => {
    await t.rejects(stateIn('/', '/dev/zero').read(), { code: 'state-not-a-file' })
  })
  t.test('a link to nothing', async t => {
    const folder = t.testdir({ 'guestlist.state.json': t.fixture('symlink', 'gone.json') })
    await t.rejects(stateIn(folder).read(), { code: 'state-not-a-file' })
    await t.rejects(stateIn(folder).checkWritable(), { code: 'state-not-a-file' })
    t.ok(lstatSync(file(folder)).isSymbolicLink())
  })
  t.test('a link to itself', async t => {
    const folder = t.testdir({ 'guestlist.state.json': t.fixture('symlink', 'guestlist.state.json') })
    await t.rejects(stateIn(folder).read(), { code: 'state-unreadable' })
    await t.rejects(stateIn(folder).checkWritable(), { code: 'state-unreadable' })
    await t.rejects(stateIn(folder).lock({ operation: 'x', timeoutMs: 0 }), { code: 'state-unwritable' })
  })
  t.test('a file where a folder should be', async t => {
    const folder = t.testdir({ plain: '' })
    await t.rejects(stateIn(folder, 'plain/state.json').read(), { code: 'state-unreadable', message: /not a folder/ })
    await t.rejects(stateIn(folder, 'plain/state.json').lock({ operation: 'x', timeoutMs: 0 }), {
      code: 'state-unwritable',
    })
  })
  t.test('a file of another size than any state', async t => {
    const folder = t.testdir({ 'guestlist.state.json': '' })
    truncateSync(file(folder), MAX_STATE_BYTES + 1)
    await t.rejects(stateIn(folder).read(), { code: 'state-too-large' })
  })
})

t.test('a link is followed: the file behind it is replaced, the link stays', async t => {
  const folder = t.testdir({ real: {}, 'guestlist.state.json': t.fixture('symlink', 'real/state.json') })
  const target = join(folder, 'real/state.json')
  writeFileSync(target, JSON.stringify(GOOD), { mode: 0o644 })
  const store = stateIn(folder)
  await store.record('eve@x', RECORD)
  t.ok(lstatSync(file(folder)).isSymbolicLink())
  t.match(json(target), { serial: 4, removals: { 'eve@x': RECORD } })
  t.equal(statSync(target).mode & 0o777, 0o600)
  const lock = await store.lock({ operation: 'x', timeoutMs: 0 })
  await t.rejects(stateIn(folder, 'real/state.json').lock({ operation: 'y', timeoutMs: 0 }), { code: 'state-locked' })
  await lock.release()
})

t.test('a state that somebody else wrote meanwhile is not overwritten', async t => {
  const cases: Record<string, [code: string, theirs: Record<string, unknown>]> = {
    'a newer serial': ['state-newer-serial', { ...GOOD, serial: 4 }],
    'the same serial with another content': ['state-newer-serial', { ...GOOD, removals: {} }],
    'another lineage': ['state-other-lineage', { ...GOOD, lineage: GOOD.lineage.replace('0', '1') }],
  }
  for (const [name, [code, theirs]] of Object.entries(cases)) {
    t.test(name, async t => {
      const folder = t.testdir({ 'guestlist.state.json': JSON.stringify(GOOD) })
      const store = stateIn(folder)
      await store.read()
      writeFileSync(file(folder), JSON.stringify(theirs))
      await t.rejects(store.record('eve@x', RECORD), { code })
      t.same(json(file(folder)), theirs)
    })
  }
  t.test('a first state', async t => {
    const folder = t.testdir()
    const [mine, theirs] = [stateIn(folder), stateIn(folder)]
    await mine.read()
    await theirs.record('bob@x', RECORD)
    await t.rejects(mine.record('eve@x', RECORD), { code: 'state-newer-serial' })
    await mine.read()
    await mine.record('eve@x', RECORD)
    t.match(json(file(folder)), { serial: 2 }, 'once read again, it can be written')
  })
  t.test('another lineage is also seen by a second reading', async t => {
    const folder = t.testdir({ 'guestlist.state.json': JSON.stringify(GOOD) })
    const store = stateIn(folder)
    await store.read()
    writeFileSync(file(folder), JSON.stringify({ ...GOOD, lineage: GOOD.lineage.replace('0', '1') }))
    await t.rejects(store.read(), { code: 'state-other-lineage' })
  })
})

t.test('a backup put back during a run does not lose what the run knows', async t => {
  const folder = t.testdir({ 'guestlist.state.json': JSON.stringify(GOOD) })
  const store = stateIn(folder)
  await store.record('eve@x', RECORD)
  writeFileSync(file(folder), JSON.stringify(GOOD))
  await store.record('mallory@x', RECORD)
  t.match(json(file(folder)), { serial: 5, removals: { 'bob@x': {}, 'eve@x': {}, 'mallory@x': {} } })
})

t.test('a folder that takes no writes', async t => {
  const folder = t.testdir()
  const cannotWrite = { code: 'state-unwritable', message: /Check the folder/ }
  try {
    // Rights do not stop root; the immutable flag does. Where it cannot be set, /proc takes no files from anyone.
    const where = makeImmutable(folder) ? folder : '/proc/self'
    await t.rejects(stateIn(where).checkWritable(), cannotWrite)
    await t.rejects(stateIn(where).lock({ operation: 'x', timeoutMs: 0 }), { code: 'state-unwritable' })
    await t.rejects(stateIn(where, 'deeper/state.json').checkWritable(), {
      code: 'state-unwritable',
      message: /Cannot make the folder/,
    })
    t.equal(existsSync(file(where)), false)
  } finally {
    makeMutable(folder)
  }
  t.same(readdirSync(folder), [])
})

function makeImmutable(folder: string): boolean {
  chmodSync(folder, 0o500)
  try {
    execFileSync('chattr', ['+i', folder], { stdio: 'ignore' })
    return true
  } catch {
    return process.getuid?.() !== 0
  }
}

function makeMutable(folder: string): void {
  try {
    execFileSync('chattr', ['-i', folder], { stdio: 'ignore' })
  } catch {
    // It was never set.
  }
  chmodSync(folder, 0o700)
}

t.test('a full disk: an error, the old state stays, and no temporary file', async t => {
  const folder = t.testdir()
  if (!mountTiny(folder)) {
    t.comment('no right to mount a small file system here; the read-only case stands for it')
    return
  }
  try {
    await fillDisk(t, folder)
  } finally {
    execFileSync('umount', [folder])
  }
})

async function fillDisk(t: Test, folder: string): Promise<void> {
  const store = stateIn(folder)
  await store.record('bob@x', RECORD)
  const before = readFileSync(file(folder))
  const large = { ...RECORD, reason: 'x'.repeat(300_000) }
  await t.rejects(store.record('eve@x', large), { code: 'state-unwritable', message: /no space left/ })
  t.same(readFileSync(file(folder)), before)
  t.same(readdirSync(folder), ['guestlist.state.json'])
  await store.record('eve@x', RECORD)
  t.match(json(file(folder)), { serial: 2 }, 'and the store can still be used')
}

function mountTiny(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

t.test('a temporary file left by a crash is in nobody’s way', async t => {
  const folder = t.testdir({ 'guestlist.state.json': JSON.stringify(GOOD), '.guestlist.0.tmp': '{"half' })
  symlinkSync('/etc/passwd', join(folder, '.guestlist.1.tmp'))
  await stateIn(folder).record('eve@x', RECORD)
  t.match(json(file(folder)), { serial: 4 })
})
