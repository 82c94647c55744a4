/*
 * The built program in processes of their own: killed, interrupted, two at once, with a disk that is full. When it is
 * struck is decided by the requests that the sandbox has seen, so that every run of this test strikes at the same points.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { main } from '../../src/program/program.js'
import type { Sandbox } from '../../src/sandbox/options.js'
import { startSandbox } from '../../src/sandbox/server.js'
import { testIo } from '../helpers/command.js'
import { wire } from './fixtures/rig.js'
import { type Running, type SpawnOptions, start, until } from './fixtures/spawn.js'

const LEAVERS = [1, 2, 3, 4].map(n => `leaver${n}@acme.example`)

const MANIFEST = `apiVersion: guestlist/v1
invitations:
  accept:
    - email: "*@in.example"
  deny:
    - email: "*@out.example"
users:
  remove:
${LEAVERS.map(email => `    - email: ${email}`).join('\n')}
state:
  path: state/guestlist.state.json
`

/** Ten to deny, ten to accept, four to remove; one call after the other. */
const INVITATIONS = Array.from({ length: 20 }, (_, index) =>
  wire(index + 1, { email: `user${index}@${index < 10 ? 'out' : 'in'}.example` }),
)

const APPLY = ['apply', '--auto-approve', '--parallelism', '1', '--retries', '1', '--audit-log', 'audit.log']

interface Scene {
  readonly sandbox: Sandbox
  readonly options: SpawnOptions
  apply(...args: readonly string[]): Running
  /** A whole run that nothing strikes: in this process. */
  run(...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }>
  /** Whom the state remembers. */
  remembered(): readonly string[]
  /** How many requests for a change have come. */
  changes(): number
}

async function scene(t: Test): Promise<Scene> {
  const cwd = t.testdir({ 'guestlist.yaml': MANIFEST })
  const sandbox = await startSandbox({ data: { invitations: INVITATIONS, users: LEAVERS }, latencyMs: 5 })
  t.teardown(() => sandbox.close())
  const options = { cwd, env: { BIMDATA_API_URL: sandbox.url, BIMDATA_API_KEY: sandbox.apiKey, _: '' } }
  const state = join(cwd, 'state', 'guestlist.state.json')
  return {
    sandbox,
    options,
    apply: (...args) => start(t, [...APPLY, ...args], options),
    async run(...args) {
      const io = testIo(options.env)
      const code = await main(args, { ...io, cwd })
      return { code, stdout: io.stdout.join(''), stderr: io.stderr.join('') }
    },
    remembered: () => (existsSync(state) ? Object.keys(JSON.parse(readFileSync(state, 'utf8')).removals) : []),
    changes: () => sandbox.calls().filter(({ operation }) => /^(accept|deny|remove)$/.test(operation ?? '')).length,
  }
}

/** One run more finishes the work, and leaves nothing to do; nothing was done twice. */
async function converges(t: Test, { run, sandbox, remembered }: Scene): Promise<void> {
  const again = await run(...APPLY)
  t.equal(again.code, 0, again.stderr)
  t.same(
    sandbox.invitations().map(({ status }) => status),
    INVITATIONS.map((_, index) => (index < 10 ? 'D' : 'A')),
  )
  t.same(
    sandbox.users().filter(email => LEAVERS.includes(email)),
    [],
  )
  t.same([...remembered()].sort(), LEAVERS)
  const effects = sandbox.effects().map(({ operation, target }) => `${operation} ${target}`)
  t.equal(new Set(effects).size, effects.length, 'no effect twice')
  t.equal(effects.length, 24)
}

/** Killed when so many changes had been asked for. */
for (const at of [0, 1, 11, 20, 21, 23]) {
  t.test(`killed at change ${at}, the next run finishes the work`, async t => {
    const world = await scene(t)
    const running = world.apply()
    const begun = () => (at === 0 ? world.sandbox.calls().length > 0 : world.changes() >= at)
    await until(running, begun, `${at} changes`)
    running.kill('SIGKILL')
    t.equal(await running.exited, null)
    const gone = LEAVERS.filter(email => !world.sandbox.users().includes(email))
    const lost = gone.filter(email => !world.remembered().includes(email))
    t.ok(lost.length <= 1, `removed and not remembered: ${lost}`)
    await converges(t, world)
  })
}

