import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import {
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import t from 'tap'
import { openState } from '../../src/state/state-store.js'
import { readLock, sweepLeftovers, tryLock } from '../../src/system/lock-file.js'
import { type LockInfo, newLockInfo } from '../../src/system/lock-info.js'
import { bundleWorker, type Worker } from '../helpers/process.js'

const bundle = await bundleWorker('./state-worker.ts')
t.teardown(() => bundle.remove())

const LOCK = '.guestlist.state.json.lock'
/** The number of a process that has ended. */
const GONE = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }))
const info = (operation = 'apply'): LockInfo =>
  newLockInfo({ operation, path: '/x', version: '1', now: new Date('2026-11-02T10:00:00Z') })
const storeIn = (cwd: string) => openState({ backend: 'local' }, { apiUrl: 'https://api.example', cwd, env: {} })

/** A lock whose holder was killed without a chance to give it back. */
async function deadLock(folder: string): Promise<{ worker: Worker; info: LockInfo }> {
  const worker = bundle.start(folder)
  await worker.ask('lock 0')
  await worker.kill('SIGKILL')
  return { worker, info: JSON.parse(readFileSync(join(folder, LOCK), 'utf8')) }
}

t.test('the lock says who holds it, and nothing is left after it', async t => {
  const folder = t.testdir()
  const store = storeIn(folder)
  const lock = await store.lock({ operation: 'apply', timeoutMs: 0 })
  t.match(JSON.parse(readFileSync(join(folder, LOCK), 'utf8')), {
    ID: lock.info.ID,
    Operation: 'apply',
    Who: new RegExp(`@${hostname()}$`),
    Host: hostname(),
    PID: process.pid,
    Path: join(folder, 'guestlist.state.json'),
  })
  t.same(readdirSync(folder), [LOCK])
  await lock.release()
  await lock.release()
  t.same(readdirSync(folder), [])
})

t.test('a held lock is an error that names its holder and the way out', async t => {
  const folder = t.testdir()
  const holder = bundle.start(folder)
  t.teardown(() => holder.end())
  t.equal(await holder.ask('lock 0'), 'locked')
  const waited: LockInfo[] = []
  const request = { operation: 'apply', timeoutMs: 1000, onWait: (who: LockInfo) => waited.push(who) }
  const error = await storeIn(folder)
    .lock(request)
    .catch(error => error)
  t.equal(error.code, 'state-locked')
  t.match(error.message, new RegExp(`for test, .*pid ${holder.pid}.*guestlist state unlock ${waited[0]?.ID}`))
  t.equal(waited.length, 1, 'told once')
})

t.test('a lock is waited for, and the wait can be interrupted', async t => {
  const folder = t.testdir()
  const holder = bundle.start(folder)
  t.teardown(() => holder.end())
  await holder.ask('lock 0')
  const abort = new AbortController()
  const interrupted = storeIn(folder).lock({
    operation: 'apply',
    timeoutMs: 60_000,
    signal: abort.signal,
    onWait: () => setImmediate(() => abort.abort()),
  })
  await t.rejects(interrupted, { code: 'state-interrupted' })
  await t.rejects(storeIn(folder).lock({ operation: 'x', timeoutMs: 0, signal: abort.signal }), {
    code: 'state-interrupted',
  })
  const waiting = storeIn(folder).lock({ operation: 'apply', timeoutMs: 60_000, onWait: () => holder.send('release') })
  await (await waiting).release()
})

t.test('the lock of a killed process is taken over, and that is said', async t => {
  const folder = t.testdir()
  const dead = await deadLock(folder)
  const from: LockInfo[] = []
  const lock = await storeIn(folder).lock({ operation: 'apply', timeoutMs: 0, onTakeover: who => from.push(who) })
  t.same(from, [dead.info])
  t.same(readdirSync(folder), [LOCK])
  t.equal((await readLock(join(folder, LOCK)))?.ID, lock.info.ID)
  await lock.release()
})

t.test('a zombie is dead', async t => {
  const folder = t.testdir()
  // `sleep` takes the shell's place and never collects the child that the shell started.
  const script = 'sh -c "echo $$ >&3; exit" & exec sleep 60'
  const pidFile = join(folder, 'pid')
  const parent = spawn('sh', ['-c', script.replace('$$', '\\$\\$')], {
    stdio: ['ignore', 'ignore', 'ignore', openSync(pidFile, 'w')],
  })
  t.teardown(() => parent.kill('SIGKILL'))
  let pid = 0
  while (!(pid > 0 && statState(pid) === 'Z')) {
    await new Promise(resolve => setTimeout(resolve, 5))
    pid = Number(readFileSync(pidFile, 'utf8'))
  }
  const path = join(folder, 'lock')
  writeFileSync(path, JSON.stringify({ ...info(), PID: pid, Started: '' }))
  t.match(await tryLock(path, info()), { kind: 'acquired', tookOverFrom: { PID: pid } })
})

