import { writeFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { selfSigned } from '../helpers/certificate.js'
import { type Answer, flood, headOf, reply, serveRaw } from './fixtures/raw-server.js'
import { assertCivil, type Outcome, run } from './fixtures/run.js'

/*
 * The API as an adversary, against the real program. Each row: what the API does → exit code, what is said, calls made.
 */

t.jobs = 2

const KEY = 'key-of-the-adversary-test'
const LIST = 'GET /identity-provider/invitation'

const MANIFEST = `apiVersion: guestlist/v1
invitations:
  accept:
    - email: "*@a.example"
`

const wire = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 1,
  client_id: 1,
  redirect_uri: '',
  cloud_name: 'Tower',
  cloud_role: 50,
  email: 'ann@a.example',
  status: 'P',
  ...fields,
})

const list = (...invitations: Record<string, unknown>[]): string => JSON.stringify(invitations)
const GOOD = list(wire())
const typed = (type: string) => ({ 'content-type': type })
const encoded = (encoding: string) => ({ 'content-type': 'application/json', 'content-encoding': encoding })

/** As text, so that what JSON.stringify would never write can be written. */
const odd = (name: string, value: string): string =>
  GOOD.replace(new RegExp(`"${name}":("[^"]*"|\\d+)`), `"${name}":${value}`)

const slow =
  (text: string): Answer =>
  socket => {
    let at = 0
    const timer = setInterval(() => (at < text.length ? socket.write(text.charAt(at++)) : undefined), 200)
    socket.once('close', () => clearInterval(timer))
  }

interface Row {
  readonly api: string
  readonly answer: Answer
  readonly flags?: readonly string[]
  readonly code: number
  /** On either stream. */
  readonly says: RegExp
}

