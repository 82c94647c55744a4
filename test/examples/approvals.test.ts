import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { startHttpStateServer } from '../helpers/http-state-server.js'
import { makeKey } from '../helpers/ssh.js'
import { runJob } from './github.js'
import { EXAMPLES, freshCheckout, initGit, startWorld, type World } from './world.js'

const read = (file: string): string => readFileSync(join(EXAMPLES, file), 'utf8')

/** Two people's keys, outside the checkout. */
function people(world: World) {
  const folder = join(world.folder, '..', 'keys')
  mkdirSync(folder)
  const [alice, bob] = [makeKey(folder, 'alice'), makeKey(folder, 'bob')]
  const signers = `alice@acme.example ${alice.publicKey}\nbob@acme.example ${bob.publicKey}\n`
  return { alice, bob, signers }
}

/** What an approver does with the plan of the pipeline. */
async function approve(t: Test, world: World, plan: string, key: { readonly path: string }): Promise<void> {
  const signed = await world.run(`guestlist approve "${plan}" --yes --key "${key.path}" --out ../new.sig`)
  t.equal(signed.code, 0, signed.stderr)
  const pushed = await world.run(`
    rm -rf ../approver && git clone -q ../origin.git ../approver && cd ../approver
    git config user.email a@acme.example && git config user.name A
    git switch -q guestlist-approvals 2> /dev/null || git switch -q --orphan guestlist-approvals
    mv ../new.sig "$(basename "${key.path}").sig" && git add . && git commit -qm Approve && git push -q origin guestlist-approvals`)
  t.equal(pushed.code, 0, pushed.stderr)
}

const removed = ({ sandbox }: World) => sandbox.effects().filter(({ operation }) => operation === 'remove').length

t.test('GitHub: planned after the merge, signed by two, applied by hand', async t => {
  const world = await startWorld(t, { scripts: ['github-actions', 'approvals'], to: '.github/guestlist' })
  initGit(world)
  const { alice, bob, signers } = people(world)
  const context = {
    'secrets.BIMDATA_API_KEY': world.sandbox.apiKey,
    'vars.GUESTLIST_SIGNERS': signers,
    'vars.GUESTLIST_REQUIRED_APPROVALS': '2',
  }
  const job = (name: string, more = {}) => {
    world.answer({ to: 'npm install' })
    return runJob(
      world,
      'approvals/approved.yml',
      name,
      { ...context, ...more },
      { BIMDATA_API_URL: world.sandbox.url },
    )
  }
  const planned = await job('plan')
  t.equal(planned.code, 0, planned.stderr)
  t.match(planned.summary, 'Needs 2 approvals.')
  execFileSync('mv', [join(world.folder, 'plan.json'), join(world.folder, '..', 'plan.json')])
  for (const [key, code] of [
    [null, 3],
    [alice, 3],
    [bob, 0],
  ] as const) {
    if (key !== null) await approve(t, world, '../plan.json', key)
    freshCheckout(world)
    const applied = await job('apply')
    t.equal(applied.code, code, applied.stderr)
    t.equal(removed(world), code === 0 ? 1 : 0)
  }
  t.match(world.read('audit.ndjson'), `"approver":{"principal":"bob@acme.example","key":"${bob.fingerprint}"}`)
  freshCheckout(world)
  t.equal(
    (await job('apply', { 'vars.GUESTLIST_REQUIRED_APPROVALS': '' })).code,
    1,
    'a variable that was lost stops the run',
  )
})

t.test('GitLab: the saved plan is signed by two, and applied by hand', async t => {
  const world = await startWorld(t, { scripts: ['approvals'], to: '.gitlab/guestlist' })
  const state = await startHttpStateServer()
  t.teardown(() => state.close())
  const { alice, bob, signers } = people(world)
  world.write('guestlist.yaml', `${world.read('guestlist.yaml')}state:\n  backend: http\n  address: ${state.address}\n`)
  initGit(world)
  const pipeline = {
    ...parseAllDocuments(read('gitlab-component/templates/pipeline.yml'))[1]?.toJS(),
    ...parse(read('approvals/approved.gitlab-ci.yml')),
  }
  world.write('../signers', signers)
  const env = {
    BIMDATA_API_URL: world.sandbox.url,
    BIMDATA_API_KEY: world.sandbox.apiKey,
    GUESTLIST_ALLOWED_SIGNERS: join(world.folder, '..', 'signers'),
    GUESTLIST_REQUIRED_APPROVALS: '2',
  }
  const job = (name: string) => {
    world.answer({ to: 'npm install' })
    return world.run(pipeline[name].script.join('\n'), env)
  }
  t.equal((await job('guestlist-plan')).code, 0)
  for (const [key, code] of [
    [null, 3],
    [alice, 3],
    [bob, 0],
  ] as const) {
    if (key !== null) await approve(t, world, 'plan.json', key)
    const applied = await job('guestlist-apply')
    t.equal(applied.code, code, applied.stderr)
    t.equal(removed(world), code === 0 ? 1 : 0)
  }
})