t.test('killed twice: no removal is lost, nothing is left to do, and the audit log is whole', async t => {
  const world = await scene(t)
  for (const at of [5, 22]) {
    const running = world.apply()
    await until(running, () => world.changes() >= at, `${at} changes`)
    running.kill('SIGKILL')
    await running.exited
    const cut = await world.run('audit', 'verify', 'audit.log')
    t.match(cut, { code: 1, stderr: /: (unfinished|torn): / }, 'until the next run the log ends within this one')
  }
  await converges(t, world)
  const plan = await world.run('plan', '--detailed-exitcode')
  t.equal(plan.code, 0, plan.stdout)
  const audit = await world.run('audit', 'verify', 'audit.log')
  t.equal(audit.code, 0, audit.stderr + audit.stdout)
})

t.test('killed between a removal and its memory: the next run finds the user absent', async t => {
  const world = await scene(t)
  world.sandbox.addFault({ kind: 'hang', operation: 'remove', nth: 2, after: true })
  const running = world.apply()
  await until(running, () => world.sandbox.effects().length === 22, 'two removals')
  running.kill('SIGKILL')
  await running.exited
  t.same(world.remembered(), LEAVERS.slice(0, 1))
  const again = await world.run(...APPLY)
  t.match(again.stdout, /bimdata_user\.leaver2@acme\.example: absent/)
  t.match(again.stdout, /^Apply complete! 0 accepted, 0 denied, 2 removed, 1 absent\.$/m)
  t.match(again.stderr, /took over the state's lock/)
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  t.test(
    `${signal === 'SIGHUP' ? 'issue 12.13: ' : ''}${signal}: what is in flight finishes, the report and the state are written`,
    async t => {
      const world = await scene(t)
      world.sandbox.addFault({ kind: 'latency', operation: 'remove', nth: 2, ms: 300 })
      const running = world.apply()
      await until(running, () => world.changes() >= 22, 'the second removal')
      running.kill(signal)
      t.equal(await running.exited, 130)
      const removed = LEAVERS.filter(email => !world.sandbox.users().includes(email))
      t.same(removed, LEAVERS.slice(0, 2), 'the one in flight was finished')
      t.same(world.remembered(), removed, 'nobody was removed who is not remembered')
      t.match(running.stdout(), new RegExp(`^Apply incomplete! 10 accepted, 10 denied, ${removed.length} removed`, 'm'))
      t.match(running.stderr(), /Interrupted: what is in flight finishes/)
      await converges(t, world)
    },
  )
}

t.test('issue 12.13: under nohup a hang-up changes nothing', async t => {
  const { sandbox, options, changes } = await scene(t)
  const running = start(t, APPLY, { ...options, env: { ...options.env, _: '/usr/bin/nohup' } })
  await until(running, () => changes() >= 5, 'five changes')
  running.kill('SIGHUP')
  t.equal(await running.exited, 0)
  t.equal(sandbox.effects().length, 24)
})

t.test('issue 12.13: an interrupt does not wait out what a 429 asks for', async t => {
  const world = await scene(t)
  world.sandbox.addFault({ kind: 'status', status: 429, operation: 'deny', retryAfter: 100 })
  const running = world.apply()
  await until(running, () => world.changes() >= 1, 'the first change')
  const began = performance.now()
  running.kill('SIGINT')
  t.equal(await running.exited, 130)
  t.ok(performance.now() - began < 50_000)
})

t.test('an interrupt while invitations are decided: nothing new, no removal', async t => {
  const world = await scene(t)
  const running = world.apply()
  await until(running, () => world.changes() >= 5, 'five changes')
  running.kill('SIGINT')
  t.equal(await running.exited, 130)
  const effects = world.sandbox.effects()
  t.equal(effects.length, world.changes(), 'what was asked for was done')
  t.ok(effects.every(({ operation }) => operation === 'deny'))
  t.match(running.stdout(), new RegExp(`^Apply incomplete! 0 accepted, ${effects.length} denied, 0 removed`, 'm'))
  await converges(t, world)
})

t.test('a second interrupt stops at once', async t => {
  const world = await scene(t)
  world.sandbox.addFault({ kind: 'hang', operation: 'deny', nth: 3 })
  const running = world.apply()
  await until(running, () => world.changes() >= 3, 'the call that hangs')
  running.kill('SIGINT')
  await until(running, () => running.stderr().includes('Interrupted'), 'the first interrupt')
  running.kill('SIGINT')
  t.equal(await running.exited, 130)
  t.equal(world.changes(), 3)
  await converges(t, world)
})

t.test('two at once: the second is told who is at work, and touches nothing', async t => {
  const world = await scene(t)
  world.sandbox.addFault({ kind: 'hang', operation: 'deny', nth: 3 })
  const running = world.apply()
  await until(running, () => world.changes() >= 3, 'the call that hangs')
  const second = await world.run(...APPLY)
  t.equal(second.code, 1)
  t.match(second.stderr, new RegExp(`is locked.*\\b${running.pid}\\b`))
  t.equal(world.changes(), 3)
  running.kill('SIGKILL')
  await running.exited
  await converges(t, world)
})

t.test('two at once: the second waits, and finds the work done', async t => {
  const world = await scene(t)
  const running = world.apply()
  await until(running, () => world.changes() >= 1, 'the first change')
  running.kill('SIGSTOP')
  const second = world.apply('--lock-timeout', '60')
  await until(second, () => second.stderr().includes('waiting'), 'the wait for the lock')
  running.kill('SIGCONT')
  t.equal(await running.exited, 0, running.stderr())
  t.equal(await second.exited, 0, second.stderr())
  t.match(second.stderr(), /waiting for the state's lock/)
  t.match(second.stdout(), /^No changes\. Invitations and users match the manifest\.$/m)
  t.equal(world.changes(), 24)
})

/** As many as make the file larger than the limit of the test below. */
const remembered = (apiUrl: string) => ({
  version: 1,
  serial: 7,
  lineage: 'b0c5f2de-2b1f-4a32-9a51-6f0f3f5d8a11',
  api_url: apiUrl,
  removals: Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [
      `earlier${n}@acme.example`,
      {
        outcome: 'removed',
        at: '2026-10-01T00:00:00.000Z',
        reason: null,
        accepted_invitations: [],
        plan_digest: 'sha256:0',
      },
    ]),
  ),
})

t.test('a disk that is full: invitations are decided, nobody is removed', async t => {
  const world = await scene(t)
  const cwd = t.testdir({
    'guestlist.yaml': MANIFEST,
    state: { 'guestlist.state.json': JSON.stringify(remembered(world.sandbox.url)) },
  })
  const before = readFileSync(join(cwd, 'state', 'guestlist.state.json'), 'utf8')
  const args = APPLY.filter(arg => !arg.includes('audit'))
  const running = start(t, args, { ...world.options, cwd, fileLimit: 4 })
  t.equal(await running.exited, 5, running.stderr())
  t.match(running.stdout(), /The state cannot be written/)
  t.match(running.stdout(), /^Apply incomplete! 10 accepted, 10 denied, 0 removed/m)
  t.notOk(world.sandbox.effects().some(({ operation }) => operation === 'remove'))
  t.equal(readFileSync(join(cwd, 'state', 'guestlist.state.json'), 'utf8'), before, 'the state is as it was')
  const after = start(t, args, { ...world.options, cwd })
  t.equal(await after.exited, 0, after.stderr())
  t.match(after.stdout(), /^Apply complete! 0 accepted, 0 denied, 4 removed\.$/m)
})

t.test('a state that goes away during the run: nobody is removed', async t => {
  const world = await scene(t)
  const running = world.apply()
  await until(running, () => world.changes() >= 3, 'three changes')
  rmSync(join(world.options.cwd, 'state'), { recursive: true })
  t.equal(await running.exited, 5, running.stderr())
  t.match(running.stdout(), /lock .* was removed/i)
  t.notOk(world.sandbox.effects().some(({ operation }) => operation === 'remove'))
  await converges(t, world)
})

t.test('a state that cannot be written at all: nothing is begun', async t => {
  const world = await scene(t)
  writeFileSync(join(world.options.cwd, 'state'), 'in the way')
  const { code, stderr } = await world.run(...APPLY)
  t.equal(code, 1)
  t.match(stderr, /state/)
  t.equal(world.changes(), 0)
})
