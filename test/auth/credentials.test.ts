import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createClient } from '../../src/api/client.js'
import { chooseCredentials } from '../../src/auth/credentials.js'
import type { Env } from '../../src/http/proxy.js'
import { serve } from '../helpers/http.js'

const OPTIONS = { apiUrl: 'https://api.example', timeoutMs: 30_000, allowInsecureHttp: false, version: '9.9.9' }
const NOWHERE = { GUESTLIST_CONFIG_DIR: '/nonexistent' }

const choose = (env: Env) => chooseCredentials({ ...NOWHERE, ...env }, OPTIONS)

async function fileWith(t: Test, name: string, text: string | Buffer): Promise<string> {
  const path = join(t.testdirName, name)
  await writeFile(path, text)
  return path
}

const jwt = `x.${Buffer.from(JSON.stringify({ exp: 1_800_000_000 })).toString('base64url')}.y`

t.test('which credential wins, and what it sends', async t => {
  t.testdir()
  const token = await fileWith(t, 'token', 'token-of-file\n')
  const key = await fileWith(t, 'key', 'key-of-file\r\n')
  const ALL = {
    BIMDATA_ACCESS_TOKEN: 'tok',
    BIMDATA_API_KEY: 'key',
    BIMDATA_CLIENT_ID: 'i',
    BIMDATA_CLIENT_SECRET: 's',
  }
  const cases: [string, Env, string, string, string[]][] = [
    ['a token', { BIMDATA_ACCESS_TOKEN: 'tok' }, 'Bearer tok', 'BIMDATA_ACCESS_TOKEN', []],
    [
      'a token before all',
      ALL,
      'Bearer tok',
      'BIMDATA_ACCESS_TOKEN',
      ['BIMDATA_API_KEY', 'BIMDATA_CLIENT_ID', 'BIMDATA_CLIENT_SECRET'],
    ],
    [
      'a token in a file',
      { BIMDATA_ACCESS_TOKEN_FILE: token },
      'Bearer token-of-file',
      `BIMDATA_ACCESS_TOKEN_FILE (${token})`,
      [],
    ],
    [
      'a file’s token before a key',
      { BIMDATA_ACCESS_TOKEN_FILE: token, BIMDATA_API_KEY: 'key' },
      'Bearer token-of-file',
      `BIMDATA_ACCESS_TOKEN_FILE (${token})`,
      ['BIMDATA_API_KEY'],
    ],
    [
      'the plain one before the file',
      { BIMDATA_ACCESS_TOKEN: 'tok', BIMDATA_ACCESS_TOKEN_FILE: token },
      'Bearer tok',
      'BIMDATA_ACCESS_TOKEN',
      ['BIMDATA_ACCESS_TOKEN_FILE'],
    ],
    [
      'an empty token is none',
      { BIMDATA_ACCESS_TOKEN: '', BIMDATA_API_KEY: 'key' },
      'ApiKey key',
      'BIMDATA_API_KEY',
      [],
    ],
    [
      'a key in a file with CRLF',
      { BIMDATA_API_KEY_FILE: key },
      'ApiKey key-of-file',
      `BIMDATA_API_KEY_FILE (${key})`,
      [],
    ],
    [
      'a key with another word',
      { BIMDATA_API_KEY: 'key', BIMDATA_API_KEY_PREFIX: 'Bearer' },
      'Bearer key',
      'BIMDATA_API_KEY',
      [],
    ],
    ['a bare key', { BIMDATA_API_KEY: 'key', BIMDATA_API_KEY_PREFIX: '' }, 'key', 'BIMDATA_API_KEY', []],
  ]
  for (const [name, env, header, from, shadowed] of cases) {
    const source = await choose(env)
    t.equal((await source.authorization()).reveal(), header, name)
    t.match(source.describe(), { from, shadowed }, name)
    t.strictSame(source.describe().shadowed, shadowed, name)
    t.equal(await source.renew(await source.authorization()), false, name)
  }
  t.equal((await choose({ BIMDATA_ACCESS_TOKEN: jwt })).describe().expiresAt, '2027-01-15T08:00:00.000Z')
  for (const odd of ['a.b.c', 'a.bnVsbA.c', 'opaque'])
    t.equal((await choose({ BIMDATA_ACCESS_TOKEN: odd })).describe().expiresAt, null)
})

