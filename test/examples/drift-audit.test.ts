import t from 'tap'
import { runJob } from './github.js'
import { type Answer, initGit, startWorld, type World } from './world.js'

const SETUP = { scripts: ['github-actions', 'drift-audit'], to: '.github/guestlist' }

const audit = ({ sandbox, ...world }: World, key = sandbox.apiKey) =>
  runJob(
    { sandbox, ...world },
    'drift-audit/drift.yml',
    'drift',
    { 'github.token': 'token', 'secrets.BIMDATA_API_KEY': key },
    { GITHUB_REPOSITORY: 'acme/guests', BIMDATA_API_URL: sandbox.url },
  )

const talk = (issues: readonly unknown[]): readonly Answer[] => [
  { to: 'npm install' },
  { to: 'gh issue list', json: issues },
  { to: 'gh label create' },
  { to: 'gh issue ' },
]

const verbs = (world: World): readonly string[] =>
  world.calls('gh').map(({ line }) => line.split(' ').slice(1, 4).join(' ').replace(' --repo', ''))

t.test('drift opens one issue, updates it, and its end closes it', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  world.answer(...talk([]))
  const first = await audit(world)
  t.equal(first.code, 0, first.stderr)
  t.strictSame(verbs(world), ['issue list', 'label create guestlist-drift', 'issue create'])
  t.match(world.calls('gh issue create').at(-1)?.body, /### Plan: 5 to accept, 1 to deny, 1 to remove\./)

  world.answer(...talk([{ number: 6 }]))
  t.match(await audit(world), { code: 0 })
  t.strictSame(verbs(world).slice(3), ['issue list', 'issue edit 6'])

  const env = { BIMDATA_API_URL: world.sandbox.url, BIMDATA_API_KEY: world.sandbox.apiKey }
  t.match(await world.run('guestlist apply --auto-approve && bash .github/guestlist/state.sh save', env), { code: 0 })
  t.match(await audit(world), { code: 0 })
  t.strictSame(verbs(world).slice(5), ['issue list', 'issue close 6'])

  world.answer(...talk([]))
  t.match(await audit(world), { code: 0 })
  t.strictSame(verbs(world).slice(7), ['issue list'], 'nothing to say, and nobody to say it to')
})

t.test('a plan that cannot be made is no news of drift', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  world.answer(...talk([{ number: 6 }]))
  t.match(await audit(world, 'wrong'), { code: 1 })
  t.strictSame(world.calls('gh'), [])
})
