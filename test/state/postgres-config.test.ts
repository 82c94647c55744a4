import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { postgresConfigOf } from '../../src/state/postgres-config.js'
import { openState } from '../../src/state/state-store.js'

const config = (env: NodeJS.ProcessEnv) => postgresConfigOf({ HOME: '/nonexistent', ...env })
const url = (text: string, env: NodeJS.ProcessEnv = {}) => config({ GUESTLIST_STATE_POSTGRES: text, ...env })

t.test('a URL', async t => {
  t.match(url('postgres://gu%40est:s3cr%3Aet@db.example:6543/guests?application_name=robots&connect_timeout=3'), {
    host: 'db.example',
    port: 6543,
    user: 'gu@est',
    password: 's3cr:et',
    database: 'guests',
    applicationName: 'robots',
    connectTimeoutMs: 3000,
    tls: { rejectUnauthorized: true },
    tlsOptional: false,
  })
  t.match(url('postgresql:///guests?host=/var/run/postgresql&user=u'), { host: '/var/run/postgresql', tls: null })
  t.match(url('postgres://u@[::1]/guests'), { host: '::1', tlsOptional: true })
  t.match(url('postgres://u@h/d', { PGPASSWORD: 'p', PGUSER: 'other', PGPORT: '7' }), {
    user: 'u',
    password: 'p',
    port: 7,
  })
})

t.test("libpq's variables", async t => {
  t.match(config({ PGHOST: '127.0.0.1', PGUSER: 'u', PGOPTIONS: '-c search_path=guests', PGAPPNAME: 'a' }), {
    host: '127.0.0.1',
    port: 5432,
    user: 'u',
    database: 'u',
    password: null,
    options: '-c search_path=guests',
    applicationName: 'a',
    tlsOptional: true,
  })
  t.match(config({ PGDATABASE: 'd', PGCONNECT_TIMEOUT: '0', PGTARGETSESSIONATTRS: 'read-write' }), {
    host: 'localhost',
    connectTimeoutMs: 10_000,
  })
})

t.test('sslmode', async t => {
  const root = join(t.testdir({ 'root.crt': '-----BEGIN CERTIFICATE-----' }), 'root.crt')
  const tls = (query: string, host = '127.0.0.1') => url(`postgres://u@${host}/d${query}`).tls
  t.match(tls(''), { rejectUnauthorized: false }, 'prefer on this machine')
  t.match(tls('', 'db.example'), { rejectUnauthorized: true, checkServerIdentity: undefined }, 'verify-full elsewhere')
  t.equal(tls('?sslmode=disable', 'db.example'), null)
  t.match(tls('?sslmode=require'), { rejectUnauthorized: false })
  t.match(tls(`?sslmode=require&sslrootcert=${root}`), {
    rejectUnauthorized: true,
    ca: Buffer.from('-----BEGIN CERTIFICATE-----'),
  })
  t.match(tls('?sslmode=verify-ca'), { rejectUnauthorized: true, checkServerIdentity: Function })
  t.match(tls('?sslmode=verify-full&sslrootcert=system'), { rejectUnauthorized: true, ca: undefined })
})

t.test('~/.pgpass, and PGPASSFILE', async t => {
  const lines = '# mine\nother:*:*:*:no\n127.0.0.1:5432:guests:u:se\\:cr\\\\et\n*:*:*:*:any\n'
  const home = t.testdir({ '.pgpass': lines })
  const file = join(home, '.pgpass')
  const env = { PGHOST: '127.0.0.1', PGUSER: 'u', PGDATABASE: 'guests' }
  t.throws(() => config({ ...env, HOME: home }), { code: 'state-config', message: /others may read it/ })
  writeFileSync(file, lines)
  const { chmodSync } = await import('node:fs')
  chmodSync(file, 0o600)
  t.equal(config({ ...env, HOME: home }).password, 'se:cr\\et')
  t.equal(config({ ...env, PGUSER: 'v', PGPASSFILE: file }).password, 'any')
  t.equal(config({ ...env, HOME: home, PGPASSWORD: 'p' }).password, 'p')
  writeFileSync(file, 'too:short\nlocalhost:5432:guests:u:by socket\n')
  t.equal(config({ ...env, PGHOST: '/run/postgresql', HOME: home }).password, 'by socket', 'a socket is localhost')
  t.equal(config({ ...env, HOME: home }).password, null, 'no line fits')
  t.throws(() => config({ ...env, PGPASSFILE: join(home, 'none') }), { code: 'state-config', message: /no such file/ })
})

t.test('what is not supported or makes no sense is an error, without its password', async t => {
  const cases: Record<string, [NodeJS.ProcessEnv, RegExp]> = {
    'nothing set': [{}, /no connection/],
    'a variable that is not supported': [{ PGHOST: 'h', PGSERVICE: 's' }, /PGSERVICE/],
    'channel binding demanded': [{ PGHOST: 'h', PGCHANNELBINDING: 'require' }, /PGCHANNELBINDING/],
    'several hosts': [{ PGHOST: 'a,b' }, /several hosts/],
    'a port': [{ PGHOST: 'h', PGPORT: '99999' }, /port/],
    'a sslmode': [{ PGHOST: 'h', PGSSLMODE: 'allow' }, /disable, prefer, require, verify-ca, verify-full/],
    'a parameter': [{ GUESTLIST_STATE_POSTGRES: 'postgres://u:topsecret@h/d?sslmod=x' }, /"sslmod"/],
    'a parameter twice': [{ GUESTLIST_STATE_POSTGRES: 'postgres://u:topsecret@h/d?user=v' }, /user twice/],
    'a parameter set to nothing': [
      { GUESTLIST_STATE_POSTGRES: 'postgres://u:topsecret@h/d?sslmode=' },
      /sslmode to nothing/,
    ],
    'a fragment': [{ GUESTLIST_STATE_POSTGRES: 'postgres://u:topsecret@h/d?sslmode=require#x' }, /contains a #/],
    'an authority that is none': [
      {
        GUESTLIST_STATE_POSTGRES: `postgres://u:topsecret@h/d?sslrootcert=${new URL('../../package.json', import.meta.url).pathname}`,
      },
      /package.json, contains no certificate/,
    ],
    'another scheme': [{ GUESTLIST_STATE_POSTGRES: 'mysql://u:topsecret@h/d' }, /not a URL/],
    'no URL': [{ GUESTLIST_STATE_POSTGRES: 'host=h password=topsecret' }, /not a URL/],
    'a bare %': [{ GUESTLIST_STATE_POSTGRES: 'postgres://u:top%secret@h/d' }, /%25/],
    'the system authorities without the name': [
      { PGHOST: 'h', PGSSLMODE: 'verify-ca', PGSSLROOTCERT: 'system' },
      /verify-full/,
    ],
    'a root that is not there': [{ PGHOST: 'h', PGSSLROOTCERT: '/no/root.crt' }, /no such file/],
    'a certificate without its key': [{ PGHOST: 'h', PGSSLCERT: '/a' }, /go together/],
  }
  for (const [name, [env, says]] of Object.entries(cases)) {
    t.test(name, async t => {
      const error = t.throws(() => config(env), { name: 'GuestlistError', code: 'state-config', message: says })
      t.notMatch(String(error), 'secret')
    })
  }
  const options = { apiUrl: 'https://a', cwd: '/', env: { PGHOST: 'h' } }
  t.throws(() => openState({ backend: 'postgres' }, options), { message: /state\.name/ })
})
