import t, { type Test } from 'tap'
import { type Answer, flood, headOf, reply, serveRaw } from './fixtures/raw-server.js'
import { assertCivil, folderOf, type Outcome, run } from './fixtures/run.js'

/*
 * Much of everything: it is planned, or the limit is named. The process never runs out of memory.
 */

const item = (id: number, email: string): string =>
  `{"id":${id},"client_id":12,"redirect_uri":"","cloud_name":"Cloud ${id % 50}","cloud_role":50,"email":"${email}","project_name":null,"status":"P"}`

/** The list of `count` invitations, in pieces. */
function* list(count: number, emailOf: (id: number) => string, idOf = (n: number): number => n): Generator<Buffer> {
  for (let from = 0; from < count; from += 1000) {
    const items = Array.from({ length: Math.min(1000, count - from) }, (_, k) => {
      const id = idOf(from + k + 1)
      return item(id, emailOf(id))
    })
    yield Buffer.from(`${from === 0 ? '[' : ','}${items.join(',')}`)
  }
  yield Buffer.from(']')
}

const answer = (pieces: Generator<Buffer>): Answer => flood(headOf(), pieces)

async function planOf(
  t: Test,
  pieces: Generator<Buffer>,
  manifest: string,
  args: readonly string[],
  heap?: number,
): Promise<Outcome> {
  const api = await serveRaw(t, call => (call.startsWith('GET') ? answer(pieces) : reply('', {}, 500)))
  return run(['plan', '--no-color', '--retries', '0', '--log-level', 'error', ...args], {
    cwd: folderOf(t, { 'guestlist.yaml': manifest }),
    env: { BIMDATA_API_URL: api.url, BIMDATA_API_KEY: 'some-key' },
    ...(heap === undefined ? {} : { heap }),
  })
}

const rule = (n: number): string =>
  n % 50 === 0 ? `    - email: "*@domain${n}.example"\n` : `    - email: person${n}@acme.example\n`

const manifestOf = (rules: number): string =>
  `apiVersion: guestlist/v1\ninvitations:\n  accept:\n${Array.from({ length: rules }, (_, n) => rule(n)).join('')}`

const ALL = 'apiVersion: guestlist/v1\ninvitations:\n  unmatched: accept\n'

t.test('200,000 invitations and 20,000 rules', async t => {
  const pieces = list(200_000, id => `person${id}@${id % 3 === 0 ? 'acme' : 'elsewhere'}.example`)
  const outcome = await planOf(t, pieces, manifestOf(20_000), [])
  assertCivil(t, outcome, 'the plan')
  t.equal(outcome.code, 0, outcome.stderr.slice(0, 300))
  t.match(outcome.stdout, /Plan: 6533 to accept/)
  t.ok(outcome.peak < 500, `peak memory ${outcome.peak.toFixed(0)} MiB`)
})

t.test('more changes than fit in memory: the limit is named, in every format', async t => {
  for (const args of [
    [],
    ['--json'],
    ['--format', 'html'],
    ['--format', 'markdown'],
    ['--format', 'diff'],
    ['--out', 'plan.json'],
    ['--show-unchanged'],
  ]) {
    const pieces = list(500_000, id => `person${id}@acme.example`)
    const outcome = await planOf(t, pieces, ALL, args, 72)
    assertCivil(t, outcome, args.join(' '))
    t.equal(outcome.code, 1, args.join(' '))
    t.match(outcome.stderr, /more than fits in memory/, args.join(' '))
  }
})

t.test('as many changes as are taken are shown, or it is said that they cannot be', async t => {
  const cases: readonly (readonly [readonly string[], number, number])[] = [
    [[], 100_000, 0],
    [['--format', 'html'], 50_000, 0],
    [['--format', 'markdown'], 50_000, 0],
    [['--format', 'diff'], 5_000, 0],
    [['--format', 'diff'], 100_000, 1],
    // The same document.
    [['--json'], 50_000, 0],
    [['--out', 'plan.json'], 100_000, 0],
  ]
  for (const [args, count, code] of cases) {
    const pieces = list(count, id => `person${id}@acme.example`)
    const outcome = await planOf(t, pieces, ALL, args, 256)
    const name = `${count} ${args.join(' ')}`
    assertCivil(t, outcome, name)
    t.equal(outcome.code, code, `${name}: ${outcome.stderr.slice(0, 200)}`)
    if (code === 1) t.match(outcome.stderr, /too large to be shown as diff/, name)
  }
})

t.test('a file that is small, and large when it is read', async t => {
  const cwd = folderOf(t, { 'guestlist.yaml': ALL, 'empties.json': `[${'[],'.repeat(10_000_000)}[]]` })
  for (const args of [
    ['show', 'empties.json'],
    ['plan', '--from', 'empties.json'],
    ['apply', 'empties.json'],
  ]) {
    const outcome = await run(args, { cwd, heap: 256 })
    assertCivil(t, outcome, args.join(' '))
    t.equal(outcome.code, 1, args.join(' '))
    t.match(outcome.stderr, /holds more than fits in memory/, args.join(' '))
  }
})

t.test('ids that lie as far apart as they can', async t => {
  const pieces = list(
    1_500_000,
    () => 'x@elsewhere.example',
    n => n * 6_000_000_000,
  )
  const outcome = await planOf(t, pieces, manifestOf(10), [], 96)
  assertCivil(t, outcome, 'the plan')
  t.equal(outcome.code, 1, outcome.stderr.slice(0, 300))
  t.match(outcome.stderr, /more than fits in memory/)
})
