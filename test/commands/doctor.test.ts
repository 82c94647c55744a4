import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import t, { type Test } from 'tap'
import { checkNode } from '../../src/commands/doctor/setup-checks.js'
import type { SandboxOptions } from '../../src/sandbox/options.js'
import { parseFault } from '../../src/sandbox/parse-fault.js'
import { newLockInfo } from '../../src/system/lock-info.js'
import { selfSigned } from '../helpers/certificate.js'
import { json, serve } from '../helpers/http.js'
import { startProxy } from '../helpers/proxy.js'
import { invitation, type World, world } from '../helpers/world.js'

const SCHEMA = JSON.parse(readFileSync(new URL('../../schemas/doctor.schema.json', import.meta.url), 'utf8'))
const isDocument = new Ajv({ strict: true, allowUnionTypes: true }).compile(SCHEMA)
const CODES: readonly string[] = SCHEMA.definitions.check.properties.code.oneOf.map(
  ({ const: code }: { const: string }) => code,
)

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
`
const PASSWORD = 'hunter2-hunter2'

const KEYCLOAK = (url: string): string => `keycloak: { url: "${url}", realm: bimdata, alias: acme }\n`
const KEYCLOAK_ACCOUNT = { KEYCLOAK_CLIENT_ID: 'guestlist', KEYCLOAK_CLIENT_SECRET: 'keycloak-hunter2' }

const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])

/** A line of a signers file, with a key that nobody has. */
const SIGNER = (name: string): string => {
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(Buffer.alloc(32, name))])
  return `${name} ssh-ed25519 ${blob.toString('base64')}\n`
}

interface Check {
  readonly code: string
  readonly status: string
  readonly summary: string
  readonly advice: string | null
}

/** In both formats; the JSON fits the schema, neither shows a secret, and nothing is changed. */
async function examine(t: Test, place: World, args: readonly string[], env: Readonly<Record<string, string>>) {
  const before = readdirSync(place.folder, { recursive: true })
  const flags = ['doctor', '--retries', '0', '--timeout', '3', ...args]
  const asJson = await place.call([...flags, '--json'], env)
  const text = await place.call(flags, env)
  t.strictSame(readdirSync(place.folder, { recursive: true }), before, 'no file is written')
  t.strictSame(place.sandbox.effects(), [], 'nothing is changed at the API')
  t.ok(place.sandbox.calls().every(({ method }) => method === 'GET'))
  const document: { readonly checks: readonly Check[] } = JSON.parse(asJson.stdout)
  t.ok(isDocument(document), JSON.stringify(isDocument.errors))
  t.strictSame(
    document.checks.map(({ code }) => code),
    CODES.filter(code => code !== 'keycloak' || document.checks.at(-1)?.code === 'keycloak'),
    'every check is made, once',
  )
  const failed = document.checks.some(({ status }) => status === 'failed')
  t.strictSame([asJson.code, text.code], failed ? [1, 1] : [0, 0])
  for (const { status, code, advice } of document.checks) {
    t.match(text.stdout, new RegExp(`^${status} +${code} `, 'm'))
    t.equal(advice !== null || status === 'ok', true, `${code}: what is not ok comes with advice`)
  }
  const shown = [asJson, text].map(({ stdout, stderr }) => stdout + stderr).join('')
  const secrets = [place.env.BIMDATA_API_KEY, PASSWORD, ...SECRET_VARIABLES.flatMap(name => env[name] ?? [])]
  for (const secret of secrets) if (secret) t.notOk(shown.includes(secret), 'no secret is shown')
  return { checks: document.checks, text: text.stdout }
}

const SECRET_VARIABLES = [
  'BIMDATA_API_KEY',
  'BIMDATA_ACCESS_TOKEN',
  'GUESTLIST_WEBHOOK_SECRET',
  'KEYCLOAK_CLIENT_SECRET',
]

const jwt = (claims: object): string =>
  ['{"alg":"none"}', JSON.stringify(claims), 'sign'].map(part => Buffer.from(part).toString('base64url')).join('.')

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds

const lockOf = (ago: number, host = 'elsewhere') => ({
  ...newLockInfo({ operation: 'apply', path: '', version: '0', now: new Date(Date.now() - ago) }),
  Host: host,
  Who: 'ann@elsewhere',
})

const LOCK = '.guestlist.state.json.lock'

interface Case {
  readonly name: string
  readonly manifest?: string | null
  readonly options?: SandboxOptions
  readonly invitations?: Parameters<typeof world>[2]
  readonly files?: Readonly<Record<string, string>>
  /** @return variables */
  readonly arrange?: (
    place: World,
    t: Test,
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** All that is not ok: status, and what it says. */
  readonly found: Readonly<Record<string, readonly [status: 'warning' | 'failed', summary: RegExp, advice?: RegExp]>>
  /** What checks that are ok say. */
  readonly says?: Readonly<Record<string, RegExp>>
}

const UNREACHED = {
  clock: ['warning', /needs the check api/],
  invitations: ['warning', /needs the check api/],
  clouds: ['warning', /needs the check api/],
} as const

const UNPLANNED = {
  state: ['warning', /needs the check manifest/],
  state_lock: ['warning', /needs the check manifest/],
  signers: ['warning', /needs the check manifest/],
} as const

const NO_CREDENTIAL = {
  token_scopes: ['warning', /needs the check credential/],
  invitations: ['warning', /needs the check credential/],
  clouds: ['warning', /needs the check credential/],
} as const

const CASES: readonly Case[] = [
  {
    name: 'nothing is wrong',
    found: {},
    says: {
      node_version: /^Node\.js \d/,
      manifest: /^1 rule and 0 removals in 1 file$/,
      credential: /^API key \(BIMDATA_API_KEY\)$/,
      token_scopes: /does not say/,
      api: /^http:\/\/127\.0\.0\.1:\d+ answers$/,
      invitations: /^2 invitations: 1 pending, 1 accepted, 0 denied$/,
      clouds: /^0 clouds can be seen, with their members$/,
      state: /^0 removals remembered in .*guestlist\.state\.json$/,
      state_lock: /not locked/,
      webhook_secret: /not set: serve accepts no webhooks/,
      signers: /No approvals are required/,
    },
  },
  {
    name: 'no manifest',
    manifest: null,
    found: {
      manifest: ['failed', /1 problem .*guestlist\.yaml: The manifest cannot be read/, /guestlist validate/],
      ...UNPLANNED,
    },
  },
  {
    name: 'a manifest with a mistake',
    manifest: 'users:\n  removed: []\n',
    found: { manifest: ['failed', /guestlist\.yaml:3:3: .*removed/], ...UNPLANNED },
  },
  {
    name: 'a manifest with a warning',
    manifest: 'invitations: { unmatched: accept }\n',
    found: { manifest: ['warning', /with 1 warning: guestlist\.yaml:2:\d+: /] },
  },
  {
    name: 'no credential',
    arrange: () => ({ BIMDATA_API_KEY: '' }),
    found: { credential: ['failed', /no credentials/, /BIMDATA_ACCESS_TOKEN/], ...NO_CREDENTIAL },
  },
  {
    name: 'an access token that has ended',
    arrange: () => ({ BIMDATA_ACCESS_TOKEN: jwt({ exp: inSeconds(-60), scope: 'org:manage' }) }),
    found: { credential: ['failed', /^access token \(BIMDATA_ACCESS_TOKEN\) ended at 20/], ...NO_CREDENTIAL },
  },
  {
    name: 'an access token that ends soon',
    arrange: ({ sandbox }) => {
      const secret = jwt({ exp: inSeconds(120), scope: 'org:manage cloud:read' })
      sandbox.addAccessToken(secret)
      return { BIMDATA_ACCESS_TOKEN: secret }
    },
    found: { credential: ['warning', /ends at 20.*; not used: BIMDATA_API_KEY/, /get a new one/] },
    says: { token_scopes: /the scopes org:manage cloud:read$/ },
  },
  {
    name: 'a token without org:manage',
    arrange: ({ sandbox }) => {
      const secret = jwt({ exp: inSeconds(7200), scope: 'cloud:read' })
      sandbox.addAccessToken({ secret, scopes: ['cloud:read'] })
      return { BIMDATA_ACCESS_TOKEN: secret }
    },
    found: {
      token_scopes: ['warning', /cloud:read, and not org:manage/, /BIMDATA_SCOPE/],
      invitations: ['failed', /403/, /org:manage/],
    },
  },
  {
    name: 'a host that is not there',
    args: ['--api-url', 'https://no-such-host.invalid'],
    found: { api: ['failed', /DNS/], ...UNREACHED },
  },
  {
    name: 'an address with a password',
    args: ['--api-url', `https://me:${PASSWORD}@api.example`],
    found: { api: ['failed', /--api-url holds a user name or a password/], ...UNREACHED },
  },
  {
    name: 'a certificate that is not trusted',
    arrange: async (_, t) => {
      const server = createServer(selfSigned('localhost'), (_, response) => response.end()).listen(0, '127.0.0.1')
      await once(server, 'listening')
      t.teardown(() => server.close())
      return { BIMDATA_API_URL: `https://localhost:${(server.address() as AddressInfo).port}` }
    },
    found: { api: ['failed', /certificate of localhost:\d+ is not trusted/, /NODE_EXTRA_CA_CERTS/], ...UNREACHED },
  },
  {
    name: 'a proxy that wants another password',
    arrange: async (_, t) => {
      const { port } = await startProxy(t, 1, 'other')
      return { HTTPS_PROXY: `http://me:${PASSWORD}@127.0.0.1:${port}` }
    },
    args: ['--api-url', 'https://api.example'],
    found: { api: ['failed', /The proxy 127\.0\.0\.1:\d+ wants a user name and password/], ...UNREACHED },
  },
  {
    name: 'through a proxy',
    arrange: async ({ sandbox }, t) => {
      const { port } = await startProxy(t, Number(new URL(sandbox.url).port), PASSWORD)
      return { HTTP_PROXY: `http://me:${PASSWORD}@127.0.0.1:${port}` }
    },
    args: ['--api-url', 'http://api.example', '--allow-insecure-http'],
    found: {},
    says: { api: /^http:\/\/api\.example answers through the proxy 127\.0\.0\.1:\d+$/ },
  },
  ...([-3600, 3600] as const).map(
    (ahead): Case => ({
      name: `a clock that the API's is ${ahead} s ahead of`,
      arrange: async (_, t) => ({
        BIMDATA_API_URL: await serve(t, (_, response) => {
          response.setHeader('date', new Date(Date.now() + ahead * 1000).toUTCString())
          json(response, 200, [])
        }),
      }),
      found: { clock: ['warning', ahead < 0 ? /60 min ahead of/ : /60 min behind/, /NTP/] },
    }),
  ),
  {
    name: 'an API that does not say what time it is',
    arrange: async (_, t) => ({
      BIMDATA_API_URL: await serve(t, (_, response) => {
        response.sendDate = false
        json(response, 200, [])
      }),
    }),
    found: { clock: ['warning', /does not say what time it is/] },
  },
  {
    name: 'an API that fails',
    options: { faults: [faultOf('list:503')] },
    found: { invitations: ['failed', /503/] },
  },
  {
    name: 'a sign-in page in place of the list',
    options: { faults: [faultOf('list:html')] },
    found: { invitations: ['failed', /A web page came back/] },
  },
  {
    name: 'invitations that are not as they should be',
    arrange: async (_, t) => ({
      BIMDATA_API_URL: await serve(t, (request, response) =>
        json(response, 200, request.url?.includes('invitation') ? [{ id: 'x' }] : []),
      ),
    }),
    found: { invitations: ['failed', /breaks the contract: the invitation at index 0/] },
  },
  {
    name: 'one id twice',
    arrange: async (_, t) => ({
      BIMDATA_API_URL: await serve(t, (request, response) =>
        json(
          response,
          200,
          request.url?.includes('invitation') ? [invitation(7, 'a@acme.example'), invitation(7, 'b@acme.example')] : [],
        ),
      ),
    }),
    found: { invitations: ['failed', /the id 7 twice/] },
  },
  {
    name: 'a status that is not known',
    invitations: [invitation(1, 'ann@acme.example', 'X')],
    found: { invitations: ['warning', /1 of a status that this version does not know/] },
  },
  {
    name: 'clouds that may not be listed',
    options: { faults: [faultOf('clouds:403')] },
    found: { clouds: ['warning', /list of clouds: not allowed, 403/, /cloud:read/] },
  },
  {
    name: 'a cloud whose members may not be read',
    options: { data: { invitations: [], users: [], clouds: [{ id: 1, name: 'A', members: [], denied: true }] } },
    found: { clouds: ['warning', /^1 cloud can be seen; the members of 1 cannot \(not allowed, 403\)/] },
  },
  {
    name: 'a state that is none',
    files: { 'guestlist.state.json': '{"version": 1' },
    found: { state: ['failed', /guestlist\.state\.json/], state_lock: ['warning', /needs the check state/] },
  },
  {
    name: 'a state of another API',
    files: {
      'guestlist.state.json': JSON.stringify({
        version: 1,
        serial: 1,
        lineage: 'd2f8c1f6-5c7e-4a39-9d4e-0f7c6f1f2b3a',
        api_url: 'https://other.example',
        removals: {},
      }),
    },
    found: { state: ['failed', /other\.example/], state_lock: ['warning', /needs the check state/] },
  },
  {
    name: 'a lock of two hours',
    files: { [LOCK]: JSON.stringify({ ...lockOf(7_200_000), ID: 'abc' }) },
    found: {
      state_lock: [
        'warning',
        /^Locked for 12\d min by ann@elsewhere, since 20.*for apply/,
        /guestlist state unlock abc$/,
      ],
    },
  },
  {
    name: 'a lock of nobody knows whom',
    files: { [LOCK]: '' },
    found: { state_lock: ['warning', /^Locked by somebody unknown/, /by hand/] },
  },
  {
    name: 'a lock of just now',
    files: { [LOCK]: JSON.stringify(lockOf(1000)) },
    found: {},
    says: { state_lock: /^Locked by ann@elsewhere, since 20/ },
  },
  {
    name: 'the lock of a process that has ended',
    files: { [LOCK]: JSON.stringify({ ...lockOf(7_200_000, hostname()), PID: 4_194_303 }) },
    found: {},
    says: { state_lock: /has ended, and the next run takes over the lock/ },
  },
  {
    name: 'an http state without a lock address',
    manifest: `${MANIFEST}state: { backend: http }\n`,
    arrange: async (_, t) => ({ TF_HTTP_ADDRESS: await serve(t, (_, response) => void response.writeHead(404).end()) }),
    found: { state_lock: ['warning', /no lock address/, /TF_HTTP_LOCK_ADDRESS/] },
  },
  {
    name: 'an http state with one',
    manifest: `${MANIFEST}state: { backend: http }\n`,
    arrange: async (_, t) => {
      const url = await serve(t, (_, response) => void response.writeHead(404).end())
      return { TF_HTTP_ADDRESS: url, TF_HTTP_LOCK_ADDRESS: `${url}/lock` }
    },
    found: {},
    says: { state_lock: /not known/ },
  },
  {
    name: 'an http state that is nowhere configured',
    manifest: `${MANIFEST}state: { backend: http }\n`,
    found: { state: ['failed', /TF_HTTP_ADDRESS/], state_lock: ['warning', /needs the check state/] },
  },
  {
    name: 'a webhook secret',
    arrange: () => ({ GUESTLIST_WEBHOOK_SECRET: PASSWORD }),
    found: {},
    says: { webhook_secret: /^Webhook secret: GUESTLIST_WEBHOOK_SECRET$/ },
  },
  {
    name: 'a webhook secret in a file that is not there',
    arrange: ({ folder }) => ({ GUESTLIST_WEBHOOK_SECRET_FILE: join(folder, 'nowhere') }),
    found: { webhook_secret: ['failed', /GUESTLIST_WEBHOOK_SECRET_FILE .*ENOENT/] },
  },
  {
    name: 'a webhook secret in both of its variables',
    arrange: () => ({ GUESTLIST_WEBHOOK_SECRET: PASSWORD, GUESTLIST_WEBHOOK_SECRET_FILE: 'secret' }),
    found: { webhook_secret: ['failed', /^Both GUESTLIST_WEBHOOK_SECRET and GUESTLIST_WEBHOOK_SECRET_FILE are set/] },
  },
  {
    name: 'a Keycloak whose account is in both of its variables',
    manifest: `${MANIFEST}${KEYCLOAK('http://127.0.0.1:9/auth')}`,
    arrange: () => ({ ...KEYCLOAK_ACCOUNT, KEYCLOAK_CLIENT_SECRET_FILE: 'secret' }),
    found: { keycloak: ['failed', /^Both KEYCLOAK_CLIENT_SECRET and KEYCLOAK_CLIENT_SECRET_FILE are set/] },
  },
  {
    name: 'approvals required, and no signers file',
    manifest: `${MANIFEST}guards: { approvals: { removals: 2 } }\n`,
    found: { signers: ['failed', /^2 approvals required, and no signers file/, /--allowed-signers/] },
  },
  {
    name: 'approvals required by a variable, and a signers file that is not there',
    arrange: () => ({ GUESTLIST_REQUIRED_APPROVALS: '1', GUESTLIST_ALLOWED_SIGNERS: 'nowhere' }),
    found: { signers: ['failed', /signers file nowhere cannot be read/] },
  },
  {
    name: 'a signers file with a fault',
    files: { signers: `${SIGNER('ann')}bob ssh-ed25519\n` },
    args: ['--allowed-signers', 'signers'],
    found: { signers: ['failed', /signers:2: /] },
  },
  {
    name: 'fewer signers than approvals required, without the author',
    files: { signers: `${SIGNER('ann')}${SIGNER('bob')}` },
    args: ['--allowed-signers', 'signers', '--required-approvals', '2', '--author', 'ann'],
    found: { signers: ['failed', /^2 approvals required; signers lists 1 who may approve now$/] },
  },
  {
    name: 'as many signers as approvals required',
    files: { signers: `${SIGNER('ann')}${SIGNER('bob')}` },
    args: ['--allowed-signers', 'signers', '--required-approvals', '2'],
    found: {},
    says: { signers: /lists 2 who may approve now$/ },
  },
  {
    name: 'a Keycloak without an account for it',
    manifest: `${MANIFEST}${KEYCLOAK('http://127.0.0.1:9/auth')}`,
    found: { keycloak: ['failed', /KEYCLOAK_CLIENT_ID is not set/, /view-users and manage-users/] },
  },
  {
    name: 'a Keycloak that is not there',
    manifest: `${MANIFEST}${KEYCLOAK('http://127.0.0.1:9/auth')}`,
    arrange: () => KEYCLOAK_ACCOUNT,
    found: { keycloak: ['failed', /Keycloak: .*127\.0\.0\.1:9 refused the connection/, /./] },
  },
  {
    name: 'an address at which something else answers',
    manifest: `${MANIFEST}${KEYCLOAK('http://127.0.0.1:9/auth')}`,
    arrange: async (place, t) => {
      const url = await serve(t, (_, response) => json(response, 404, {}))
      place.write('guestlist.yaml', `apiVersion: guestlist/v1\n${MANIFEST}${KEYCLOAK(url)}`)
      return KEYCLOAK_ACCOUNT
    },
    found: { keycloak: ['failed', /Keycloak: .*HTTP 404/, /keycloak\.url and keycloak\.realm \("bimdata"\)/] },
  },
]

