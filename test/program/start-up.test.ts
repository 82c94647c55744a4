import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { guestlist } from '../helpers/guestlist.js'

t.test('--version loads no cryptography', async t => {
  const cwd = t.testdir({
    'loaded.cjs': `process.on('exit', () => require('fs').writeFileSync('loaded.json', JSON.stringify(process.moduleLoadList)))`,
  })
  const env = { NODE_OPTIONS: `--require ${join(cwd, 'loaded.cjs')}` }
  t.match(await guestlist(['--version'], { cwd, env }), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ })
  const loaded: readonly string[] = JSON.parse(readFileSync(join(cwd, 'loaded.json'), 'utf8'))
  t.ok(loaded.includes('NativeModule fs'))
  t.notOk(loaded.includes('NativeModule crypto'))
})

t.test('a plan with a local state loads no database: its package costs more than a small plan', async t => {
  const cwd = t.testdir({
    'guestlist.yaml': 'apiVersion: guestlist/v1\ninvitations: { accept: [{ id: 1 }] }\n',
    'loaded.cjs': `process.on('exit', () => require('fs').writeFileSync('loaded.json', JSON.stringify(process.moduleLoadList)))`,
  })
  const env = {
    BIMDATA_API_URL: 'http://127.0.0.1:1',
    BIMDATA_API_KEY: 'k',
    GUESTLIST_RETRIES: '0',
    NODE_OPTIONS: `--require ${join(cwd, 'loaded.cjs')}`,
  }
  t.match(await guestlist(['plan'], { cwd, env }), { code: 1, stderr: /refused the connection/ })
  const loaded: readonly string[] = JSON.parse(readFileSync(join(cwd, 'loaded.json'), 'utf8'))
  t.ok(loaded.includes('NativeModule http'), 'it came as far as the request')
  // pg looks at the global Response, to find out where it runs: that loads Node's fetch.
  t.notOk(loaded.some(name => name.includes('undici')))
})
