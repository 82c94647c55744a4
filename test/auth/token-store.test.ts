import { existsSync } from 'node:fs'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type StoredLogin, tokenStore } from '../../src/auth/token-store.js'
import { type LockInfo, newLockInfo } from '../../src/system/lock-info.js'

const login: StoredLogin = {
  issuer: 'https://iam.example',
  apiUrl: 'https://api.example',
  clientId: 'cli',
  accessToken: 'access',
  refreshToken: 'refresh',
  expiresAt: 1,
  obtainedAt: 0,
  scope: null,
}

const storeIn = async (t: Test) => {
  const folder = join(t.testdir(), 'made', 'when needed')
  return { folder, store: await tokenStore({ GUESTLIST_CONFIG_DIR: folder }, 2000) }
}

t.test('what is written is read, by its owner alone, and nothing else is left behind', async t => {
  const { folder, store } = await storeIn(t)
  t.strictSame(await store.read(), [])
  await store.update(async logins => [...logins, login])
  t.strictSame(await store.read(), [login])
  t.strictSame(await readdir(folder), ['logins.json'])
  t.equal((await stat(store.path)).mode & 0o777, 0o600)
  t.equal((await stat(folder)).mode & 0o777, 0o700)
  await chmod(store.path, 0o644)
  await store.update(async logins => logins)
  t.equal((await stat(store.path)).mode & 0o777, 0o600, 'a loose mode is tightened')
  await store.update(async () => [])
  t.strictSame(await readdir(folder), [], 'the last login takes the file with it')
})

t.test('updates at the same time all count', async t => {
  const { store } = await storeIn(t)
  const names = Array.from({ length: 8 }, (_, at) => `cli${at}`)
  await Promise.all(names.map(clientId => store.update(async logins => [...logins, { ...login, clientId }])))
  t.strictSame((await store.read()).map(each => each.clientId).sort(), names)
})

t.test('a change that fails leaves the file as it was, and the lock free', async t => {
  const { folder, store } = await storeIn(t)
  await store.update(async () => [login])
  await t.rejects(
    store.update(() => Promise.reject(new Error('no'))),
    { message: 'no' },
  )
  t.strictSame(await store.read(), [login])
  t.strictSame(await readdir(folder), ['logins.json'])
})

t.test('a file that is not ours is neither used, quoted nor overwritten', async t => {
  const cases: [string, string][] = [
    ['not JSON', 'refresh: s3cret'],
    ['a newer version', '{"version": 2, "logins": [], "x": "s3cret"}'],
    ['no list', '{"version": 1, "logins": "s3cret"}'],
    ['a login without tokens', '{"version": 1, "logins": [{"issuer": "s3cret"}]}'],
    ['null', 'null'],
  ]
  for (const [name, text] of cases) {
    const { store } = await storeIn(t)
    await store.update(async () => [login])
    await writeFile(store.path, text)
    const error: unknown = await store.read().catch(cause => cause)
    t.match(error, { kind: 'credentials', message: /is not as guestlist writes it/ }, name)
    t.notMatch(String(error), 's3cret', name)
    await t.rejects(store.update(async () => [login]))
    t.equal(await readFile(store.path, 'utf8'), text, name)
  }
})

t.test('a folder that cannot be made is an error, and soon', { timeout: 60_000 }, async t => {
  const store = await tokenStore({ GUESTLIST_CONFIG_DIR: '/proc/nope/guestlist' }, 2000)
  t.strictSame(await store.read(), [])
  await t.rejects(
    store.update(async () => [login]),
    { kind: 'credentials', message: /cannot be written \((no folder can be made in \/proc|E[A-Z]+)\)/ },
  )
})

/** As a process with this number on this host, or another, would hold it. */
const heldBy = (path: string, fields: Partial<LockInfo>): string =>
  JSON.stringify({ ...newLockInfo({ operation: 'login', path, version: '', now: new Date() }), ...fields })

t.test('the lock of a dead process is taken over; of a living one it is waited for', async t => {
  const { store } = await storeIn(t)
  await store.update(async () => [login])
  const lock = `${store.path}.lock`
  await writeFile(lock, heldBy(lock, { PID: 2 ** 30 }))
  await store.update(async logins => [...logins, login])
  t.equal((await store.read()).length, 2, 'dead')
  await writeFile(lock, heldBy(lock, { Host: 'elsewhere', Created: '1970-01-01T00:00:00Z' }))
  await store.update(async logins => logins)
  const quick = await tokenStore({ GUESTLIST_CONFIG_DIR: join(store.path, '..') }, 100)
  const soon = new Date(Date.now() + 60_000).toISOString()
  for (const living of [heldBy(lock, { ID: 'x' }), heldBy(lock, { ID: 'x', Host: 'elsewhere', Created: soon })]) {
    await writeFile(lock, living)
    await t.rejects(
      quick.update(async logins => logins),
      { kind: 'credentials', message: /does not finish/ },
    )
    t.equal(await readFile(lock, 'utf8'), living, 'it is still theirs')
  }
})

t.test('issue 12.14: between a dead lock and the next there is no moment without any', async t => {
  const { folder, store } = await storeIn(t)
  await store.update(async () => [login])
  const lock = `${store.path}.lock`
  await writeFile(lock, heldBy(lock, { PID: 2 ** 30 }))
  let inside = 0
  let begun = false
  const watched = (async () => {
    let gone = 0
    for (; !begun; await new Promise(setImmediate)) gone += existsSync(lock) ? 0 : 1
    return gone
  })()
  await Promise.all(
    Array.from({ length: 6 }, () =>
      store.update(async logins => {
        begun = true
        t.equal(++inside, 1, 'one at a time')
        t.ok(existsSync(lock))
        await new Promise(resolve => setTimeout(resolve, 5))
        inside--
        return logins
      }),
    ),
  )
  t.equal(await watched, 0, 'looked at all the time')
  t.strictSame(await readdir(folder), ['logins.json'])
})