function faultOf(text: string) {
  const fault = parseFault(text)
  if ('error' in fault) throw new Error(fault.error)
  return fault
}

const PEOPLE = [invitation(1, 'ann@acme.example'), invitation(2, 'bob@acme.example', 'A')]

for (const {
  name,
  manifest = MANIFEST,
  options = {},
  invitations = PEOPLE,
  files = {},
  arrange,
  args = [],
  found,
  says = {},
} of CASES) {
  t.test(name, async t => {
    const place = await world(t, manifest, invitations, options)
    for (const [file, text] of Object.entries(files)) place.write(file, text)
    const config = join(place.folder, 'config')
    mkdirSync(config)
    const env = { GUESTLIST_CONFIG_DIR: config, ...(await arrange?.(place, t)) }
    const { checks, text } = await examine(t, place, args, env)
    const wrong = checks.filter(({ status }) => status !== 'ok')
    t.strictSame(
      wrong.map(({ code, status }) => [code, status]).sort(),
      Object.entries(found)
        .map(([code, [status]]) => [code, status])
        .sort(),
      JSON.stringify(wrong, null, 2),
    )
    for (const { code, summary, advice } of checks) {
      const [, said, advised] = found[code] ?? []
      t.match(summary, said ?? says[code] ?? /./, code)
      if (advised !== undefined) t.match(advice, advised, code)
    }
    const count = (status: string) => checks.filter(check => check.status === status).length
    t.match(text, `Doctor: ${count('ok')} ok, ${count('warning')} to look at, ${count('failed')} failed.\n`)
  })
}

t.test('the versions of Node.js are those of package.json', async t => {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  t.equal(engines.node, '^20.19.0 || ^22.12.0 || >=24')
  for (const version of ['20.19.0', '20.20.1', '22.12.0', '24.0.0', '25.1.0', '26.0.0'])
    t.match(checkNode(version), { status: 'ok' }, version)
  for (const version of ['18.20.0', '20.18.9', '21.7.0', '22.11.0', '23.5.0'])
    t.match(checkNode(version), { status: 'failed', advice: /20\.19/ }, version)
})
