import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startSandbox } from '../src/sandbox/server.js'
import { guestlist } from './helpers/guestlist.js'

const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url))
const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Folders of examples that are manifests, with what a plan of them says on the sandbox's own data. */
const MANIFESTS = {
  quickstart: 'Plan: 5 to accept, 1 to deny, 1 to remove.',
  'large-organisation': 'Plan: 6 to accept, 1 to deny, 0 to remove.',
  'off-boarding': 'Plan: 0 to accept, 1 to deny, 2 to remove.',
  'guest-access': 'Plan: 2 to accept, 5 to deny, 0 to remove.',
  'policy-tests': 'Plan: 4 to accept, 1 to deny, 1 to remove.',
}

const isManifest = (file: string): boolean =>
  /\.ya?ml$/.test(file) && readFileSync(file, 'utf8').includes('apiVersion: guestlist/')

t.test('every folder with a manifest is planned here', async t => {
  const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter(entry => entry.isDirectory())
  const manifests = folders.filter(({ name }) =>
    readdirSync(join(EXAMPLES, name)).some(file => isManifest(join(EXAMPLES, name, file))),
  )
  t.strictSame(manifests.map(({ name }) => name).sort(), Object.keys(MANIFESTS).sort())
})

for (const [name, summary] of Object.entries(MANIFESTS)) {
  t.test(`${name}: is valid, is planned, and applying it leaves nothing to do`, async t => {
    const folder = t.testdir()
    cpSync(join(EXAMPLES, name), folder, { recursive: true })
    const sandbox = await startSandbox()
    t.teardown(() => sandbox.close())
    const options = { cwd: folder, env: { BIMDATA_API_URL: sandbox.url, BIMDATA_API_KEY: sandbox.apiKey } }
    const flags = ['-f', '.', '--now', '2026-11-23']
    t.match(await guestlist(['validate', '-f', '.'], options), { code: 0, stderr: '' })
    const planned = await guestlist(['plan', ...flags], options)
    t.equal(planned.stdout.trimEnd().split('\n').at(-1), summary, planned.stderr)
    t.match(await guestlist(['apply', '--auto-approve', ...flags], options), { code: 0 })
    t.match((await guestlist(['plan', ...flags], options)).stdout, /^No changes\./m)
  })
}

for (const name of Object.keys(MANIFESTS)) {
  t.test(`${name}: its tests pass and show every rule, and lint has nothing against it`, async t => {
    const cwd = join(EXAMPLES, name)
    const tested = await guestlist(['test', '-f', '.', '--min-coverage', '100'], { cwd })
    t.match(tested, { code: 0, stdout: /[1-9]\d* passed, 0 failed\.\n$/ })
    t.match(await guestlist(['lint', '-f', '.', '--now', '2026-11-24'], { cwd }), { code: 0 })
  })
}

t.test('the demo runs, and leaves nothing behind in the tree', async t => {
  const status = () => execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' })
  const before = status()
  const {
    status: code,
    stdout,
    stderr,
  } = spawnSync(process.execPath, [join(EXAMPLES, 'demo.js')], { encoding: 'utf8' })
  t.equal(code, 0, stderr)
  t.match(stdout, /^Apply complete! 5 accepted, 1 denied, 1 removed\.$/m)
  t.match(stdout, /^No changes\. Invitations and users match the manifest\.$/m)
  t.match(stderr, /accepted, confirmed by reading/, 'one fault is survived')
  t.equal(status(), before)
})
