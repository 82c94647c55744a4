import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { wordsOf } from '../../src/cli/command.js'
import { CATALOG } from '../../src/program/catalog.js'
import { startWorld } from './world.js'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

t.test('the quickstart ends as the README says', async t => {
  const [, lines = '', said = ''] = /<!-- quickstart -->\n\n```sh\n(.*?)```.*?```text\n(.*?)```/s.exec(readme) ?? []
  const world = await startWorld(t, { scripts: [], to: '.' })
  world.write('quickstart.sh', `set -eo pipefail\n${lines}`)
  const ran = await world.run('guestlist sandbox -- bash quickstart.sh', { GUESTLIST_AUTO_APPROVE: 'true' })
  t.equal(ran.code, 0, ran.stderr)
  const summary = /^(?:Plan: |Apply complete! |No changes\.)/
  const summaries = ran.stdout.split('\n').filter(line => summary.test(line))
  t.strictSame([...new Set(summaries)], said.trim().split('\n'))
})

t.test('the table of commands has every command', async t => {
  for (const command of CATALOG.commands) t.match(readme, `\`${wordsOf(command).join(' ')}`, command.usage)
})

t.test('what it links to is there', async t => {
  const targets = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target = '']) => target)
  t.ok(targets.length > 15)
  for (const target of targets) {
    const [path = '', anchor] = target.split('#')
    const url = new URL(`../../${path || 'README.md'}`, import.meta.url)
    t.ok(existsSync(url), target)
    if (anchor === undefined) continue
    const anchors = [...readFileSync(url, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    )
    t.ok(anchors.includes(anchor), target)
  }
})

t.test('it stays short', async t => t.ok(readme.split('\n').length <= 251))