const ROWS: readonly Row[] = [
  { api: 'answers as it should', answer: reply(GOOD), code: 0, says: /1 to accept/ },
  // Something else instead of JSON
  { api: 'sends a web page', answer: reply('<html>sign in</html>', typed('text/html')), code: 1, says: /web page/ },
  { api: 'sends a web page as JSON', answer: reply('<!doctype html><p>x'), code: 1, says: /web page/ },
  { api: 'sends nothing', answer: reply(''), code: 1, says: /is empty/ },
  { api: 'sends 204', answer: reply('', {}, 204), code: 1, says: /is empty/ },
  { api: 'sends text', answer: reply('hello', typed('text/plain')), code: 1, says: /text\/plain instead of JSON/ },
  { api: 'sends null', answer: reply('null'), code: 1, says: /sent null/ },
  { api: 'sends an object', answer: reply('{"results":[]}'), code: 1, says: /sent an object/ },
  { api: 'sends a number', answer: reply('17'), code: 1, says: /sent a number/ },
  { api: 'sends a list of lists', answer: reply('[[]]'), code: 1, says: /index 0 must be object/ },
  { api: 'names a hostile type', answer: reply('x', typed('\u001b[2J\u0007')), code: 1, says: /broke|instead of JSON/ },
  // Truncated, endless, wrong lengths
  { api: 'cuts the JSON short', answer: reply(GOOD.slice(0, -9)), code: 1, says: /cut short/ },
  { api: 'ends the list with a comma', answer: reply(`${GOOD.slice(0, -1)},]`), code: 1, says: /not JSON/ },
  { api: 'sends two lists', answer: reply(GOOD + GOOD), code: 1, says: /not JSON/ },
  { api: 'closes before the promised length', answer: headOf('content-length: 5000') + GOOD, code: 1, says: /broke/ },
  {
    api: 'promises less than it sends',
    answer: reply(GOOD, { 'content-type': 'application/json', 'content-length': '20' }),
    code: 1,
    says: /broke|cut short/,
  },
  { api: 'promises a negative length', answer: reply(GOOD, { 'content-length': '-1' }), code: 1, says: /broke/ },
  {
    api: 'gives two lengths',
    answer: `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n[    ]`,
    code: 1,
    says: /broke/,
  },
  {
    api: 'gives a length and chunks',
    answer: `${headOf('content-length: 3', 'transfer-encoding: chunked')}2\r\n[]\r\n0\r\n\r\n`,
    code: 1,
    says: /broke/,
  },
  { api: 'sends broken chunks', answer: `${headOf('transfer-encoding: chunked')}zz\r\n[]\r\n`, code: 1, says: /broke/ },
  {
    api: 'sends chunks with long extensions',
    answer: flood(headOf('transfer-encoding: chunked'), Buffer.from(`1;${'x'.repeat(9000)}\r\n[\r\n`)),
    flags: ['--timeout', '1'],
    code: 1,
    says: /did not answer|broke/,
  },
  {
    api: 'sends two responses at once',
    answer: Buffer.concat([reply(GOOD, { 'content-type': 'application/json', connection: 'keep-alive' }), reply('[]')]),
    code: 0,
    says: /1 to accept/,
  },
  {
    api: 'sends bytes after the body',
    answer: Buffer.concat([
      reply(GOOD, { 'content-type': 'application/json', connection: 'keep-alive' }),
      Buffer.from('\u0000rubbish'),
    ]),
    code: 1,
    says: /broke/,
  },
  {
    api: 'sends invitations without end',
    answer: flood(`${headOf()}[`, Buffer.from(`${JSON.stringify(wire())},`.repeat(500))),
    flags: ['--max-body', '4'],
    code: 1,
    says: /larger than 4194304 bytes/,
  },
  {
    api: 'sends rubbish without end',
    answer: flood(headOf(), Buffer.alloc(65_536, 'x')),
    code: 1,
    says: /not JSON|no invitation ends/,
  },
  {
    api: 'sends spaces without end',
    answer: flood(headOf(), Buffer.alloc(65_536, ' ')),
    code: 1,
    says: /no invitation ends|is empty/,
  },
  {
    api: 'sends brackets without end',
    answer: flood(headOf(), Buffer.alloc(65_536, '[')),
    code: 1,
    says: /nested deeper than 32/,
  },
  {
    api: 'sends one string without end',
    answer: flood(`${headOf()}[{"id":1,"email":"`, Buffer.alloc(65_536, 'a},')),
    code: 1,
    says: /no invitation ends/,
  },
  // Slow and silent
  {
    api: 'accepts the connection and never answers',
    answer: () => {},
    flags: ['--timeout', '500ms'],
    code: 1,
    says: /did not answer within 500 ms/,
  },
  {
    api: 'sends a byte now and then',
    answer: slow(headOf() + GOOD),
    flags: ['--timeout', '1'],
    code: 1,
    says: /did not answer within 1000 ms/,
  },
  {
    api: 'sends its body slowly',
    answer: (socket, head) => {
      socket.write(headOf('content-length: 999'))
      const next = slow(GOOD)
      if (typeof next === 'function') next(socket, head)
    },
    flags: ['--timeout', '1'],
    code: 1,
    says: /did not answer within 1000 ms/,
  },
  { api: 'closes at once', answer: socket => socket.end(), code: 1, says: /broke/ },
  { api: 'resets at once', answer: socket => socket.resetAndDestroy(), code: 1, says: /broke/ },
  {
    api: 'sends 100 Continue without end',
    answer: flood('', Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(100))),
    flags: ['--timeout', '1'],
    code: 1,
    says: /did not answer|broke/,
  },
  {
    api: 'sends 103 Early Hints without end',
    answer: flood('', Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n'.repeat(100))),
    flags: ['--timeout', '1'],
    code: 1,
    says: /did not answer|broke/,
  },
  {
    api: 'switches protocols',
    answer: 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    flags: ['--timeout', '1'],
    code: 1,
    says: /did not answer|broke/,
  },
  {
    api: 'sends headers without end',
    answer: flood('HTTP/1.1 200 OK\r\n', Buffer.from(`x: ${'y'.repeat(1000)}\r\n`)),
    code: 1,
    says: /broke/,
  },
  {
    api: 'sends one header without end',
    answer: flood('HTTP/1.1 200 OK\r\nx: ', Buffer.alloc(65_536, 'y')),
    code: 1,
    says: /broke/,
  },
  {
    api: 'sends trailers without end',
    answer: flood(`${headOf('transfer-encoding: chunked')}2\r\n[]\r\n0\r\n`, Buffer.from(`x: ${'y'.repeat(1000)}\r\n`)),
    code: 1,
    says: /broke/,
  },
  // Encodings
  {
    api: 'sends UTF-16',
    answer: reply(Buffer.from(`\uFEFF${GOOD}`, 'utf16le'), typed('application/json; charset=utf-16')),
    code: 1,
    says: /not UTF-8/,
  },
  {
    api: 'sends Latin-1',
    answer: reply(Buffer.from(GOOD.replace('ann', 'ann\u00e9'), 'latin1')),
    code: 1,
    says: /not UTF-8/,
  },
  {
    api: 'sends a broken surrogate in UTF-8',
    answer: reply(Buffer.concat([Buffer.from('[{"email":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}]')])),
    code: 1,
    says: /not UTF-8/,
  },
  {
    api: 'sends a lone surrogate as an escape',
    answer: reply(odd('email', '"\\ud800@a.example"')),
    code: 0,
    says: /1 to accept/,
  },
  { api: 'sends gzip', answer: reply(gzipSync(GOOD), encoded('gzip')), code: 0, says: /1 to accept/ },
  { api: 'sends deflate', answer: reply(deflateSync(GOOD), encoded('deflate')), code: 0, says: /1 to accept/ },
  { api: 'sends brotli', answer: reply(brotliCompressSync(GOOD), encoded('br')), code: 0, says: /1 to accept/ },
  { api: 'calls plain text gzip', answer: reply(GOOD, encoded('gzip')), code: 1, says: /broke/ },
  { api: 'calls plain text brotli', answer: reply(GOOD, encoded('br')), code: 1, says: /broke/ },
  {
    api: 'cuts gzip short',
    answer: reply(gzipSync(GOOD).subarray(0, -12), encoded('gzip')),
    code: 1,
    says: /broke|cut short/,
  },
  {
    api: 'uses an encoding of its own',
    answer: reply(gzipSync(GOOD), encoded('x-own')),
    code: 1,
    says: /not UTF-8|not JSON/,
  },
  {
    api: 'sends a gzip bomb',
    answer: reply(gzipSync(Buffer.alloc(64 * 2 ** 20, ' ')), encoded('gzip')),
    code: 1,
    says: /no invitation ends|is empty/,
  },
  {
    api: 'sends a gzip bomb of invitations',
    answer: reply(gzipSync(`[${`${JSON.stringify(wire())},`.repeat(60_000)}`), encoded('gzip')),
    flags: ['--max-body', '4'],
    code: 1,
    says: /larger than 4194304 bytes/,
  },
  // Depth
  { api: 'nests a hundred thousand deep', answer: reply('['.repeat(100_000)), code: 1, says: /nested deeper than 32/ },
  {
    api: 'nests within an invitation',
    answer: reply(odd('client_id', `1,"extra":${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)),
    code: 1,
    says: /nested deeper than 32/,
  },
  {
    api: 'nests less than --max-depth',
    answer: reply(odd('client_id', `1,"extra":${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)),
    flags: ['--max-depth', '50'],
    code: 0,
    says: /1 to accept/,
  },
  {
    api: 'nests more than --max-depth',
    answer: reply(odd('client_id', '1,"extra":{"a":1}')),
    flags: ['--max-depth', '2'],
    code: 1,
    says: /nested deeper than 2/,
  },
  // Values
  { api: 'lists an invitation twice', answer: reply(list(wire(), wire())), code: 1, says: /more than once/ },
  {
    api: 'lists an invitation with two statuses',
    answer: reply(list(wire(), wire({ status: 'A' }))),
    code: 1,
    says: /more than once/,
  },
  { api: 'gives an id as a fraction', answer: reply(odd('id', '1.5')), code: 1, says: /bad "id"/ },
  { api: 'gives an id above 2^53', answer: reply(odd('id', '9007199254740993')), code: 1, says: /bad "id"/ },
  { api: 'gives an id of infinity', answer: reply(odd('id', '1e400')), code: 1, says: /bad "id"/ },
  { api: 'gives a negative id', answer: reply(odd('id', '-1')), code: 1, says: /bad "id"/ },
  { api: 'gives an id as text', answer: reply(odd('id', '"1"')), code: 1, says: /bad "id"/ },
  { api: 'gives no id', answer: reply(list({ email: 'ann@a.example' })), code: 1, says: /must have required property/ },
  { api: 'gives a status that is no text', answer: reply(odd('status', '["P"]')), code: 1, says: /bad "status"/ },
  { api: 'gives a status nobody knows', answer: reply(odd('status', '"\\u001b[2JX"')), code: 0, says: /No changes/ },
  {
    api: 'sends __proto__',
    answer: reply(GOOD.replace('{', '{"__proto__":{"status":"A","id":7},"constructor":{"prototype":{"x":1}},')),
    code: 0,
    says: /invitation\.1\b[\s\S]*1 to accept/,
  },
  {
    api: 'sends __proto__ alone',
    answer: reply(`[{"__proto__":${JSON.stringify(wire())}}]`),
    code: 1,
    says: /must have required property/,
  },
  {
    api: 'repeats a key',
    answer: reply(GOOD.replace('"status":"P"', '"status":"A","status":"P"')),
    code: 0,
    says: /1 to accept/,
  },
  {
    api: 'names a person hostilely',
    answer: reply(odd('email', '"\\u001b]0;x\\u0007\\u202e\\n::error::@a.example"')),
    code: 0,
    says: /1 to accept/,
  },
  {
    api: 'writes the domain in capitals',
    answer: reply(odd('email', '"ANN@A.EXAMPLE"')),
    code: 0,
    says: /1 to accept/,
  },
  {
    api: 'writes the domain in full width',
    answer: reply(odd('email', '"ann@\uff41.example"')),
    code: 0,
    says: /No changes/,
  },
  // Statuses
  {
    api: 'refuses in HTML',
    answer: reply('<h1>no', typed('text/html'), 401),
    code: 1,
    says: /refused the credentials \(HTTP 401\)/,
  },
  { api: 'forbids', answer: reply('{}', undefined, 403), code: 1, says: /does not allow this/ },
  {
    api: 'fails with a hostile sentence',
    answer: reply(JSON.stringify({ detail: `\u001b[2J${'x'.repeat(9999)}` }), undefined, 500),
    code: 1,
    says: /HTTP 500\): .{100,240}…/,
  },
  {
    api: 'fails and never stops explaining',
    answer: flood('HTTP/1.1 500 No\r\n\r\n', Buffer.alloc(65_536, 'x')),
    code: 1,
    says: /HTTP 500/,
  },
  { api: 'answers 999', answer: reply('', {}, 999), code: 1, says: /HTTP 999/ },
  { api: 'is no HTTP server', answer: 'SSH-2.0-OpenSSH_9.6\r\n', code: 1, says: /broke/ },
  { api: 'answers 304', answer: reply('', {}, 304), code: 1, says: /redirects/ },
]

