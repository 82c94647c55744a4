import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Context, readAction, runAction, workflowText } from './github.js'
import { loadParser } from './github-parser.js'
import { EXAMPLES, startWorld, type World } from './world.js'

const PATH = 'github-action/action.yml'
const FOLDER = '.github/actions/guestlist'
const README = readFileSync(join(EXAMPLES, 'github-action', 'README.md'), 'utf8')
const { NoOperationTraceWriter, parseAction } = await loadParser(t)

const start = async (t: Test): Promise<World> => {
  const world = await startWorld(t, { scripts: ['github-action'], to: FOLDER })
  world.answer({ to: 'npm install' })
  return world
}

const act = (world: World, inputs: Context = {}, env: Context = {}) =>
  runAction(world, PATH, FOLDER, inputs, {
    BIMDATA_API_URL: world.sandbox.url,
    BIMDATA_API_KEY: world.sandbox.apiKey,
    ...env,
  })

t.test("GitHub's own parser takes it, and finds what is wrong", async t => {
  const errors = (content: string) =>
    parseAction({ name: PATH, content }, new NoOperationTraceWriter()).context.errors.getErrors().map(String)
  t.strictSame(errors(workflowText(PATH)), [])
  t.match(errors(workflowText(PATH).replace('composite', 'composit')).join(), /composit/)
})

t.test('inputs and outputs are described, and in the README; no expression is pasted into a script', async t => {
  const { inputs, outputs, runs } = readAction(PATH)
  for (const { description } of [...Object.values(inputs), ...Object.values(outputs)]) t.match(description, /\w/)
  const named = [...README.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, names = '']) => names.match(/\w+/g) ?? [])
  t.strictSame(named, [...Object.keys(inputs), ...Object.keys(outputs)])
  t.equal(runs.using, 'composite')
  for (const { run = '' } of runs.steps) t.notMatch(run, /\$\{\{/)
})

t.test('plans, shows the plan in the summary, and gives digest and counts to later steps', async t => {
  const world = await start(t)
  const { code, stderr, summary, outputs } = await act(world)
  t.equal(code, 0, stderr)
  t.match(summary, /^<!-- guestlist-plan -->\n### Plan: 5 to accept, 1 to deny, 1 to remove\./)
  const { digest } = JSON.parse(world.read('plan.json')).guestlist
  t.strictSame(outputs, { changes: 'true', digest, accept: '5', deny: '1', remove: '1' })
  const expect = `guestlist apply --auto-approve --expect ${outputs.digest}`
  t.match(await world.run(expect, { BIMDATA_API_URL: world.sandbox.url, BIMDATA_API_KEY: world.sandbox.apiKey }), {
    code: 0,
  })
  t.match((await act(world)).outputs, { changes: 'false', accept: '0', deny: '0', remove: '0' })
})

t.test('several manifests, and a snapshot in place of credentials', async t => {
  const world = await start(t)
  const api = { BIMDATA_API_URL: world.sandbox.url, BIMDATA_API_KEY: world.sandbox.apiKey }
  t.match(await world.run('guestlist snapshot --out live.json', api), { code: 0 })
  world.write('more.yaml', 'apiVersion: guestlist/v1\nusers:\n  protect: [oscar.blanc@acme.example]\n')
  const inputs = { manifest: 'guestlist.yaml\nmore.yaml\n', snapshot: 'live.json', plan: 'elsewhere.json' }
  const { code, summary } = await act(world, inputs, { BIMDATA_API_KEY: '' })
  t.equal(code, 3, 'a plan that apply would refuse fails the step')
  t.match(summary, /protected/)
  t.match(JSON.parse(world.read('elsewhere.json')).guestlist.refused, [{ code: 'protected' }])
})

t.test('a manifest with problems fails the step', async t => {
  const world = await start(t)
  world.write('guestlist.yaml', 'apiVersion: guestlist/v1\ninvitation: {}\n')
  t.match(await act(world), { code: 1, outputs: {} })
})

t.test('an empty input is an error, and what is in one is never run', async t => {
  const world = await start(t)
  for (const inputs of [{ manifest: '' }, { manifest: ' \n' }, { plan: '' }])
    t.match(await act(world, inputs), { code: 1, stderr: /may not be empty/, outputs: {} })
  const hostile = `$(touch ran); "touch ran" 'x' \`touch ran\``
  for (const inputs of [
    { manifest: hostile },
    { snapshot: hostile },
    { manifest: 'guestlst.yaml' },
    { manifest: '--help' },
  ])
    t.match(await act(world, inputs), { code: 1, outputs: {} })
  t.match(await act(world, { plan: hostile }), { code: 0 })
  t.match(await world.run('test -e ran'), { code: 1 })
})

t.test('another tarball fails it before anything is installed', async t => {
  const world = await start(t)
  t.match(await world.run(`printf x >> ${FOLDER}/*.tgz`), { code: 0 })
  t.not((await act(world)).code, 0)
  t.strictSame(world.calls('npm'), [])
})
