import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { EXAMPLES, startWorld, TARBALL } from './world.js'

const SETUP = { scripts: ['install'], to: 'ci' }

/** What would install a package, or run one that it fetches, by its name at a registry. */
const BY_NAME =
  /\bguestlist@|\b(?:npm (?:i|install|add|exec|x)|npx|pnpm (?:add|dlx)|yarn (?:add|dlx)|bunx)\b(?! --global (?:--prefix \/usr\/local )?--ignore-scripts --offline (?:"\.\/\$tarball"|\.\/bimdata-guestlist-[\d.*]+\.tgz(?: \\)?)$)|additional_dependencies/gm

const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter(
  name => statSync(join(EXAMPLES, name)).isFile() && !name.endsWith('.png'),
)

t.test('issue 12.9: no example installs by name: guestlist at npm is somebody else’s program', async t => {
  for (const name of files) t.strictSame(readFileSync(join(EXAMPLES, name), 'utf8').match(BY_NAME), null, name)
  t.ok(
    files.includes('gitlab-component/templates/pipeline.yml') && files.includes('pre-commit/.pre-commit-config.yaml'),
  )
})

t.test('issue 12.9: the package has a name of its own, the command stays guestlist', async t => {
  const { name, bin } = JSON.parse(readFileSync(join(EXAMPLES, '..', 'package.json'), 'utf8'))
  t.same({ name, bin }, { name: 'bimdata-guestlist', bin: { guestlist: 'bin/guestlist.js' } })
})

for (const line of [
  'npm install --global --ignore-scripts guestlist@0.1.0',
  'npm install --global guestlist',
  'npx guestlist plan',
  'npm install --global --ignore-scripts --offline "./$tarball" guestlist',
  'npm install --global --ignore-scripts --offline ./bimdata-guestlist-0.2.0.tgz guestlist',
  'npm install --global --ignore-scripts ./bimdata-guestlist-0.2.0.tgz',
  'additional_dependencies: ["guestlist"]',
])
  t.test(`and the check finds: ${line}`, async t => t.match(line, new RegExp(BY_NAME, 'm')))

t.test('the tarball is installed where its checksum is the pinned one', async t => {
  const world = await startWorld(t, SETUP)
  world.answer({ to: 'npm install' })
  t.match(await world.run('bash ci/install.sh'), { code: 0 })
  const lines = world.calls('npm').map(({ line }) => line)
  t.strictSame(lines, [`npm install --global --ignore-scripts --offline ./${TARBALL}`])
})

const BROKEN = {
  'another tarball': `printf x >> ci/${TARBALL}`,
  'no tarball': `rm ci/${TARBALL}`,
  'no checksum': 'rm ci/guestlist.sha512',
  'an empty checksum': ': > ci/guestlist.sha512',
  'a checksum that is none': `echo 'abc  ${TARBALL}' > ci/guestlist.sha512`,
  'a checksum without a name': "sed -i 's/ .*//' ci/guestlist.sha512",
}

for (const [name, change] of Object.entries(BROKEN))
  t.test(`nothing is installed with ${name}`, async t => {
    const world = await startWorld(t, SETUP)
    world.answer({ to: 'npm install' })
    t.equal((await world.run(change)).code, 0)
    t.not((await world.run('bash ci/install.sh')).code, 0)
    t.strictSame(world.calls('npm'), [])
  })
