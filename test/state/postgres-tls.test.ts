import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openState } from '../../src/state/state-store.js'
import { selfSigned } from '../helpers/certificate.js'
import { startPostgres } from '../helpers/postgres.js'

const folder = t.testdir()
const { cert, key } = selfSigned('localhost')
const other = selfSigned('localhost')
const named = selfSigned('db.example')
const files = {
  'server.crt': cert,
  'server.key': key,
  'other.crt': other.cert,
  'named.crt': named.cert,
  'named.key': named.key,
}
for (const [name, text] of Object.entries(files)) {
  writeFileSync(join(folder, name), text)
  if (name.endsWith('.key')) chmodSync(join(folder, name), 0o600)
  if (process.getuid?.() === 0) chownSync(join(folder, name), 65_534, 65_534)
}

const server = (name: string) => ['ssl=on', `ssl_cert_file=${folder}/${name}.crt`, `ssl_key_file=${folder}/${name}.key`]

const postgres = await startPostgres(t, server('server'))
if (postgres !== null) {
  const env = await postgres.database()
  const read = (mode: string, root?: string, host = 'localhost') =>
    openState(
      { backend: 'postgres', name: 'acme' },
      {
        apiUrl: 'https://api.example',
        cwd: '/',
        env: { ...env, PGHOST: host, PGSSLMODE: mode, PGSSLROOTCERT: root && join(folder, root) },
      },
    ).read()

  t.test('what each sslmode takes', async t => {
    for (const mode of ['disable', 'prefer', 'require']) t.equal((await read(mode)).size, 0, mode)
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      t.equal((await read(mode, 'server.crt')).size, 0, `${mode}, the right authority`)
    }
    t.equal((await read('verify-ca', 'server.crt', '127.0.0.1')).size, 0, 'verify-ca does not ask for the name')
  })

  t.test('what each sslmode refuses', async t => {
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      await t.rejects(
        read(mode, 'other.crt'),
        { code: 'state-unreachable', message: /cannot be trusted.*sslrootcert/ },
        mode,
      )
    }
    for (const mode of ['verify-ca', 'verify-full']) {
      await t.rejects(read(mode), { message: /cannot be trusted/ }, `${mode}: no public authority signed it`)
    }
    await t.rejects(read('verify-full', 'server.crt', '127.0.0.1'), { message: /cannot be trusted.*127\.0\.0\.1/ })
  })

  t.test('a server that allows TLS alone', async t => {
    await postgres.sql(`COPY (SELECT 'hostssl all all all scram-sha-256') TO '${postgres.folder}/data/pg_hba.conf'`)
    await postgres.sql('SELECT pg_reload_conf()')
    await new Promise(resolve => setTimeout(resolve, 300))
    t.equal((await read('prefer')).size, 0, 'prefer prefers it')
    await t.rejects(read('disable'), { code: 'state-credentials', message: /pg_hba/ })
  })
}
