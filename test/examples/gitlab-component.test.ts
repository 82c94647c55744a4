import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { MARKDOWN_MARKER } from '../../src/render/markdown/plan-markdown.js'
import { callGitlabCiLocal, gitlabCiLocal, type Job, runJob, startGitLab, whenOf } from './gitlab.js'
import { EXAMPLES, initGit, type World } from './world.js'

const read = (file: string): string => readFileSync(join(EXAMPLES, 'gitlab-component', file), 'utf8')
const TEMPLATE = read('templates/pipeline.yml')

/** By inputs. */
const previews = new Map<string, string>()

/** A project that includes the component. */
async function includeWith(t: Test, inputs: Readonly<Record<string, string>>) {
  const started = await startGitLab(t, ['gitlab-component', 'install'])
  const { world } = started
  mkdirSync(join(world.folder, 'templates'))
  world.write('templates/pipeline.yml', TEMPLATE)
  world.write('.gitlab-ci.yml', JSON.stringify({ include: [{ local: 'templates/pipeline.yml', inputs }] }))
  initGit(world)
  execFileSync('git', ['remote', 'set-url', 'origin', 'git@gitlab.example:acme/guests.git'], { cwd: world.folder })
  return started
}

/** A project that includes the component, and the jobs that GitLab would make of it. */
async function startProject(t: Test, inputs: Readonly<Record<string, string>> = {}) {
  const started = await includeWith(t, inputs)
  const { world } = started
  const given = JSON.stringify(inputs)
  // The same pipeline has the same jobs.
  const preview = previews.get(given) ?? gitlabCiLocal(t, world, ['--preview'])
  previews.set(given, preview)
  const jobs: Readonly<Record<string, Job>> = parse(preview)
  const job = (name: string): Job => jobs[name] ?? { script: ['exit 99'] }
  return { ...started, job }
}

t.test("GitLab's schema holds, and each pipeline has its jobs", async t => {
  const { world } = await startProject(t, { stage: 'build' })
  const [merge, snapshot, plan, apply] = ['merge-request', 'snapshot', 'plan', 'apply'].map(name => `guestlist-${name}`)
  const jobsOf = (source: string) =>
    Object.entries(whenOf(t, world, source)).flatMap(([name, when]) => (when === 'never' ? [] : [[name, when]]))
  const validate = ['guestlist-validate', 'on_success']
  t.strictSame(jobsOf('merge_request_event'), [validate, [merge, 'on_success']])
  t.strictSame(jobsOf('schedule'), [validate, [snapshot, 'on_success']])
  t.strictSame(jobsOf('push'), [validate, [plan, 'on_success'], [apply, 'manual']])
})

