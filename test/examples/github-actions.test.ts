import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { MARKDOWN_MARKER } from '../../src/render/markdown/plan-markdown.js'
import { type Context, type JobRun, runJob } from './github.js'
import { type Answer, EXAMPLES, freshCheckout, initGit, startWorld, type World } from './world.js'

const FOLDER = 'github-actions'
const SETUP = { scripts: [FOLDER, 'github-action'], to: '.github/guestlist' }
const REPOSITORY = { GITHUB_REPOSITORY: 'acme/guests', GITHUB_SHA: 'a1b2' }
const NPM: Answer = { to: 'npm install' }
const TOKEN: Context = { 'github.token': 'token' }

const job = (world: World, file: string, name: string, context: Context = {}): Promise<JobRun> =>
  runJob(world, `${FOLDER}/${file}`, name, { ...TOKEN, ...context }, REPOSITORY)

/** With the environment's secret, and the sandbox in place of the API. */
const trusted = (world: World, file: string, name: string, context: Context = {}): Promise<JobRun> => {
  const { url, apiKey } = world.sandbox
  const secrets = { ...TOKEN, 'secrets.BIMDATA_API_KEY': apiKey, ...context }
  return runJob(world, `${FOLDER}/${file}`, name, secrets, { ...REPOSITORY, BIMDATA_API_URL: url })
}

const digestOf = (markdown = ''): string => /^Digest: `(\S+)`$/m.exec(markdown)?.[1] ?? 'none'
const branchOf = (world: World): string =>
  execFileSync('git', ['--git-dir', join(world.folder, '..', 'origin.git'), 'branch'], { encoding: 'utf8' }).trim()

/** A run of snapshot.yml, and what it left. */
async function takeSnapshot(world: World): Promise<string> {
  world.answer(NPM)
  const { code, stderr } = await trusted(world, 'snapshot.yml', 'snapshot')
  if (code !== 0) throw new Error(stderr)
  const file = join(world.folder, '..', 'live.json')
  execFileSync('mv', [join(world.folder, 'live.json'), file])
  return file
}

const RUNS = [
  { databaseId: 9, event: 'pull_request' },
  { databaseId: 7, event: 'schedule' },
]

t.test('a pull request is planned from the snapshot, without credentials', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  const live = await takeSnapshot(world)
  world.answer(NPM, { to: 'gh run list', json: RUNS }, { to: 'gh run download 7 ', file: live })
  const { code, stderr, summary } = await job(world, 'plan.yml', 'plan', {
    'github.event.repository.default_branch': 'main',
  })
  t.equal(code, 0, stderr)
  t.match(summary, /^<!-- guestlist-plan -->\n### Plan: 5 to accept, 1 to deny, 1 to remove\./)
  t.match(JSON.parse(world.read('plan.json')).guestlist.api_url, world.sandbox.url)
})

t.test('a snapshot that a pull request made is not planned from', async t => {
  const world = await startWorld(t, SETUP)
  world.answer(NPM, { to: 'gh run list', json: RUNS.slice(0, 1) })
  const context = { 'github.event.repository.default_branch': 'main' }
  const { code, stderr } = await job(world, 'plan.yml', 'plan', context)
  t.equal(code, 1)
  t.match(stderr, /There is no snapshot yet/)
  t.strictSame(world.calls('gh run download'), [])
})

t.test('a plan that apply would refuse fails the check of its pull request, and is shown', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  const live = await takeSnapshot(world)
  world.write('guestlist.yaml', `${world.read('guestlist.yaml')}guards: { maxAccepts: 1 }\n`)
  world.answer(NPM, { to: 'gh run list', json: RUNS }, { to: 'gh run download 7 ', file: live })
  const context = { 'github.event.repository.default_branch': 'main' }
  t.match(await job(world, 'plan.yml', 'plan', context), { code: 3, summary: /maxAccepts/ })
  world.answer(...talk([]), { to: 'gh run download 42 ', file: join(world.folder, 'plan.json') })
  t.match(await job(world, 'comment.yml', 'comment', { ...HEAD, [CONCLUSION]: 'failure' }), { code: 0 })
  t.match(world.calls('gh api --silent')[0]?.body, /maxAccepts/)
})

t.test('a manifest with errors fails the check of its pull request', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  const live = await takeSnapshot(world)
  world.write('guestlist.yaml', 'apiVersion: guestlist/v1\ninvitation: {}\n')
  world.answer(NPM, { to: 'gh run list', json: RUNS }, { to: 'gh run download 7 ', file: live })
  const { code, stdout, stderr } = await job(world, 'plan.yml', 'plan', {
    'github.event.repository.default_branch': 'main',
  })
  t.equal(code, 1)
  t.match(stdout + stderr, /invitations/)
})