function statState(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}

t.test('which locks are taken over', async t => {
  const cases: Record<string, [kind: 'acquired' | 'held', theirs: Partial<LockInfo>]> = {
    'of a live process': ['held', {}],
    'of an ended one': ['acquired', { PID: GONE }],
    'of an ended one on another host': ['held', { PID: GONE, Host: 'elsewhere' }],
    'of an ended one in another process namespace': ['held', { PID: GONE, Machine: 'other' }],
    'of a process that had the number before': ['acquired', { Started: 'another-boot:1' }],
    'of a live process whose start is not known': ['held', { Started: '' }],
    'of a process that may not be signalled': ['held', { PID: 1, Started: '' }],
    'without a number': ['held', { PID: 0 }],
  }
  for (const [name, [kind, theirs]] of Object.entries(cases)) {
    t.test(name, async t => {
      const path = join(t.testdir(), 'lock')
      writeFileSync(path, JSON.stringify({ ...info(), ...theirs }))
      t.equal((await tryLock(path, info())).kind, kind)
    })
  }
})

t.test('what is no lock is held by somebody unknown', async t => {
  const cases: Record<string, (path: string, folder: string) => unknown> = {
    'an empty file': path => writeFileSync(path, ''),
    'half a lock': path => writeFileSync(path, JSON.stringify(info()).slice(0, 40)),
    'another JSON': path => writeFileSync(path, '[1]'),
    null: path => writeFileSync(path, 'null'),
    'a planted link': (path, folder) => {
      writeFileSync(join(folder, 'target'), JSON.stringify({ ...info(), PID: 999_999_999 }))
      symlinkSync('target', path)
    },
    'a pipe': path => execFileSync('mkfifo', [path]),
    'a folder': path => execFileSync('mkdir', [path]),
  }
  for (const [name, make] of Object.entries(cases)) {
    t.test(name, async t => {
      const folder = t.testdir()
      make(join(folder, LOCK), folder)
      await t.rejects(storeIn(folder).lock({ operation: 'x', timeoutMs: 0 }), {
        code: 'state-locked',
        message: new RegExp(`somebody unknown.*remove its lock by hand: ${join(realpathSync(folder), LOCK)}$`),
      })
    })
  }
})

t.test('of many processes that want the lock one at a time has it, and no write is lost', async t => {
  const folder = t.testdir()
  const [processes, rounds] = [5, 6]
  const workers = Array.from({ length: processes }, () => bundle.start(folder))
  t.teardown(() => Promise.all(workers.map(worker => worker.end())))
  const answers = await Promise.all(
    workers.map(async worker => {
      const seen: string[] = []
      for (let round = 0; round < rounds; round++) seen.push(await worker.ask(`hold 60000 ${join(folder, 'alone')}`))
      return seen
    }),
  )
  t.same(answers.flat(), Array(processes * rounds).fill('locked'))
  const state = JSON.parse(readFileSync(join(folder, 'guestlist.state.json'), 'utf8'))
  t.equal(Object.keys(state.removals).length, processes * rounds)
  t.equal(state.serial, processes * rounds)
  t.same(readdirSync(folder), ['guestlist.state.json'])
})

t.test('of two that find the same dead lock one takes it over', async t => {
  const folder = t.testdir()
  const workers = Array.from({ length: 3 }, () => bundle.start(folder))
  t.teardown(() => Promise.all(workers.map(worker => worker.end())))
  await Promise.all(workers.map(worker => worker.ask('read')))
  for (let round = 0; round < 20; round++) {
    writeFileSync(join(folder, LOCK), JSON.stringify({ ...info(), PID: GONE }))
    const answers = await Promise.all(workers.map(worker => worker.ask('lock 0')))
    const won = answers.filter(answer => answer === `locked from ${GONE}`)
    t.equal(won.length, 1)
    t.equal(answers.filter(answer => answer.startsWith('error state-locked')).length, workers.length - 1)
    await Promise.all(workers.map(worker => worker.ask('release')))
    t.equal(existsSync(join(folder, LOCK)), false)
  }
  t.same(readdirSync(folder), [], 'no claims are left')
})

