import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { StateConfig } from '../../src/model/manifest.js'
import type { RemovalRecord } from '../../src/model/removal-record.js'
import { openState, type StateStore } from '../../src/state/state-store.js'
import { systemClock } from '../../src/system/clock.js'
import { startHttpStateServer } from '../helpers/http-state-server.js'
import { startPostgres } from '../helpers/postgres.js'

/* What holds of a state wherever it is kept: one table of cases, over every backend. */

const API = 'https://api.example'
const RECORD: RemovalRecord = {
  outcome: 'removed',
  at: '2026-11-02T09:30:00.000Z',
  reason: 'left',
  accepted_invitations: [4, 7],
  plan_digest: 'sha256:00',
}
const GOOD = {
  version: 1,
  serial: 3,
  lineage: '0b5cbb0a-7c3c-4b53-9d5c-1d8e0b8a4e57',
  api_url: API,
  removals: { 'bob@x': RECORD },
}
type Json = Readonly<Record<string, unknown>>

interface Place {
  open(apiUrl?: string): StateStore
  /** The document that is there; null where there is none. */
  there(): Promise<Json | null>
  /** As somebody else would write it. */
  put(document: Json): Promise<void>
}

const at = (config: StateConfig, env: NodeJS.ProcessEnv, cwd = '/') => ({
  open: (apiUrl = API) =>
    openState(config, { apiUrl, cwd, env, clock: { ...systemClock, now: () => Date.UTC(2026, 10, 2, 10) } }),
})

async function local(t: Test): Promise<Place> {
  const folder = t.testdir()
  const file = join(folder, 'guestlist.state.json')
  return {
    ...at({ backend: 'local' }, {}, folder),
    there: async () => JSON.parse(readFileSync(file, 'utf8')),
    put: async document => writeFileSync(file, JSON.stringify(document)),
  }
}

async function http(t: Test): Promise<Place> {
  const server = await startHttpStateServer()
  t.teardown(() => server.close())
  return {
    ...at(
      { backend: 'http', address: server.address, lockAddress: server.lockAddress },
      { TF_HTTP_RETRY_WAIT_MIN: '0' },
    ),
    there: async () => (server.state === null ? null : JSON.parse(String(server.state))),
    async put(document) {
      server.state = JSON.stringify(document)
    },
  }
}

const server = await startPostgres(t)

async function postgres(): Promise<Place> {
  if (server === null) throw new Error('there is no PostgreSQL')
  const env = await server.database()
  const place = at({ backend: 'postgres', name: 'acme' }, env)
  return {
    ...place,
    there: async () => (await server.sql('SELECT document FROM guestlist_state', env.PGDATABASE)).rows[0]?.document,
    async put(document) {
      const lock = await place.open().lock({ operation: 'put', timeoutMs: 0 })
      await lock.release()
      const serial = Number.isSafeInteger(document.serial) ? Number(document.serial) : 0
      const text = JSON.stringify(document).replaceAll("'", "''")
      const lineage = typeof document.lineage === 'string' ? document.lineage.replaceAll("'", "''") : ''
      await server.sql(
        `UPDATE guestlist_state SET document = '${text}'::jsonb, serial = ${serial}, lineage = '${lineage}'`,
        env.PGDATABASE,
      )
    },
  }
}

const withRemoval = (changes: Json): Json => ({ ...GOOD, removals: { 'bob@x': { ...RECORD, ...changes } } })

/** What cannot be used: it is an error, and left as it is. */
const UNUSABLE: Readonly<Record<string, readonly [code: string, document: Json, says: RegExp]>> = {
  'a serial below 0': ['state-broken', { ...GOOD, serial: -1 }, /serial/],
  'the last serial there is': [
    'state-broken',
    { ...GOOD, serial: Number.MAX_SAFE_INTEGER },
    /there are too few numbers left/,
  ],
  'a serial that is a string': ['state-broken', { ...GOOD, serial: '3' }, /serial/],
  'an empty lineage': ['state-broken', { ...GOOD, lineage: '' }, /lineage/],
  'version 0': ['state-broken', { ...GOOD, version: 0 }, /version/],
  'a bad record': ['state-broken', { ...GOOD, removals: { 'bob@x': { outcome: 'gone' } } }, /bob@x/],
  'removals as a list': ['state-broken', { ...GOOD, removals: [RECORD] }, /removals/],
  'two spellings of an address': [
    'state-broken',
    { ...GOOD, removals: { 'Bob@x': RECORD, 'bob@x ': RECORD } },
    /"bob@x"/,
  ],
  'a time without a zone': ['state-broken', withRemoval({ at: '2026-11-02T09:30:00' }), /bob@x\/at/],
  'no accepted invitations': ['state-broken', withRemoval({ accepted_invitations: undefined }), /accepted_invitations/],
  'version 2': ['state-newer', { ...GOOD, version: 2 }, /newer guestlist/],
  'another API': ['state-other-api', { ...GOOD, api_url: 'https://other.example' }, /other\.example/],
}

const lockNow = (store: StateStore) => store.lock({ operation: 'apply', timeoutMs: 0 })

