import { writeFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { selfSigned } from '../helpers/certificate.js'
import { GOOD, list, ROWS, typed, wire } from './fixtures/list-rows.js'
import { type Answer, flood, headOf, reply, serveRaw } from './fixtures/raw-server.js'
import { assertCivil, type Outcome, run, runHere } from './fixtures/run.js'

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

const heard = ({ stdout, stderr }: Outcome): string => stdout + stderr

function folderOf(t: Test, manifest = MANIFEST): string {
  const folder = t.testdir()
  writeFileSync(join(folder, 'guestlist.yaml'), manifest)
  return folder
}

const plan = (t: Test, url: string, flags: readonly string[] = [], how = runHere) =>
  how(['plan', '--no-color', '--retries', '0', ...flags], {
    cwd: folderOf(t),
    env: { BIMDATA_API_URL: url, BIMDATA_API_KEY: KEY },
  })

/** Of the answers, every so manieth is given to a process of its own, whose memory is measured. */
const MEASURED_EVERY = 10

t.test('the API lists', async t => {
  t.jobs = 2
  for (const [index, { api, answer, flags, code, says }] of ROWS.entries()) {
    t.test(api, async t => {
      const api = await serveRaw(t, () => answer)
      const outcome = await plan(t, api.url, flags, index % MEASURED_EVERY === 0 ? run : runHere)
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
      const outcome = await runHere(['apply', '--auto-approve', '--no-color', '--retries', '0', '--timeout', '5'], {
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

t.test('half a gigabyte', async t => {
  const LONG = 2 ** 29
  const rubbish = Buffer.alloc(2 ** 20, 'rubbish,')
  const letters = Buffer.alloc(2 ** 20, 'a')
  const cases: readonly [string, Answer, RegExp][] = [
    ['of rubbish', flood(headOf(), rubbish, LONG), /not JSON|no invitation ends/],
    ['of one address', flood(`${headOf()}[{"id":1,"email":"`, letters, LONG), /no invitation ends/],
    ['of valid invitations, and then the connection closes', flood(`${headOf()}[`, invitations(), LONG), /cut short/],
  ]
  for (const [name, answer, says] of cases) {
    const api = await serveRaw(t, () => answer)
    const outcome = await plan(t, api.url, ['--timeout', '110', '--log-level', 'error'], run)
    assertCivil(t, outcome, name)
    t.equal(outcome.code, 1, name)
    t.match(heard(outcome), says, name)
    t.ok(outcome.peak < 300, `${name}: peak memory ${outcome.peak.toFixed(0)} MiB`)
  }
})
