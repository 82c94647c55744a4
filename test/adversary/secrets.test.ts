import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { json, serve } from '../helpers/http.js'
import { APP_SECRET, startOidc } from '../helpers/oidc.js'
import { wire } from './fixtures/list-rows.js'
import { assertCivil, folderOf, type Outcome, run, runHere } from './fixtures/run.js'

/*
 * No secret is ever written anywhere: the program is given secrets of every odd character, and servers that repeat
 * what they were sent in every form.
 */

const KEY = 'kéy with sp%20ace+plus&amp=equals:colon/slash"quote\\back'
const TOKEN = 'tökén.with sp%20ace+plus&amp:colon'
const PASSWORD = 'pässword with sp%20ace+plus&amp:colon@at'

const MANIFEST = `apiVersion: guestlist/v1
invitations:
  accept:
    - email: "*@a.example"
users:
  remove:
    - email: bob@a.example
`

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** The spellings of a secret in which it could be found again. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ v: secret }).toString().slice(2),
  JSON.stringify(secret).slice(1, -1),
  base64(secret),
  base64(secret).replace(/=+$/, ''),
  base64(`ci:${secret}`),
  Buffer.from(secret).toString('latin1'),
  Buffer.from(secret).toString('hex'),
]

/** Repeats what it was sent, plain and decoded, in an answer that is shown. */
function reflect(request: IncomingMessage, response: ServerResponse, body: string, status: number): void {
  const given = Buffer.from(request.headers.authorization ?? '', 'latin1').toString('utf8')
  const decoded = Buffer.from(given.replace(/^\w+ /, ''), 'base64').toString('utf8')
  const words = [given, given.replace(/^\w+ /, ''), encodeURIComponent(given), decoded, body].join(' | ')
  const lock = { ID: words, Who: words, Operation: words, Created: words, Info: words }
  json(response, status, { detail: words, error: 'invalid_client', error_description: words, message: words, ...lock })
}

/** Below /ok it answers as an API and a state server should; below /NUMBER with that status and all that it was sent. */
const reflector = (t: Test): Promise<string> => {
  let status = 'P'
  return serve(t, (request, response, body) => {
    const [, kind = '', ...rest] = (request.url ?? '').split(/[/?]/)
    if (kind !== 'ok') return reflect(request, response, body, Number(kind))
    const path = rest.join('/')
    if (path.endsWith('accept')) status = 'A'
    if (request.method === 'GET' && path.endsWith('invitation')) return json(response, 200, [wire({ status })])
    if (request.method === 'GET' && path.endsWith('1')) return json(response, 200, wire({ status }))
    response.writeHead(204).end()
  })
}

interface Watched extends Outcome {
  readonly cmdline: string
}