t.test('its inputs are described, used, and in the README with their defaults', async t => {
  const [spec] = parseAllDocuments(TEMPLATE)
  const inputs: Readonly<Record<string, { description: string; default: string }>> = spec?.toJS().spec.inputs
  const rows = [...read('README.md').matchAll(/^\| `(\w+)` \| `(.+?)` \| (.+) \|$/gm)].map(([, name, value]) => [
    name,
    value,
  ])
  t.strictSame(
    rows,
    Object.entries(inputs).map(([name, input]) => [name, input.default]),
  )
  for (const [name, { description }] of Object.entries(inputs)) {
    t.match(description, /\w/, name)
    t.match(TEMPLATE, `$[[ inputs.${name} ]]`)
  }
  t.notMatch(
    TEMPLATE.replace(/^ {4}[A-Z_]+: .*$/gm, ''),
    /^\s+(?:- |\w.*)\$\[\[ inputs\.(manifest|folder|state)/m,
    'no input is pasted into a script',
  )
})

for (const [input, value] of [
  ['manifest', ''],
  ['manifest', '-'],
  ['manifest', '$MANIFEST'],
  ['folder', ''],
  ['folder', '$FOLDER'],
  ['image', ''],
  ['image', 'node 22'],
  ['stage', ''],
  ['apply_stage', '$STAGE'],
] as const) {
  t.test(`the input ${input}: ${JSON.stringify(value)} is refused`, async t => {
    const { world } = await includeWith(t, { [input]: value })
    t.match(callGitlabCiLocal(world, ['--preview']), { status: 1, stderr: `\`${input}\` input` })
  })
}

t.test(
  'no input names the environment or the state: of a misspelt one GitLab would make an unprotected, or an empty one',
  t => {
    const [spec] = parseAllDocuments(TEMPLATE)
    const inputs: Readonly<Record<string, { regex?: string }>> = spec?.toJS().spec.inputs
    t.strictSame(Object.keys(inputs), ['manifest', 'folder', 'image', 'stage', 'apply_stage'])
    for (const [name, { regex }] of Object.entries(inputs)) t.match(regex, /^\^.+\$$/, name)
    t.end()
  },
)

/** The merge request's job, with what GitLab answers. */
async function planMergeRequest(t: Test, notes: readonly unknown[] | null) {
  const { world, ci, secrets, job } = await startProject(t)
  t.match(await runJob(world, job('guestlist-snapshot'), { ...ci, ...secrets }), { code: 0 })
  const live = join(world.folder, '..', 'live.json')
  execFileSync('mv', [join(world.folder, 'live.json'), live])
  world.answer(
    { to: 'npm install' },
    { to: 'jobs/artifacts/main/raw/live.json?job=guestlist-snapshot', file: live },
    { to: '/api/v4/user', json: { id: 5 } },
    { to: 'notes?per_page', json: notes ?? [] },
    { to: '--request P' },
  )
  const token = notes === null ? {} : { MERGE_REQUEST_NOTE_TOKEN: 'note-token' }
  const ran = await runJob(world, job('guestlist-merge-request'), { ...ci, ...token, CI_MERGE_REQUEST_IID: '3' })
  t.equal(ran.code, 0, ran.stderr)
  return { world, ran, job: job('guestlist-merge-request') }
}

const written = (world: World) => world.calls('curl').filter(({ line }) => line.includes('--request P'))

t.test('a merge request: planned from the snapshot without secrets, with the counts for its widget', async t => {
  const { world, ran, job } = await planMergeRequest(t, null)
  t.match(ran.stdout, /^Plan: 5 to accept, 1 to deny, 1 to remove\.$/m)
  t.match(world.read('plan.md'), MARKDOWN_MARKER)
  t.equal(job.artifacts?.reports?.terraform, 'widget.json')
  t.strictSame(JSON.parse(world.read('widget.json')), { create: 0, update: 6, delete: 1 })
  t.strictSame(written(world), [], 'no token, no note')
})

const mine = { id: 8, author: { id: 5 }, body: `${MARKDOWN_MARKER}\nold` }
const foreign = { id: 7, author: { id: 6 }, body: `${MARKDOWN_MARKER}\nforged` }

for (const [name, notes, expected] of [
  ['made at first', [foreign], /--request POST .*merge_requests\/3\/notes$/],
  ['then the same one is replaced', [foreign, mine], /--request PUT .*merge_requests\/3\/notes\/8$/],
] as const) {
  t.test(`the note: ${name}, never that of somebody else`, async t => {
    const { world } = await planMergeRequest(t, notes)
    const [call, ...more] = written(world)
    t.match(call?.line, expected)
    t.match(call?.body, /### Plan: 5 to accept/)
    t.equal(call?.input, 'header = "PRIVATE-TOKEN: note-token"\n')
    t.strictSame(more, [])
    for (const { line } of world.calls('curl')) t.notMatch(line, /-token/, 'no token is in a list of processes')
  })
}

const TESTS = readFileSync(join(EXAMPLES, 'quickstart', 'guestlist.test.yaml'), 'utf8')

t.test('validate lints and tests without secrets, and its report is of the tests', async t => {
  const { world, job } = await startProject(t)
  const validate = job('guestlist-validate')
  world.write('guestlist.test.yaml', TESTS)
  t.match(await runJob(world, validate, {}), { code: 0 })
  t.match(world.read(validate.artifacts?.reports?.junit ?? ''), /<testsuite [^>]*tests="4"/)
  world.write('guestlist.test.yaml', TESTS.replace('expect: deny', 'expect: accept'))
  t.match(await runJob(world, validate, {}), { code: 1 })
  t.match(world.read('junit.xml'), '<failure')
  world.write('guestlist.yaml', `${world.read('guestlist.yaml')}\nguards: {maxRemoval: 1}\n`)
  t.match(await runJob(world, validate, {}), { code: 1, stderr: /maxRemoval/ })
})

t.test('after the merge: planned, then exactly that plan applied by hand, once', async t => {
  const { world, state, ci, secrets, job } = await startProject(t)
  const env = { ...ci, ...secrets }
  t.match(await runJob(world, job('guestlist-plan'), env), {
    code: 0,
    stdout: /^Plan: 5 to accept, 1 to deny, 1 to remove\.$/m,
  })
  t.match(await runJob(world, job('guestlist-apply'), env), { code: 0, stdout: /^Apply complete! 5 accepted/m })
  t.match(world.read('plan.html'), /<title>guestlist plan<\/title>/)
  t.match(world.read('audit.ndjson'), /oscar\.blanc@acme\.example/)
  t.match(state.state, /oscar\.blanc@acme\.example/)
  t.equal(state.lock, null)
  const paths = new Set(state.requests.map(({ method, url }) => `${method} ${url.split('?')[0]}`))
  const at = '/api/v4/projects/7/terraform/state/guestlist'
  t.strictSame([...paths].sort(), [`DELETE ${at}/lock`, `GET ${at}`, `POST ${at}`, `POST ${at}/lock`])
  t.match(await runJob(world, job('guestlist-apply'), env), { code: 4 }, 'a plan that is no longer true')
  t.match((await runJob(world, job('guestlist-plan'), env)).stdout, /^No changes\./m, 'the removal is remembered')
  t.match(job('guestlist-apply'), { resource_group: 'guestlist', environment: 'guestlist' })
  t.notMatch(TEMPLATE, /BIMDATA/, 'credentials are protected, masked variables of the project')
})