const HEAD: Context = {
  'github.event.workflow_run.id': '42',
  'github.event.workflow_run.html_url': 'https://github.example/acme/guests/actions/runs/42',
  'github.event.workflow_run.head_repository.owner.login': 'forker',
  'github.event.workflow_run.head_branch': 'main',
  'github.event.workflow_run.head_sha': 'c0ffee',
}
const CONCLUSION = 'github.event.workflow_run.conclusion'
const PULLS = [
  { number: 3, head: { sha: 'beef' } },
  { number: 5, head: { sha: 'c0ffee' } },
]
const bot = { login: 'github-actions[bot]' }
const stranger = { login: 'mallory' }
const FOREIGN = { id: 1, user: stranger, body: `${MARKDOWN_MARKER}\nmine` }

/** The answers that comment.sh needs, its plan aside. */
const talk = (comments: readonly unknown[], pulls: readonly unknown[] = PULLS): readonly Answer[] => [
  NPM,
  { to: 'gh api --method GET repos/acme/guests/pulls', json: pulls },
  { to: 'gh api --paginate --slurp repos/acme/guests/issues/5/comments', json: [[FOREIGN], comments] },
  { to: 'gh api --silent' },
]

/** A saved plan as a pull request's run leaves it. */
async function savedPlan(world: World): Promise<string> {
  const { url, apiKey } = world.sandbox
  const env = { BIMDATA_API_URL: url, BIMDATA_API_KEY: apiKey }
  const { code, stderr } = await world.run('guestlist plan --out ../plan.json', env)
  if (code !== 0) throw new Error(stderr)
  return join(world.folder, '..', 'plan.json')
}

t.test('the comment: made at first, then the same one updated, never that of somebody else', async t => {
  const world = await startWorld(t, SETUP)
  const download = { to: 'gh run download 42 ', file: await savedPlan(world) }
  for (const [comments, call] of [
    [[], 'gh api --silent --method POST repos/acme/guests/issues/5/comments '],
    [
      [{ id: 8, user: bot, body: `${MARKDOWN_MARKER}\nold` }],
      'gh api --silent --method PATCH repos/acme/guests/issues/comments/8 ',
    ],
    [
      [{ id: 8, user: bot, body: 'of another workflow' }],
      'gh api --silent --method POST repos/acme/guests/issues/5/comments ',
    ],
  ] as const) {
    world.answer(...talk(comments), download)
    const { code, stderr } = await job(world, 'comment.yml', 'comment', { ...HEAD, [CONCLUSION]: 'success' })
    t.equal(code, 0, stderr)
    const said = world.calls('gh api --silent').at(-1)
    t.ok(said?.line.startsWith(call), `${said?.line}`)
    t.match(said?.body, /^<!-- guestlist-plan -->\n### Plan: 5 to accept, 1 to deny, 1 to remove\./)
  }
})

t.test('the comment says where a plan could not be made, and nothing to a pull request that moved on', async t => {
  const world = await startWorld(t, SETUP)
  world.answer(...talk([]))
  t.match(await job(world, 'comment.yml', 'comment', { ...HEAD, [CONCLUSION]: 'failure' }), { code: 0 })
  t.match(
    world.calls('gh api --silent').at(-1)?.body,
    /^<!-- guestlist-plan -->\n### This pull request could not be planned\n/,
  )
  world.answer(...talk([], PULLS.slice(0, 1)))
  t.match(await job(world, 'comment.yml', 'comment', { ...HEAD, [CONCLUSION]: 'success' }), { code: 0 })
  t.equal(world.calls('gh api --silent').length, 1)
})

t.test('what is not a plan is not shown', async t => {
  const world = await startWorld(t, SETUP)
  world.write('forged.json', JSON.stringify({ body: '# All is well' }))
  world.answer(...talk([]), { to: 'gh run download 42 ', file: join(world.folder, 'forged.json') })
  world.write('plan.json', '')
  t.not((await job(world, 'comment.yml', 'comment', { ...HEAD, [CONCLUSION]: 'success' })).code, 0)
  t.strictSame(world.calls('gh api --silent'), [])
})

/** What apply.yml's first job asks of GitHub, where the pull request showed a digest. */
const showed = (digest: string): readonly Answer[] => [
  NPM,
  { to: 'commits/a1b2/pulls', json: [{ number: 5 }] },
  {
    to: 'issues/5/comments',
    json: [[FOREIGN, { id: 8, user: bot, body: `${MARKDOWN_MARKER}\n### Plan\n\nDigest: \`${digest}\`\n` }]],
  },
]

t.test('after a merge: planned, approved, applied, and remembered for the next run', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  world.answer(...showed('sha256:other'))
  const first = await trusted(world, 'apply.yml', 'plan')
  t.equal(first.code, 0, first.stderr)
  t.equal(first.outputs.changes, 'true')
  t.equal(first.outputs.digest, digestOf(first.summary))
  t.match(first.summary, /Pull request #5 did not show this plan/)
  world.answer(...showed(first.outputs.digest ?? ''))
  t.match((await trusted(world, 'apply.yml', 'plan')).summary, /Pull request #5 showed this plan\./)

  freshCheckout(world)
  const approved = { 'needs.plan.outputs.digest': first.outputs.digest ?? '' }
  const applied = await trusted(world, 'apply.yml', 'apply', approved)
  t.equal(applied.code, 0, applied.stderr)
  t.match(applied.stdout, /^Apply complete! 5 accepted, 1 denied, 1 removed\.$/m)
  t.match(world.read('audit.ndjson'), first.outputs.digest)
  t.equal(branchOf(world), 'guestlist-state')

  freshCheckout(world)
  const second = await trusted(world, 'apply.yml', 'plan')
  t.match(second, { code: 0, outputs: { changes: 'false' } }, 'the removal is remembered')
})

t.test('what was not approved is not applied', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  world.answer(...showed('sha256:other'))
  const { outputs } = await trusted(world, 'apply.yml', 'plan')
  world.write('guestlist.yaml', world.read('guestlist.yaml').replace('rival', 'studio'))
  const approved = { 'needs.plan.outputs.digest': outputs.digest ?? '' }
  t.match(await trusted(world, 'apply.yml', 'apply', approved), { code: 4 })
  t.equal(branchOf(world), '', 'nothing was removed, and so nothing is remembered')
})

t.test('a plan that cannot be made ends the run before anybody is asked', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  world.answer(NPM)
  const { code, outputs } = await trusted(world, 'apply.yml', 'plan', { 'secrets.BIMDATA_API_KEY': 'wrong' })
  t.equal(code, 1)
  t.strictSame(outputs, {})
})

