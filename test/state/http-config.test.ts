import t from 'tap'
import type { StateConfig } from '../../src/model/manifest.js'
import { httpConfigOf } from '../../src/state/http-config.js'

const at = (address: string): StateConfig => ({ backend: 'http', address })
const SECRET = { TF_HTTP_USERNAME: 'me', TF_HTTP_PASSWORD: 'hunter2' }

t.test('what cannot be used is refused, and no secret is told', async t => {
  const cases: Record<string, [config: StateConfig, env: NodeJS.ProcessEnv, says: RegExp]> = {
    'no address': [{ backend: 'http' }, {}, /TF_HTTP_ADDRESS/],
    'an empty address': [{ backend: 'http' }, { TF_HTTP_ADDRESS: '' }, /no address/],
    'no URL': [at('states/1'), {}, /not a URL/],
    'another protocol': [at('ftp://state.example/1'), {}, /https/],
    'plain http': [at('http://state.example/1'), {}, /--allow-insecure-http/],
    'plain http to what looks like loopback': [at('http://127.0.0.1.evil.example/1'), {}, /https/],
    'plain http for the lock': [
      { ...at('https://state.example/1'), lockAddress: 'http://state.example/1' },
      {},
      /TF_HTTP_LOCK_ADDRESS/,
    ],
    'a password without its user': [
      at('https://state.example/1'),
      { TF_HTTP_PASSWORD: 'hunter2' },
      /TF_HTTP_USERNAME is not/,
    ],
    'credentials in the address': [at('https://me:hunter2@state.example/1'), {}, /TF_HTTP_PASSWORD/],
    'credentials in the address of the environment': [
      { backend: 'http' },
      { TF_HTTP_ADDRESS: 'https://me:hunter2@state.example/1' },
      /TF_HTTP_PASSWORD/,
    ],
    'a secret for another origin': [
      at('https://evil.example/1'),
      { ...SECRET, TF_HTTP_ADDRESS: 'https://state.example/1' },
      /same origin/,
    ],
    'a secret for a lock elsewhere': [
      { ...at('https://state.example/1'), lockAddress: 'https://evil.example/1' },
      SECRET,
      /same origin/,
    ],
    'unverified certificates': [
      at('https://state.example/1'),
      { TF_HTTP_SKIP_CERT_VERIFICATION: 'true' },
      /NODE_EXTRA_CA_CERTS/,
    ],
    'a client certificate': [
      at('https://state.example/1'),
      { TF_HTTP_CLIENT_CERTIFICATE_PEM: 'hunter2' },
      /does not support/,
    ],
    'a method that is for something else': [{ ...at('https://state.example/1'), lockMethod: 'TRACE' }, {}, /TRACE/],
    'a method that is none': [{ ...at('https://state.example/1'), updateMethod: 'PO ST' }, {}, /PO ST/],
    'a negative number': [at('https://state.example/1'), { TF_HTTP_RETRY_MAX: '-1' }, /TF_HTTP_RETRY_MAX/],
    'no number': [at('https://state.example/1'), { TF_HTTP_RETRY_WAIT_MIN: '1s' }, /whole number/],
  }
  for (const [name, [config, env, says]] of Object.entries(cases)) {
    t.test(name, async t => {
      t.throws(() => httpConfigOf(config, { env }), { code: 'state-config', message: says })
      t.throws(() => httpConfigOf(config, { env }), { message: /^(?!.*hunter2)/ })
    })
  }
})

t.test("the defaults are Terraform's", async t => {
  t.match(httpConfigOf(at('https://state.example/1'), { env: {} }), {
    lockAddress: null,
    unlockAddress: null,
    updateMethod: 'POST',
    lockMethod: 'LOCK',
    unlockMethod: 'UNLOCK',
    authorization: null,
    retryMax: 2,
    retryWaitMin: 1_000,
    retryWaitMax: 30_000,
  })
})

t.test('an unlock address that is missing is the lock address', async t => {
  const config = { ...at('https://state.example/1'), lockAddress: 'https://state.example/1/lock' }
  t.equal(httpConfigOf(config, { env: SECRET }).unlockAddress?.href, 'https://state.example/1/lock')
})

t.test('plain http is for loopback, or when it is allowed', async t => {
  for (const address of ['http://localhost:1/', 'http://127.8.0.1/', 'http://[::1]:8/']) {
    t.ok(httpConfigOf(at(address), { env: {} }))
  }
  t.ok(httpConfigOf(at('http://state.example/'), { env: {}, allowInsecureHttp: true }))
})