t.test('an application’s id and secret may come from files too', async t => {
  t.testdir()
  const source = await choose({
    BIMDATA_CLIENT_ID_FILE: await fileWith(t, 'id', 'app\n'),
    BIMDATA_CLIENT_SECRET_FILE: await fileWith(t, 'secret', 's3cret\n'),
  })
  t.match(source.describe(), { source: 'client credentials', from: /CLIENT_ID_FILE .* \+ BIMDATA_CLIENT_SECRET_FILE/ })
})

t.test('what cannot be used is said, and never shown', async t => {
  t.testdir()
  const empty = await fileWith(t, 'empty', '\n')
  const two = await fileWith(t, 'two', 'hunter2\nhunter2\n')
  const cases: [string, Env, RegExp][] = [
    ['nothing', {}, /no credentials/],
    ['an id alone', { BIMDATA_CLIENT_ID: 'app' }, /BIMDATA_CLIENT_ID is set, BIMDATA_CLIENT_SECRET is not/],
    ['a secret alone', { BIMDATA_CLIENT_SECRET: 'hunter2' }, /BIMDATA_CLIENT_SECRET is set, BIMDATA_CLIENT_ID is not/],
    [
      'no such file',
      { BIMDATA_API_KEY_FILE: '/nonexistent/key' },
      /BIMDATA_API_KEY_FILE \(\/nonexistent\/key\) cannot be read \(ENOENT\)/,
    ],
    ['a folder', { BIMDATA_API_KEY_FILE: t.testdirName }, /cannot be read \(EISDIR\)/],
    ['an empty file', { BIMDATA_API_KEY_FILE: empty }, /is empty/],
    ['two lines', { BIMDATA_API_KEY_FILE: two }, /line break/],
    ['a header in the key', { BIMDATA_API_KEY: 'hunter2\r\nX-Evil: 1' }, /line break/],
    ['a blank', { BIMDATA_API_KEY: ' ' }, /BIMDATA_API_KEY is blank/],
    ['a control character', { BIMDATA_ACCESS_TOKEN: 'hunter2\u0007' }, /control character/],
    ['a DEL', { BIMDATA_CLIENT_ID: 'i', BIMDATA_CLIENT_SECRET: 'hunter2\u007f' }, /control character/],
    ['a bad word', { BIMDATA_API_KEY: 'key', BIMDATA_API_KEY_PREFIX: 'A\nB' }, /BIMDATA_API_KEY_PREFIX/],
  ]
  for (const [name, env, message] of cases) {
    const error: unknown = await choose(env).catch(cause => cause)
    t.match(error, { kind: 'credentials', message, advice: /./ }, name)
    t.notMatch(`${error} ${error instanceof Error ? error.cause : ''}`, 'hunter2', name)
  }
  t.match(
    await choose({}).catch(error => error.advice),
    /ACCESS_TOKEN[\s\S]*API_KEY[\s\S]*CLIENT_SECRET[\s\S]*guestlist login[\s\S]*_FILE/,
  )
})

t.test('a key with accents arrives as UTF-8', async t => {
  const seen: string[] = []
  const apiUrl = await serve(t, (request, response) => {
    seen.push(Buffer.from(request.headers.authorization ?? '', 'latin1').toString('utf8'))
    response.writeHead(204).end()
  })
  const credentials = await choose({ BIMDATA_API_KEY: 'clé-日本' })
  const client = createClient({ ...OPTIONS, apiUrl, credentials, env: {} })
  t.teardown(client.close)
  await client.accept(1)
  await client.removeUser('é@b.example')
  await t.rejects(client.get(1))
  t.strictSame(seen, Array(3).fill('ApiKey clé-日本'))
})
