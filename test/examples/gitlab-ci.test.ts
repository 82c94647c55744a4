import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { type Job, runJob as run, startGitLab as start, whenOf } from './gitlab.js'
import { EXAMPLES, initGit, type Ran, startWorld, type World } from './world.js'

const FILE = join(EXAMPLES, 'gitlab-ci', '.gitlab-ci.yml')
const SETUP = { scripts: ['gitlab-ci'], to: '.gitlab/guestlist' }

const pipeline = parse(readFileSync(FILE, 'utf8'), { merge: true })
const jobOf = (name: string): Job => ({ ...pipeline.default, ...pipeline[name] })
const startGitLab = (t: Test) => start(t, SETUP.scripts)
const runJob = (world: World, name: string, env: Readonly<Record<string, string>>): Promise<Ran> =>
  run(world, jobOf(name), env)

t.test('plan, then apply of the saved plan by hand, with the state at GitLab', async t => {
  const { world, state, ci, secrets } = await startGitLab(t)
  const planned = await runJob(world, 'plan', { ...ci, ...secrets })
  t.equal(planned.code, 0, planned.stderr)
  t.match(planned.stdout, /^Plan: 5 to accept, 1 to deny, 1 to remove\.$/m)
  t.match(world.read('plan.html'), /<title>guestlist plan<\/title>/)
  const applied = await runJob(world, 'apply', { ...ci, ...secrets })
  t.equal(applied.code, 0, applied.stderr)
  t.match(applied.stdout, /^Apply complete! 5 accepted, 1 denied, 1 removed\.$/m)
  t.match(world.read('audit.ndjson'), /oscar\.blanc@acme\.example/)
  t.match(state.state, /oscar\.blanc@acme\.example/)
  t.equal(state.lock, null)
  const paths = new Set(state.requests.map(({ method, url }) => `${method} ${url.split('?')[0]}`))
  const at = '/api/v4/projects/7/terraform/state/guestlist'
  t.strictSame([...paths].sort(), [`DELETE ${at}/lock`, `GET ${at}`, `POST ${at}`, `POST ${at}/lock`])
  t.match((await runJob(world, 'plan', { ...ci, ...secrets })).stdout, /^No changes\./m, 'the removal is remembered')
})

t.test('a saved plan that is no longer true is not applied', async t => {
  const { world, ci, secrets } = await startGitLab(t)
  t.match(await runJob(world, 'plan', { ...ci, ...secrets }), { code: 0 })
  t.match(await runJob(world, 'apply', { ...ci, ...secrets }), { code: 0 })
  t.match(await runJob(world, 'apply', { ...ci, ...secrets }), { code: 4 })
})

t.test('a merge request is planned from the snapshot, without secrets', async t => {
  const { world, ci, secrets } = await startGitLab(t)
  t.match(await runJob(world, 'snapshot', { ...ci, ...secrets }), { code: 0 })
  const live = join(world.folder, '..', 'live.json')
  execFileSync('mv', [join(world.folder, 'live.json'), live])
  world.answer({ to: 'npm install' }, { to: 'jobs/artifacts/main/raw/live.json?job=snapshot', file: live })
  const { code, stdout, stderr } = await runJob(world, 'plan merge request', ci)
  t.equal(code, 0, stderr)
  t.match(stdout, /^Plan: 5 to accept, 1 to deny, 1 to remove\.$/m)
  t.match(world.read('plan.md'), /^<!-- guestlist-plan -->/)
  const [call] = world.calls('curl')
  t.equal(call?.input, 'header = "JOB-TOKEN: job-token"\n')
  t.notMatch(call?.line, /job-token/, 'the token is in no list of processes')
})

const TESTS = readFileSync(join(EXAMPLES, 'quickstart', 'guestlist.test.yaml'), 'utf8')

t.test('validate lints and tests without secrets, and its report is of the tests', async t => {
  const { world } = await startGitLab(t)
  world.write('guestlist.test.yaml', TESTS)
  t.match(await runJob(world, 'validate', {}), { code: 0 })
  t.match(world.read(jobOf('validate').artifacts?.reports?.junit ?? ''), /<testsuite [^>]*tests="4"/)
  world.write('guestlist.test.yaml', TESTS.replace('expect: deny', 'expect: accept'))
  t.match(await runJob(world, 'validate', {}), { code: 1 })
  t.match(world.read('junit.xml'), '<failure')
  world.write('guestlist.yaml', `${world.read('guestlist.yaml')}\nguards: {maxRemoval: 1}\n`)
  t.match(await runJob(world, 'validate', {}), { code: 1, stderr: /maxRemoval/ })
})

t.test("GitLab's schema holds, and each pipeline has its jobs", async t => {
  const world = await startWorld(t, SETUP)
  world.write('.gitlab-ci.yml', readFileSync(FILE, 'utf8'))
  initGit(world)
  execFileSync('git', ['remote', 'set-url', 'origin', 'git@gitlab.example:acme/guests.git'], { cwd: world.folder })
  const never = { validate: 'never', 'plan merge request': 'never', snapshot: 'never', plan: 'never', apply: 'never' }
  const always = 'on_success'
  t.strictSame(whenOf(t, world, 'push'), { ...never, validate: always, plan: always, apply: 'manual' })
  t.strictSame(whenOf(t, world, 'schedule'), { ...never, validate: always, snapshot: always })
  const merge = whenOf(t, world, 'merge_request_event')
  t.strictSame([merge['plan merge request'], merge.plan, merge.apply], [always, 'never', 'never'])
})

t.test('only protected things are trusted', async t => {
  t.match(jobOf('apply'), { resource_group: 'guestlist', environment: 'guestlist' })
  t.equal(jobOf('plan merge request').variables, undefined, 'no access to the state')
  t.notMatch(readFileSync(FILE, 'utf8'), /BIMDATA/, 'credentials are protected, masked variables of the project')
})