/** Runs with all that is logged, and looks at the process's arguments meanwhile. */
async function watched(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<Watched> {
  let cmdline = ''
  const outcome = await run([...args, '--log-level', 'debug', '--retries', '0', '--timeout', '5'], {
    cwd,
    env,
    input: 'yes\n',
    during: child => {
      cmdline = argumentsOf(child.pid)
    },
  })
  return { ...outcome, cmdline }
}

/** Of the process and what it started: proc(5). Elsewhere there is nothing to look at. */
function argumentsOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/**
 * The same in this process. What a command knows of secrets stays here from one run to the next, so each credential and each
 * command has been in a process of its own before.
 */
const heardHere = async (
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Watched> => ({
  ...(await runHere([...args, '--log-level', 'debug', '--retries', '0', '--timeout', '5'], {
    cwd,
    env,
    input: 'yes\n',
  })),
  cmdline: '',
})

/** Everything that was written below a folder but the file of logins, which holds tokens by design. */
const writtenIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter(entry => entry.isFile() && entry.name !== 'logins.json' && !entry.name.startsWith('secret-'))
    .map(entry => `${entry.name}: ${readFileSync(join(entry.parentPath, entry.name), 'utf8')}`)
    .join('\n')

function assertSilent(t: Test, name: string, text: string, secrets: readonly string[]): void {
  for (const secret of secrets)
    for (const form of formsOf(secret)) t.notOk(text.includes(form), `${name} does not hold ${form.slice(0, 4)}…`)
}

const COMMANDS: readonly (readonly string[])[] = [
  ['auth', 'status'],
  ['auth', 'status', '--json'],
  ['plan'],
  ['plan', '--json', '--out', 'plan.json'],
  ['plan', '--format', 'html'],
  ['apply', 'plan.json', '--audit-log', 'audit.jsonl'],
  ['apply', '--auto-approve', '--json'],
  ['snapshot', '--out', 'snapshot.json'],
  ['invitations', 'list'],
  ['invitations', 'get', '1'],
  ['export'],
  ['explain', '1'],
  ['state', 'list'],
  ['state', 'rm', 'bob@a.example'],
  ['state', 'unlock', 'some-id'],
  ['logout'],
]

const CREDENTIALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'an API key': { BIMDATA_API_KEY: KEY },
  'an access token': { BIMDATA_ACCESS_TOKEN: TOKEN },
  'a bare key': { BIMDATA_API_KEY: KEY, BIMDATA_API_KEY_PREFIX: '' },
}

for (const [kind, credential] of Object.entries(CREDENTIALS)) {
  t.test(`${kind} is written nowhere, whatever the API answers`, async t => {
    const server = await reflector(t)
    for (const api of kind === 'an API key' ? ['ok', '400', '401', '403', '404', '429', '500', '302'] : ['ok', '401']) {
      const cwd = folderOf(t, { 'guestlist.yaml': MANIFEST })
      const env = { ...credential, BIMDATA_API_URL: `${server}/${api}`, GUESTLIST_CONFIG_DIR: join(cwd, 'config') }
      for (const command of api === 'ok' ? COMMANDS : COMMANDS.slice(0, 5)) {
        const outcome = await (['ok', '400'].includes(api) ? watched : heardHere)(command, cwd, env)
        const name = `${command.join(' ')} of ${api}`
        if (api === '400')
          t.match(outcome.stderr + outcome.stdout, /redacted/, `${name}: what the server repeats is shown, without it`)
        assertCivil(t, outcome, name)
        assertSilent(
          t,
          name,
          outcome.stdout + outcome.stderr + outcome.cmdline,
          Object.values(credential).filter(Boolean),
        )
      }
      assertSilent(t, `what is written with ${api}`, writtenIn(cwd), Object.values(credential).filter(Boolean))
      if (api === 'ok') t.ok(readdirSync(cwd).includes('audit.jsonl'), 'the commands did their work')
    }
  })
}

t.test("the state's password is written nowhere", async t => {
  const server = await reflector(t)
  for (const [address, method] of [
    ['ok/state', 'LOCK'],
    ['401/state', 'LOCK'],
    ['403/state', 'POST'],
    ['423/state', 'PUT'],
    ['500/state', 'LOCK'],
  ]) {
    const cwd = folderOf(t, {
      'guestlist.yaml': `${MANIFEST}state:\n  backend: http\n  address: ${server}/${address}\n  lockAddress: ${server}/${address}\n  lockMethod: ${method}\n`,
    })
    const env = {
      BIMDATA_API_URL: `${server}/ok`,
      BIMDATA_API_KEY: KEY,
      TF_HTTP_USERNAME: 'ci',
      TF_HTTP_PASSWORD: PASSWORD,
      TF_HTTP_RETRY_MAX: '0',
    }
    for (const command of [
      ['plan'],
      ['apply', '--auto-approve', '--audit-log', 'audit.jsonl'],
      ['state', 'list'],
      ['state', 'unlock', 'x'],
    ]) {
      const outcome = await (address === 'ok/state' ? watched : heardHere)(command, cwd, env)
      const name = `${command.join(' ')} of ${address}`
      assertCivil(t, outcome, name)
      assertSilent(t, name, outcome.stdout + outcome.stderr + outcome.cmdline, [PASSWORD, KEY])
    }
    assertSilent(t, `what is written with ${address}`, writtenIn(cwd), [PASSWORD, KEY])
  }
})

t.test("the client's secret is written nowhere, and the tokens that it gets neither", async t => {
  const oidc = await startOidc(t)
  const server = await reflector(t)
  const providers = [oidc.issuer, `${server}/ok`, `${server}/401`, `${server}/500`]
  for (const issuer of providers) {
    for (const token of [undefined, `${server}/400/token`]) {
      const cwd = folderOf(t, { 'guestlist.yaml': MANIFEST })
      const env = {
        BIMDATA_API_URL: `${server}/401`,
        BIMDATA_CLIENT_ID: 'app',
        BIMDATA_CLIENT_SECRET: APP_SECRET,
        BIMDATA_IAM_URL: issuer,
        ...(token === undefined ? {} : { BIMDATA_TOKEN_URL: token }),
      }
      for (const command of [['auth', 'status'], ['plan']]) {
        const outcome = await (token === undefined ? watched : heardHere)(command, cwd, env)
        const name = `${command.join(' ')} with ${token ?? issuer}`
        assertCivil(t, outcome, name)
        t.equal(outcome.code, 1, name)
        const text = outcome.stdout + outcome.stderr + outcome.cmdline
        assertSilent(t, name, text, [APP_SECRET])
        if (token === undefined && issuer === oidc.issuer) t.match(text, /HTTP 401/, 'a token was fetched, and refused')
        t.notMatch(text, /Bearer [\w-]{20,}/, 'the fetched token is not repeated')
      }
      assertSilent(t, 'what is written', writtenIn(cwd), [APP_SECRET])
    }
  }
})

t.test('a secret in a file is as secret', async t => {
  const server = await reflector(t)
  const cwd = folderOf(t, { 'guestlist.yaml': MANIFEST, 'secret-key': `${KEY}\n`, 'secret-lines': `${KEY}\n${KEY}\n` })
  for (const file of ['secret-key', 'secret-lines']) {
    const env = { BIMDATA_API_URL: `${server}/401`, BIMDATA_API_KEY_FILE: join(cwd, file) }
    const outcome = await watched(['plan'], cwd, env)
    assertCivil(t, outcome, file)
    t.equal(outcome.code, 1)
    assertSilent(t, file, outcome.stdout + outcome.stderr + writtenIn(cwd), [KEY])
  }
})

t.test('a secret that is given where it does not belong is not repeated', async t => {
  const cwd = folderOf(t, { 'guestlist.yaml': MANIFEST })
  const cases: Readonly<Record<string, string>>[] = [
    { BIMDATA_API_URL: `https://user:${encodeURIComponent(PASSWORD)}@127.0.0.1:9` },
    { BIMDATA_API_URL: `https://127.0.0.1:9/?token=${encodeURIComponent(PASSWORD)}` },
    { BIMDATA_API_URL: 'https://127.0.0.1:9', BIMDATA_API_KEY: `${PASSWORD}\n` },
    { BIMDATA_API_URL: 'https://127.0.0.1:9', HTTPS_PROXY: `http://user:${encodeURIComponent(PASSWORD)}@127.0.0.1:9` },
    { BIMDATA_IAM_URL: `https://user:${encodeURIComponent(PASSWORD)}@127.0.0.1:9`, BIMDATA_API_KEY: '' },
  ]
  for (const [index, env] of cases.entries()) {
    const outcome = await watched(['plan'], cwd, { BIMDATA_API_KEY: 'other-key', ...env })
    assertCivil(t, outcome, `case ${index}`)
    t.equal(outcome.code, 1, `case ${index}`)
    assertSilent(t, `case ${index}`, outcome.stdout + outcome.stderr, [PASSWORD])
  }
})