const heard = ({ stdout, stderr }: Outcome): string => stdout + stderr

function folderOf(t: Test, manifest = MANIFEST): string {
  const folder = t.testdir()
  writeFileSync(join(folder, 'guestlist.yaml'), manifest)
  return folder
}

const plan = (t: Test, url: string, flags: readonly string[] = []) =>
  run(['plan', '--no-color', '--retries', '0', ...flags], {
    cwd: folderOf(t),
    env: { BIMDATA_API_URL: url, BIMDATA_API_KEY: KEY },
  })

t.test('the API lists', async t => {
  t.jobs = 2
  for (const { api, answer, flags, code, says } of ROWS) {
    t.test(api, async t => {
      const api = await serveRaw(t, () => answer)
      const outcome = await plan(t, api.url, flags)
      assertCivil(t, outcome, 'the run')
      t.equal(outcome.code, code, heard(outcome).slice(0, 500))
      t.match(heard(outcome), says)
      t.strictSame(api.calls, [LIST], 'one call, and no other')
      t.ok(outcome.peak < 300, `peak memory ${outcome.peak.toFixed(0)} MiB`)
    })
  }
})

t.test('a redirect is not followed, and no credential goes with it', async t => {
  const other = await serveRaw(t, () => reply(GOOD))
  const elsewhere = `${other.url}/x`
  const cases: readonly [number, string][] = [
    ...[300, 301, 302, 303, 307, 308].map((status): [number, string] => [status, elsewhere]),
    [302, `//${new URL(other.url).host}/x`],
    [302, '/elsewhere'],
    [302, 'javascript:alert(1)'],
    [302, '\u001b[2J'],
  ]
  for (const [status, location] of cases) {
    const api = await serveRaw(t, () => reply('', { location }, status))
    const outcome = await plan(t, api.url)
    assertCivil(t, outcome, `${status}`)
    t.equal(outcome.code, 1)
    t.match(heard(outcome), /redirects|broke/)
    t.strictSame(api.calls, [LIST])
  }
  t.strictSame(other.calls, [], 'the other server heard nothing')
})