t.test('a crash in the middle of a takeover', async t => {
  const dead = (): LockInfo => ({ ...info(), PID: GONE })
  const claimOf = (path: string, holder: LockInfo): string =>
    `${path}.${createHash('sha256').update(holder.ID).digest('hex').slice(0, 16)}`
  t.test('after the claim: the claim is taken over too', async t => {
    const path = join(t.testdir(), 'lock')
    const [first, second] = [dead(), dead()]
    writeFileSync(path, JSON.stringify(first))
    writeFileSync(claimOf(path, first), JSON.stringify(second))
    t.match(await tryLock(path, info()), { kind: 'acquired', tookOverFrom: { ID: first.ID } })
    t.same(readdirSync(join(path, '..')), ['lock'])
  })
  t.test('a live claimer is waited for', async t => {
    const path = join(t.testdir(), 'lock')
    const first = dead()
    writeFileSync(path, JSON.stringify(first))
    const claimer = info('takeover')
    writeFileSync(claimOf(path, first), JSON.stringify(claimer))
    t.match(await tryLock(path, info()), { kind: 'held', holder: { ID: claimer.ID } })
  })
  t.test('a temporary file of a killed process is in nobody’s way', async t => {
    const folder = t.testdir({ 'lock.0b5cbb0a': '{"half' })
    linkSync(join(folder, 'lock.0b5cbb0a'), join(folder, 'lock.1'))
    t.match(await tryLock(join(folder, 'lock'), info()), { kind: 'acquired' })
  })
})

t.test('unlocking by force', async t => {
  t.test('the right id: the holder can then no longer write, nor remove the next lock', async t => {
    const folder = t.testdir()
    const holder = bundle.start(folder)
    t.teardown(() => holder.end())
    await holder.ask('lock 0')
    const { ID } = JSON.parse(readFileSync(join(folder, LOCK), 'utf8'))
    const store = storeIn(folder)
    t.match(await store.unlock(ID), { ID, PID: holder.pid })
    t.match(await holder.ask('record bob@x'), /^error state-lock-lost/)
    const lock = await store.lock({ operation: 'apply', timeoutMs: 0 })
    t.match(await holder.ask('record bob@x'), /^error state-lock-lost/)
    t.equal(await holder.ask('release'), 'done')
    t.equal((await readLock(join(folder, LOCK)))?.ID, lock.info.ID)
    await lock.release()
    t.same(readdirSync(folder), [])
  })
  t.test('in one process too', async t => {
    const folder = t.testdir()
    const [store, other] = [storeIn(folder), storeIn(folder)]
    const lock = await store.lock({ operation: 'apply', timeoutMs: 0 })
    await other.unlock(lock.info.ID)
    await t.rejects(store.checkWritable(), { code: 'state-lock-lost', message: /Nothing was written/ })
    await lock.release()
    t.same(readdirSync(folder), [])
    await store.checkWritable()
  })
  t.test('another id, or no lock', async t => {
    const folder = t.testdir()
    const store = storeIn(folder)
    await t.rejects(store.unlock('x'), { code: 'state-lock-mismatch', message: /not locked/ })
    const lock = await store.lock({ operation: 'apply', timeoutMs: 0 })
    await t.rejects(store.unlock('x'), { code: 'state-lock-mismatch', message: new RegExp(lock.info.ID) })
    await t.rejects(store.unlock(''), { code: 'state-lock-mismatch' })
    await lock.release()
  })
})

t.test('a killed writer loses at most the write in flight', async t => {
  const folder = t.testdir()
  for (let round = 0; round < 3; round++) {
    const writer = bundle.start(folder)
    await writer.ask('lock 60000')
    await writer.ask(`record a${round}@x`)
    writer.send(`record b${round}@x`)
    await new Promise(resolve => setTimeout(resolve, round))
    await writer.kill('SIGKILL')
  }
  const removals = await storeIn(folder).read()
  for (let round = 0; round < 3; round++) t.ok(removals.has(`a${round}@x`))
})

t.test('issue 12.16: what killed processes left beside a lock is cleaned, what others hold is not', async t => {
  const folder = t.testdir()
  const lock = join(folder, '.audit.jsonl.lock')
  const [dead, alive] = [{ ...info(), PID: GONE }, info()]
  const leftovers = [`${lock}.${randomUUID()}`, `${lock}.0123456789abcdef`, `${lock}.0123456789abcdef.fedcba9876543210`]
  for (const path of leftovers) writeFileSync(path, JSON.stringify(dead))
  const kept = [`${lock}.${randomUUID()}`, `${lock}.aaaaaaaaaaaaaaaa`, `${lock}.note`, `${lock}.${randomUUID()}`]
  for (const path of kept) writeFileSync(path, JSON.stringify(alive))
  writeFileSync(kept[3] ?? '', 'half of a lo')
  await sweepLeftovers(lock, info())
  t.same(readdirSync(folder).sort(), kept.map(path => basename(path)).sort())
})
