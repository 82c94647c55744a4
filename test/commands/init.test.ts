import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import t from 'tap'
import { schemaReference } from '../../src/commands/shared/schema-reference.js'
import { VERSION } from '../../src/version.js'
import { guestlist } from '../helpers/guestlist.js'
import { invitation, world } from '../helpers/world.js'

const schemaOf = (folder: string): string =>
  /^# yaml-language-server: \$schema=(\S+)$/m.exec(readFileSync(join(folder, 'guestlist.yaml'), 'utf8'))?.[1] ?? ''

t.test('the starter is valid as it stands, and plans to no changes', async t => {
  const statuses = ['P', 'A', 'D', 'W', 'X'].map((status, n) => invitation(n + 1, `u${n}@acme.example`, status))
  const { run } = await world(t, null, statuses)
  const { code, stdout } = await run(['init'])
  t.equal(code, 0)
  t.match(stdout, 'Wrote guestlist.yaml')
  t.equal((await run(['validate'])).code, 0)
  const planned = await run(['plan', '--detailed-exitcode'])
  t.equal(planned.code, 0, planned.stderr)
  t.match(planned.stdout, 'No changes. Invitations and users match the manifest.')
})

t.test('its examples are good too, once they are no comments any more', async t => {
  const cwd = t.testdir()
  await guestlist(['init'], { cwd })
  const path = join(cwd, 'guestlist.yaml')
  const text = readFileSync(path, 'utf8')
  const filled = text.replace(/^(\s+)# (- | {2}\w+: |maxAccepts|maxDenials)/gm, '$1$2')
  t.not(filled, text)
  writeFileSync(path, filled)
  const { code, stderr } = await guestlist(['validate'], { cwd })
  t.equal(code, 0, stderr)
})

t.test('a folder that is missing is made; a file that is there stays as it is', async t => {
  const cwd = t.testdir()
  t.equal((await guestlist(['init', 'a/b'], { cwd })).code, 0)
  const path = join(cwd, 'a', 'b', 'guestlist.yaml')
  const before = statSync(path).mtimeMs
  writeFileSync(path, '# mine\n')
  const { code, stderr, stdout } = await guestlist(['init', 'a/b'], { cwd })
  t.equal(code, 1)
  t.equal(stdout, '')
  t.match(stderr, 'already exists; it was left as it is')
  t.equal(readFileSync(path, 'utf8'), '# mine\n')
  t.ok(before)
})

t.test('a file in place of the folder is said to be one', async t => {
  const cwd = t.testdir({ 'm.yaml': '# mine\n' })
  const { code, stderr, stdout } = await guestlist(['init', 'm.yaml'], { cwd })
  t.equal(code, 1)
  t.equal(stdout, '')
  t.match(stderr, 'm.yaml is a file, not a folder')
  t.equal(readFileSync(join(cwd, 'm.yaml'), 'utf8'), '# mine\n')
  t.match((await guestlist(['init', 'm.yaml/x'], { cwd })).stderr, 'part of its path is not a folder')
})

t.test(
  'issue 12.9: the schema that it names is found on every machine: in the project, else at its address',
  async t => {
    // Within this project, which holds the package that runs.
    const cwd = t.testdir()
    await guestlist(['init', 'within'], { cwd })
    const reference = schemaOf(join(cwd, 'within'))
    t.match(reference, /^(\.\.\/)+schemas\/manifest\.schema\.json$/)
    t.match(JSON.parse(readFileSync(resolve(cwd, 'within', reference), 'utf8')), { title: 'Manifest file' })
    // A project of its own within, and no project at all.
    const published = `https://unpkg.com/bimdata-guestlist@${VERSION}/schemas/manifest.schema.json`
    t.equal(schemaReference('/no/such/folder'), published)
    mkdirSync(join(cwd, 'repository', '.git'), { recursive: true })
    mkdirSync(join(cwd, 'package'))
    writeFileSync(join(cwd, 'package', 'package.json'), '{}')
    for (const folder of ['repository/identity', 'package']) {
      await guestlist(['init', folder], { cwd })
      t.equal(schemaOf(join(cwd, folder)), published, folder)
    }
    const installed = join(cwd, 'node_modules', 'bimdata-guestlist', 'schemas', 'manifest.schema.json')
    mkdirSync(dirname(installed), { recursive: true })
    writeFileSync(installed, '{}')
    for (const folder of ['.', 'identity']) {
      await guestlist(['init', folder], { cwd })
      t.match(schemaOf(join(cwd, folder)), /^\.{1,2}\/(\.\.\/)*node_modules\//, folder)
      t.equal(resolve(cwd, folder, schemaOf(join(cwd, folder))), installed, folder)
    }
    t.ok(existsSync(join(cwd, 'identity')))
  },
)
