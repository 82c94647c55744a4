import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { RemovalRecord } from '../../src/model/removal-record.js'
import { postgresConfigOf } from '../../src/state/postgres-config.js'
import { openSession } from '../../src/state/postgres-session.js'
import { openState, type StateStore } from '../../src/state/state-store.js'
import { type PgEnv, startPgBouncer, startPostgres, startSilentProxy } from '../helpers/postgres.js'

const API = 'https://api.example'
const RECORD: RemovalRecord = {
  outcome: 'removed',
  at: '2026-11-02T09:30:00.000Z',
  reason: null,
  accepted_invitations: [4],
  plan_digest: 'sha256:00',
}

const stateAt = (env: PgEnv, { name = 'acme', apiUrl = API } = {}): StateStore =>
  openState({ backend: 'postgres', name }, { apiUrl, cwd: '/', env })
const lockNow = (store: StateStore) => store.lock({ operation: 'apply', timeoutMs: 0 })
const aborted = (signal: AbortSignal) =>
  signal.aborted ? undefined : new Promise(resolve => signal.addEventListener('abort', resolve))

const postgres = await startPostgres(t)

if (postgres !== null) {
  t.test('a run: lock, read, write, release', async t => {
    const env = await postgres.database()
    const store = stateAt(env)
    t.equal(store.description, `postgres://127.0.0.1:${postgres.port}/${env.PGDATABASE}#acme`)
    t.equal((await store.read()).size, 0, 'a database without the table is a state that is not there yet')
    const lock = await lockNow(store)
    t.equal((await store.read()).size, 0)
    await store.checkWritable()
    await store.record('bob@x', RECORD)
    const row = async () => (await postgres.sql('SELECT * FROM guestlist_state', env.PGDATABASE)).rows
    t.match(await row(), [
      { name: 'acme', serial: '2', lineage: /^[\w-]{36}$/, document: { serial: 2, removals: { 'bob@x': RECORD } } },
    ])
    t.match((await row())[0].lock, { ID: lock.info.ID, Operation: 'apply', Path: store.description })
    await lock.release()
    await lock.release()
    t.equal((await row())[0].lock, null)
    t.same([...(await stateAt(env).read())], [['bob@x', RECORD]])
    t.equal((await stateAt(env, { name: 'other' }).read()).size, 0)
  })

  t.test('what keeps a role from writing shows without a write', async t => {
    const env = await postgres.database()
    const sql = (text: string) => postgres.sql(text, env.PGDATABASE)
    t.equal(await stateAt(env).whyUnwritable(), null, 'the table can be made')
    t.equal(await stateAt(env).whyUnwritable(), null, 'and was not')
    await stateAt(env).checkWritable()
    t.equal(await stateAt(env).whyUnwritable(), null)
    await sql(`CREATE ROLE looker LOGIN PASSWORD 'looker'; GRANT SELECT ON guestlist_state TO looker`)
    const looker = { ...env, PGUSER: 'looker', PGPASSWORD: 'looker' }
    t.match(await stateAt(looker).whyUnwritable(), /the role may not write the table guestlist_state/)
    await sql(`ALTER DATABASE "${env.PGDATABASE}" SET default_transaction_read_only = on`)
    t.match(await stateAt(env).whyUnwritable(), /accepts no writes/)
  })

  t.test('a write without a lock, as of --no-lock', async t => {
    const env = await postgres.database()
    await stateAt(env).record('bob@x', RECORD)
    t.same(await stateAt(env).forget(['bob@x']), ['bob@x'])
    const lock = await lockNow(stateAt(env))
    await t.rejects(stateAt(env).checkWritable(), { code: 'state-locked', message: /by somebody else/ })
    await lock.release()
  })

  t.test('who holds the lock is told without taking it, and not of a holder whose connection has ended', async t => {
    const env = await postgres.database()
    const store = stateAt(env)
    t.equal(await store.holder(), null, 'there is no table yet')
    const lock = await lockNow(stateAt(env))
    t.match(await store.holder(), { ID: lock.info.ID, Operation: 'apply' })
    await lock.release()
    t.equal(await store.holder(), null, 'released')
    const dead = await lockNow(stateAt(env))
    const gone = aborted(dead.lost)
    await postgres.sql(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`, env.PGDATABASE)
    await gone
    t.equal(await store.holder(), null, 'its connection is gone')
    await dead.release()
  })

  t.test('a lock that somebody else holds', async t => {
    const env = await postgres.database()
    const theirs = await lockNow(stateAt(env))
    await t.rejects(lockNow(stateAt(env)), {
      code: 'state-locked',
      message: new RegExp(`${theirs.info.Who}.*${theirs.info.ID}`),
    })
    t.ok(await lockNow(stateAt(env, { name: 'other' })).then(lock => lock.release().then(() => true)), 'names apart')
    const waited = await stateAt(env).lock({ operation: 'apply', timeoutMs: 20_000, onWait: () => theirs.release() })
    await waited.release()
  })

  t.test('a holder whose connection ends: its lock ends, it knows, and what it would write is refused', async t => {
    const env = await postgres.database()
    const store = stateAt(env)
    const lock = await lockNow(store)
    await store.record('bob@x', RECORD)
    await postgres.sql(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`, env.PGDATABASE)
    const [, next] = await Promise.all([
      aborted(lock.lost),
      stateAt(env).lock({ operation: 'apply', timeoutMs: 30_000 }),
    ])
    t.match(lock.lost.reason, { code: 'state-lock-lost', message: /administrator/ })
    t.equal(lock.isHeld(), false)
    await t.rejects(store.record('eve@x', RECORD), { code: 'state-lock-lost' })
    await lock.release()
    await stateAt(env).read()
    t.ok(next.isHeld(), 'releasing a lost lock leaves the next one alone')
    await next.release()
  })

  t.test('unlocking by force ends the connection of the holder', async t => {
    const env = await postgres.database()
    await t.rejects(stateAt(env).unlock('x'), { code: 'state-lock-mismatch', message: /not locked/ })
    const lock = await lockNow(stateAt(env))
    await t.rejects(stateAt(env).unlock('x'), { code: 'state-lock-mismatch', message: new RegExp(lock.info.ID) })
    t.match(await stateAt(env).unlock(lock.info.ID), { ID: lock.info.ID })
    await aborted(lock.lost)
    t.equal(lock.isHeld(), false)
    await (await lockNow(stateAt(env))).release()
  })

  t.test('a newer serial is not overwritten, nor another lineage, nor the state of another API', async t => {
    const env = await postgres.database()
    const store = stateAt(env)
    await store.checkWritable()
    await stateAt(env).checkWritable()
    await t.rejects(store.checkWritable(), { code: 'state-newer-serial' })
    await t.rejects(stateAt(env, { apiUrl: 'https://other.example' }).read(), { code: 'state-other-api' })
    const third = stateAt(env)
    await third.read()
    await postgres.sql(
      `UPDATE guestlist_state SET lineage = 'z', document = jsonb_set(document, '{lineage}', '"z"')`,
      env.PGDATABASE,
    )
    await t.rejects(third.checkWritable(), { code: 'state-other-lineage' })
  })

  t.test('what is in the way has its own message', async t => {
    const env = await postgres.database()
    const secret = 'not-the-password'
    const cases: Record<string, [env: Record<string, string>, code: string, says: RegExp]> = {
      'a server that is down': [{ PGPORT: '1' }, 'state-unreachable', /ECONNREFUSED.*whether the server runs/],
      'a wrong password': [{ PGPASSWORD: secret }, 'state-credentials', /refused the password.*28P01/],
      'no password': [{ PGPASSWORD: '' }, 'state-credentials', /asks for a password|refused the password/],
      'a role that is not there': [{ PGUSER: 'nobody-at-all' }, 'state-credentials', /28P01|28000/],
      'a database that is not there': [{ PGDATABASE: 'nowhere' }, 'state-config', /no such database.*PGDATABASE/],
      'TLS that is not there': [{ PGSSLMODE: 'require' }, 'state-unreachable', /has no TLS/],
      'a name that cannot be resolved': [
        { PGHOST: 'no.such.invalid', PGSSLMODE: 'disable' },
        'state-unreachable',
        /ENOTFOUND|EAI_AGAIN/,
      ],
    }
    for (const [name, [changes, code, says]] of Object.entries(cases)) {
      t.test(name, async t => {
        const error = await stateAt({ ...env, ...changes })
          .read()
          .catch(error => error)
        t.match(error, { name: 'GuestlistError', code, message: says })
        t.notMatch(error.message, secret)
      })
    }
    t.test('a role that may make no table: the statement to run', async t => {
      await postgres.sql(`CREATE ROLE reader LOGIN PASSWORD 'reader'`)
      const reader = { ...env, PGUSER: 'reader', PGPASSWORD: 'reader' }
      t.equal((await stateAt(reader).read()).size, 0)
      await t.rejects(lockNow(stateAt(reader)), {
        code: 'state-credentials',
        message: /42501/,
        advice: /^Have it created:\nCREATE TABLE IF NOT EXISTS guestlist_state/,
      })
      await stateAt(env).checkWritable()
      await t.rejects(lockNow(stateAt(reader)), { code: 'state-credentials', message: /GRANT SELECT, INSERT, UPDATE/ })
    })
    t.test('a server that takes no writes', async t => {
      await postgres.sql(`ALTER DATABASE ${env.PGDATABASE} SET default_transaction_read_only = on`)
      await t.rejects(lockNow(stateAt(env)), { code: 'state-unwritable', message: /primary/ })
    })
    t.test('a table of another shape', async t => {
      const other = await postgres.database()
      await postgres.sql(
        'CREATE TABLE guestlist_state (name text primary key); GRANT ALL ON guestlist_state TO public',
        other.PGDATABASE,
      )
      await t.rejects(stateAt(other).read(), { code: 'state-broken', message: /not as guestlist creates it/ })
    })
  })

  t.test('many at once make the table, and only one has the lock', async t => {
    const env = await postgres.database()
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockNow(stateAt(env))))
    const got = results.filter(result => result.status === 'fulfilled')
    t.equal(got.length, 1)
    for (const result of results) if (result.status === 'rejected') t.match(result.reason, { code: 'state-locked' })
    for (const { value } of got) await value.release()
  })

  t.test('a server that hangs keeps nobody who only takes leave', async t => {
    const session = await openSession(postgresConfigOf(await postgres.database()), 'here')
    process.kill(session.announcedPid, 'SIGSTOP')
    t.teardown(() => process.kill(session.announcedPid, 'SIGCONT'))
    const began = performance.now()
    await session.close()
    t.ok(performance.now() - began < 30_000, 'long before it would answer')
  })

  t.test('two databases of one server: a state of the same name is another one, with a lock of its own', async t => {
    const [here, there] = [stateAt(await postgres.database()), stateAt(await postgres.database())]
    const [one, other] = [await lockNow(here), await lockNow(there)]
    await here.record('bob@left.example', RECORD)
    t.equal((await there.read()).size, 0)
    t.equal((await here.read()).size, 1)
    await Promise.all([one.release(), other.release()])
  })

  t.test('a silent partition: the holder stops within 3 s, and the other begins only after that', async t => {
    const env = await postgres.database()
    const proxy = await startSilentProxy(t, postgres.port)
    const lock = await lockNow(stateAt({ ...env, PGPORT: String(proxy.port) }))
    await sleep(1_200)
    proxy.freeze()
    const cut = performance.now()
    const stopped = Promise.resolve(aborted(lock.lost)).then(() => performance.now() - cut)
    // By a timer of this process, which is as late as the holder's own where the machine is busy.
    const first = Promise.race([stopped.then(() => 'the holder'), sleep(3_200, 'the timer')])
    const begun = stateAt(env)
      .lock({ operation: 'apply', timeoutMs: 30_000 })
      .then(async next => {
        const at = performance.now() - cut
        await next.release()
        return at
      })
    const [stop, begin] = [await stopped, await begun]
    t.equal(await first, 'the holder', `stopped after ${Math.round(stop)} ms`)
    t.equal(lock.isHeld(), false)
    t.ok(begin > stop && begin > 8_000, `the other began after ${Math.round(begin)} ms`)
    await lock.release()
  })

  t.test('PgBouncer in transaction mode is refused, with the reason; in session mode it works', async t => {
    const env = await postgres.database()
    const transaction = await startPgBouncer(t, env, 'transaction')
    if (transaction === null) return
    await t.rejects(lockNow(stateAt(transaction)), {
      code: 'state-lock-unsupported',
      message: /PgBouncer.*transaction mode/,
    })
    t.equal((await stateAt(transaction).read()).size, 0, 'reading needs no lock')
    const session = await startPgBouncer(t, env, 'session')
    if (session === null) return
    const store = stateAt(session)
    const lock = await lockNow(store)
    await t.rejects(lockNow(stateAt(env)), { code: 'state-locked' })
    await t.rejects(lockNow(stateAt(session)), { code: 'state-locked' })
    await store.record('bob@x', RECORD)
    await sleep(1_200)
    t.ok(lock.isHeld())
    await lock.release()
  })
}
