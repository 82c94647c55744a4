import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { invitation, world } from '../helpers/world.js'

const PROGRAM = fileURLToPath(new URL('../../bin/guestlist.js', import.meta.url))

t.test('a terminal without a size is taken for one of 80 columns', async t => {
  if (spawnSync('script', ['--version']).status !== 0)
    return t.comment('there is no script(1) here to make a terminal with')
  const { folder, sandbox, env } = await world(t, 'invitations: {}\n', [invitation(1, 'ann@acme.example')])
  sandbox.addFault({ operation: 'list', kind: 'latency', ms: 1500 })
  const onTerminal = async (size: string) => {
    const command = `stty ${size}; stty size; "${process.execPath}" "${PROGRAM}" plan`
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env: { ...process.env, ...env } })
    let seen = ''
    child.stdout.on('data', chunk => {
      seen += chunk
    })
    t.same(await once(child, 'close'), [0, null])
    return seen
  }
  const unknown = await onTerminal('rows 0 cols 0')
  t.match(unknown, /^0 0\r?\n/)
  t.match(unknown, /Reading invitations: 0, \d s so far(?!\w)/)
  t.notMatch(unknown, /so fa(?!r)/)
  const small = await onTerminal('rows 24 cols 30')
  t.match(small, /Reading invitations: 0, \d s s(?!o)/, 'one that is known cuts the line')
})