t.test('what is remembered is kept in commits, never over those of another, and only where it changed', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  const state = (verb: string) => world.run(`bash .github/guestlist/state.sh ${verb}`)
  const log = () =>
    execFileSync('git', ['log', '--format=%s', 'guestlist-state'], { cwd: join(world.folder, '..', 'origin.git') })
  t.match(await state('load'), { code: 0, stderr: '' }, 'no branch yet')
  t.match(await state('save'), { code: 0, stderr: '' }, 'nothing to keep yet')
  world.write('guestlist.state.json', '{"serial":1}')
  t.match(await state('save'), { code: 0 })
  t.match(await state('save'), { code: 0 })
  t.equal(String(log()), 'Removals as of now\n', 'an unchanged file makes no commit')
  world.write('guestlist.state.json', '{"serial":2}')
  t.match(await state('save'), { code: 0 })
  world.write('guestlist.state.json', 'lost')
  t.match(await state('load'), { code: 0 })
  t.equal(world.read('guestlist.state.json'), '{"serial":2}')
  t.equal(String(log()).split('\n').length, 3)
  execFileSync('git', ['remote', 'set-url', 'origin', '/nowhere'], { cwd: world.folder })
  t.not((await state('load')).code, 0, 'a remote that cannot be read is no empty state')
  t.match(await state('lod'), { code: 1, stderr: /usage/ })
})

t.test('a check lints and tests without secrets; what lint finds goes to code scanning, but for forks', async t => {
  const world = await startWorld(t, SETUP)
  const tests = readFileSync(join(EXAMPLES, 'quickstart', 'guestlist.test.yaml'), 'utf8')
  const UPLOAD = "github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository"
  const check = (upload: string) => {
    world.answer(NPM, { to: 'gh api --silent' })
    const context = { [UPLOAD]: upload, 'github.sha': 'a1b2', 'github.ref': 'refs/pull/5/merge' }
    return job(world, 'check.yml', 'check', context)
  }
  world.write('guestlist.test.yaml', tests)
  const good = await check('true')
  t.match(good, { code: 0, summary: /^```text\n4 passed, 0 failed\.\n```\n$/ }, good.stderr)
  t.match(world.read('junit.xml'), /<testsuite [^>]*tests="4"/)
  const [call] = world.calls('gh api')
  const upload =
    'POST repos/acme/guests/code-scanning/sarifs --raw-field commit_sha=a1b2 --raw-field ref=refs/pull/5/merge'
  t.match(call?.line, upload)
  const sarif = JSON.parse(gunzipSync(Buffer.from(call?.body ?? '', 'base64')).toString())
  t.match(sarif, { version: '2.1.0', runs: [{ tool: { driver: { name: 'guestlist' } } }] })

  world.write('guestlist.test.yaml', tests.replace('expect: deny', 'expect: accept'))
  const bad = await check('false')
  t.match(bad, { code: 1, summary: /mallory@rival\.example: expected accept, got deny/ })
  t.match(world.read('junit.xml'), '<failure')
  t.equal(world.calls('gh api').length, 1, 'nothing is uploaded for a fork')

  world.write('guestlist.test.yaml', tests)
  const manifest = world.read('guestlist.yaml').replace('invitations:\n', 'invitations:\n  unmatched: accept\n')
  world.write('guestlist.yaml', manifest)
  t.match(await check('true'), { code: 1, stdout: /accepts-everyone/ })
  const found = world.calls('gh api').at(-1)?.body ?? ''
  t.match(gunzipSync(Buffer.from(found, 'base64')).toString(), '"ruleId": "accepts-everyone"')
})