t.test('TLS: an unknown authority, and a certificate of another host', async t => {
  for (const host of ['localhost', 'elsewhere.example']) {
    const heardThere: string[] = []
    const certificate = selfSigned(host)
    const server = createTlsServer(certificate, (request, response) => {
      heardThere.push(request.headers.authorization ?? '')
      response.end('[]')
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const folder = folderOf(t)
    const trusted = join(folder, 'ca.pem')
    writeFileSync(trusted, certificate.cert)
    const outcome = await run(['plan', '--no-color', '--retries', '0'], {
      cwd: folder,
      env: {
        BIMDATA_API_URL: `https://localhost:${(server.address() as AddressInfo).port}`,
        BIMDATA_API_KEY: KEY,
        // A certificate that is trusted, and of another host.
        ...(host === 'localhost' ? {} : { NODE_EXTRA_CA_CERTS: trusted }),
      },
    })
    assertCivil(t, outcome, host)
    t.equal(outcome.code, 1)
    t.match(outcome.stderr, host === 'localhost' ? /is not trusted here/ : /is for another host/)
    t.strictSame(heardThere, [], 'nothing was sent')
  }
})

/** An API of one invitation, whose status the call changes or not, whatever it answers. */
function stateful(t: Test, { leaves, answer }: Pick<Effect, 'leaves' | 'answer'>) {
  let status = 'P'
  return serveRaw(t, call => {
    if (call === ACCEPT) {
      status = leaves ?? status
      return answer
    }
    const one = wire({ status })
    return reply(call === READ ? JSON.stringify(one) : list(one))
  })
}

const ACCEPT = 'POST /identity-provider/invitation/1/accept'
const READ = 'GET /identity-provider/invitation/1'

/** A list may lag behind: what differs is looked at again before it is said. */
const VERIFIED_IN_VAIN = [LIST, LIST, LIST, LIST]

interface Effect {
  readonly api: string
  /** The status that the call leaves behind, if it changes it. */
  readonly leaves?: 'A' | 'D'
  readonly answer: Answer
  readonly code: number
  readonly says: RegExp
  readonly calls: readonly string[]
}

const EFFECTS: readonly Effect[] = [
  {
    api: 'accepts',
    leaves: 'A',
    answer: reply('', {}, 204),
    code: 0,
    says: /1 accepted/,
    calls: [LIST, ACCEPT, LIST],
  },
  {
    api: 'says that it accepted, and did not',
    answer: reply('', {}, 204),
    code: 5,
    says: /wanted accepted|differ/,
    calls: [LIST, ACCEPT, ...VERIFIED_IN_VAIN],
  },
  {
    api: 'answers with a web page, and did not',
    answer: reply('<html>', typed('text/html')),
    code: 5,
    says: /web page/,
    calls: [LIST, ACCEPT, READ, LIST],
  },
  {
    api: 'answers with a web page, and did',
    leaves: 'A',
    answer: reply('<html>', typed('text/html')),
    code: 0,
    says: /1 accepted/,
    calls: [LIST, ACCEPT, READ, LIST],
  },
  {
    api: 'redirects the call',
    answer: reply('', { location: 'http://127.0.0.1:9/' }, 307),
    code: 5,
    says: /redirects/,
    calls: [LIST, ACCEPT, READ, LIST],
  },
  {
    api: 'switches protocols, and did',
    leaves: 'A',
    answer: 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    code: 0,
    says: /1 accepted/,
    calls: [LIST, ACCEPT, READ, LIST],
  },
  {
    api: 'cuts the connection, and did',
    leaves: 'A',
    answer: socket => socket.resetAndDestroy(),
    code: 0,
    says: /1 accepted/,
    calls: [LIST, ACCEPT, READ, LIST],
  },
  {
    api: 'does something else',
    leaves: 'D',
    answer: reply('', {}, 204),
    code: 5,
    says: /denied/,
    calls: [LIST, ACCEPT, ...VERIFIED_IN_VAIN],
  },
]

t.test('the API is told to accept', async t => {
  for (const { api, code, says, calls, ...effect } of EFFECTS) {
    t.test(api, async t => {
      const server = await stateful(t, effect)
      const outcome = await run(['apply', '--auto-approve', '--no-color', '--retries', '0', '--timeout', '5'], {
        cwd: folderOf(t),
        env: { BIMDATA_API_URL: server.url, BIMDATA_API_KEY: KEY },
      })
      assertCivil(t, outcome, 'the run')
      t.equal(outcome.code, code, heard(outcome).slice(0, 800))
      t.match(heard(outcome), says)
      t.strictSame(server.calls, calls)
    })
  }
})

t.test('a status that changes between planning and acting is not acted on from a saved plan', async t => {
  const live = { status: 'P' }
  const server = await serveRaw(t, () => reply(list(wire({ status: live.status }))))
  const options = { cwd: folderOf(t), env: { BIMDATA_API_URL: server.url, BIMDATA_API_KEY: KEY } }
  t.equal((await run(['plan', '--out', 'plan.json'], options)).code, 0)
  live.status = 'D'
  const outcome = await run(['apply', 'plan.json'], options)
  t.equal(outcome.code, 4)
  t.match(heard(outcome), /status was "pending", is "denied"/)
  t.strictSame(server.calls, [LIST, LIST], 'nothing was done')
})

/** Invitations of ascending ids, without end: what is measured is the reader. */
function* invitations(): Generator<Buffer> {
  const item = `${JSON.stringify(wire({ id: 100_000_000, email: 'x@elsewhere.example', status: 'A' }))},`
  const chunk = Buffer.from(item.repeat(2000))
  const at = item.indexOf('100000000')
  for (let id = 100_000_000; ; id += 2000) {
    for (let k = 0; k < 2000; k++) chunk.write(String(id + k), k * item.length + at, 'latin1')
    yield Buffer.from(chunk)
  }
}

t.test('two gigabytes', async t => {
  const GIB2 = 2 ** 31
  const rubbish = Buffer.alloc(2 ** 20, 'rubbish,')
  const letters = Buffer.alloc(2 ** 20, 'a')
  const cases: readonly [string, Answer, RegExp][] = [
    ['of rubbish', flood(headOf(), rubbish, GIB2), /not JSON|no invitation ends/],
    ['of one address', flood(`${headOf()}[{"id":1,"email":"`, letters, GIB2), /no invitation ends/],
    ['of valid invitations, and then the connection closes', flood(`${headOf()}[`, invitations(), GIB2), /cut short/],
  ]
  for (const [name, answer, says] of cases) {
    const api = await serveRaw(t, () => answer)
    const outcome = await plan(t, api.url, ['--timeout', '110', '--log-level', 'error'])
    assertCivil(t, outcome, name)
    t.equal(outcome.code, 1, name)
    t.match(heard(outcome), says, name)
    t.ok(outcome.peak < 300, `${name}: peak memory ${outcome.peak.toFixed(0)} MiB`)
  }
})
