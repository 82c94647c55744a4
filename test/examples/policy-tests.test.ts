import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { EXAMPLES, startWorld } from './world.js'

const page = readFileSync(join(EXAMPLES, 'policy-tests', 'README.md'), 'utf8')

t.test('the page on tests: every command, in order, says what the page shows', async t => {
  const world = await startWorld(t, { scripts: [], to: '.' })
  for (const name of ['guestlist.yaml', 'guestlist.test.yaml'])
    cpSync(join(EXAMPLES, 'policy-tests', name), join(world.folder, name))
  const blocks = [...page.matchAll(/```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs)]
  t.equal(blocks.length, 3)
  const codes: (number | null)[] = []
  for (const [, commands = '', shown] of blocks) {
    const ran = await world.run(`set -e\n${commands}`)
    codes.push(ran.code)
    if (shown !== undefined) t.equal((ran.stdout + ran.stderr).trim(), shown.trim())
  }
  t.strictSame(codes, [0, 1, 0], 'they hold, one fails, what was recorded holds')
})

t.test('the tests that the page shows are those of the file', async t => {
  const [, shown = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
  t.ok(shown.length > 200)
  t.ok(readFileSync(join(EXAMPLES, 'policy-tests', 'guestlist.test.yaml'), 'utf8').includes(shown.trimEnd()))
})