const CASES: Readonly<Record<string, (t: Test, place: Place) => Promise<unknown>>> = {
  async 'no state is empty, and a record is read again by others'(t, { open, there }) {
    t.equal((await open().read()).size, 0)
    await open().record(' Bob@ACME.example ', RECORD)
    t.match(await there(), { version: 1, serial: 1, api_url: API, removals: { 'bob@acme.example': RECORD } })
    t.same([...(await open().read())], [['bob@acme.example', RECORD]])
  },
  async 'the serial grows with each write, the lineage stays'(t, { open, there }) {
    const store = open()
    await store.checkWritable()
    const lineage = (await there())?.lineage
    await Promise.all([store.record('a@x', RECORD), store.record('b@x', RECORD), store.checkWritable()])
    await open().record('c@x', RECORD)
    t.match(await there(), { serial: 5, lineage, removals: { 'a@x': RECORD, 'b@x': RECORD, 'c@x': RECORD } })
  },
  async 'forget says what was known, and writes only if something was'(t, { open, there }) {
    const store = open()
    await store.record('bob@x', RECORD)
    t.same(await store.forget(['BOB@x', 'bob@x', 'eve@x']), ['bob@x'])
    t.same(await store.forget(['bob@x']), [])
    t.match(await there(), { serial: 2, removals: {} })
  },
  async 'keys that reach prototypes elsewhere, and text of any alphabet'(t, { open }) {
    const keys = ['__proto__', 'constructor', 'zoé@bücher.example', "o'brien@x", 'a"b\\c@x']
    const record = { ...RECORD, reason: 'left — "gone" \\ \u{1f44b} \u2028' }
    const store = open()
    for (const key of keys) await store.record(key, record)
    t.same([...(await open().read())].sort(), keys.map(key => [key, record]).sort())
  },
  async 'what others wrote by the same names is read, and made canonical by the next write'(t, { open, there, put }) {
    await put({ ...GOOD, serial: 8, resources: [], removals: { ' Bob@x ': { ...RECORD, by: 'ops' } } })
    t.same([...(await open().read())], [['bob@x', RECORD]])
    await open().checkWritable()
    t.strictSame(await there(), { ...GOOD, serial: 9 })
  },
  async 'an API address is the same in another spelling'(t, { open, put }) {
    await put(GOOD)
    t.equal((await open('https://API.example:443/').read()).size, 1)
  },
  async 'a state that somebody else wrote meanwhile is not overwritten'(t, { open, there, put }) {
    const theirs: Readonly<Record<string, readonly [code: string, document: Json]>> = {
      'a newer serial': ['state-newer-serial', { ...GOOD, serial: 4 }],
      'another lineage': ['state-other-lineage', { ...GOOD, lineage: GOOD.lineage.replace('0', '1') }],
    }
    for (const [name, [code, document]] of Object.entries(theirs)) {
      await put(GOOD)
      const store = open()
      await store.read()
      await put(document)
      await t.rejects(store.record('eve@x', RECORD), { code }, name)
      t.same(await there(), document, name)
    }
  },
  async 'one lock: who has it is told, waited for, and unlocked by its id alone'(t, { open, there }) {
    const theirs = await lockNow(open())
    await t.rejects(lockNow(open()), {
      code: 'state-locked',
      message: new RegExp(`${theirs.info.Who}.*${theirs.info.ID}`),
    })
    const waited = await open().lock({ operation: 'apply', timeoutMs: 30_000, onWait: () => theirs.release() })
    await t.rejects(open().unlock('x'), { code: 'state-lock-mismatch', message: new RegExp(waited.info.ID) })
    await open().unlock(waited.info.ID)
    await waited.release().catch(() => undefined)
    const last = open()
    const lock = await lockNow(last)
    await last.record('bob@x', RECORD)
    await lock.release()
    t.match(await there(), { serial: 1 })
    await t.rejects(open().unlock(lock.info.ID), { code: 'state-lock-mismatch', message: /not locked/ })
  },
  async 'waiting for a lock ends at the signal'(t, { open }) {
    const theirs = await lockNow(open())
    const stop = new AbortController()
    const onWait = () => stop.abort()
    const waiting = open().lock({ operation: 'apply', timeoutMs: 30_000, signal: stop.signal, onWait })
    await t.rejects(waiting, { code: 'state-interrupted' })
    await theirs.release()
  },
}

const BACKENDS = { local, http, ...(server === null ? {} : { postgres }) }

for (const [backend, placeOf] of Object.entries(BACKENDS)) {
  for (const [name, run] of Object.entries(CASES)) {
    t.test(`${backend}: ${name}`, async t => run(t, await placeOf(t)))
  }
  for (const [name, [code, document, says]] of Object.entries(UNUSABLE)) {
    t.test(`${backend}: ${name} is an error, and is left as it is`, async t => {
      const { open, there, put } = await placeOf(t)
      await put(document)
      const before = await there()
      await t.rejects(open().read(), { name: 'GuestlistError', code, message: says })
      await t.rejects(open().record('eve@x', RECORD), { code })
      await t.rejects(open().checkWritable(), { code })
      t.same(await there(), before)
    })
  }
}
