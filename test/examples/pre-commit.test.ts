import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { EXAMPLES, initGit, startWorld } from './world.js'

const SETUP = { scripts: [], to: '.' }
const WRONG = 'apiVersion: guestlist/v1\ninvitation: {}\n'

t.test('the plain hook checks what is staged, and only commits that touch the manifest', async t => {
  const world = await startWorld(t, SETUP)
  initGit(world)
  cpSync(join(EXAMPLES, 'pre-commit', 'pre-commit'), join(world.folder, '.git', 'hooks', 'pre-commit'))
  const good = world.read('guestlist.yaml')
  const commit = (message: string, env = {}) => world.run(`git commit --quiet --message ${message}`, env)
  const add = () => world.run('git add --all')

  world.write('guestlist.yaml', WRONG)
  world.write('other.txt', 'one')
  await world.run('git add other.txt')
  t.match(await commit('other'), { code: 0 }, 'the manifest is not part of it')
  await add()
  const refused = await commit('wrong')
  t.equal(refused.code, 1)
  t.match(refused.stdout + refused.stderr, /^guestlist\.yaml:2:1: Error: .*"invitation"/m)
  world.write('guestlist.yaml', good)
  t.match(await commit('still-wrong'), { code: 1 }, 'what lies in the folder does not count')
  world.write('guestlist.yaml', good.replace('competitor', 'a rival'))
  await add()
  world.write('guestlist.yaml', WRONG)
  t.match(await commit('right'), { code: 0 }, 'what is staged does')

  mkdirSync(join(world.folder, 'lists'))
  world.write('lists/b.yaml', WRONG)
  await world.run('git add lists')
  t.match(await commit('folder', { GUESTLIST_FILE: 'lists' }), { code: 1 })
  world.write('lists/b.yaml', good)
  await world.run('git add lists')
  t.match(await commit('folder', { GUESTLIST_FILE: 'lists' }), { code: 0 })
  await world.run('git rm --quiet -r lists')
  t.match(await commit('gone', { GUESTLIST_FILE: 'lists' }), { code: 0 }, 'a removed manifest needs no check')
})

t.test("pre-commit's hook runs for the manifest, and passes only what is valid", async t => {
  const config = parse(readFileSync(join(EXAMPLES, 'pre-commit', '.pre-commit-config.yaml'), 'utf8'))
  const [hook] = config.repos[0].hooks
  t.match([hook.language, hook.additional_dependencies], ['system', undefined], 'it installs nothing')
  t.ok(new RegExp(hook.files).test('guestlist.yaml'))
  const world = await startWorld(t, SETUP)
  t.match(await world.run(hook.entry), { code: 0 })
  world.write('guestlist.yaml', WRONG)
  t.match(await world.run(hook.entry), { code: 1 })
})

t.test('the hook is executable as it is copied', async t => {
  t.equal(spawnSync('test', ['-x', join(EXAMPLES, 'pre-commit', 'pre-commit')]).status, 0)
})
