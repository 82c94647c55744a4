import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

t.test('the packed tarball installs and runs in an empty folder', async t => {
  const folder = t.testdir()
  const [packed] = JSON.parse(npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder))
  t.strictSame(
    packed.files
      .map(({ path }: { path: string }) => path.split('/')[0])
      .filter((part: string) => !['bin', 'dist', 'schemas'].includes(part))
      .sort(),
    ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'].filter(name => name !== 'CHANGELOG.md'),
    'nothing is published but the program, its schemas and its papers',
  )
  npm(folder, 'init', '--yes')
  npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, packed.filename))
  const program = join(folder, 'node_modules', '.bin', 'guestlist')
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  t.equal(execFileSync(program, ['--version'], { cwd: folder, encoding: 'utf8' }), `${version}\n`)
  const manifest = join(ROOT, 'examples', 'quickstart')
  t.match(execFileSync(program, ['validate', '-f', manifest], { cwd: folder, encoding: 'utf8' }), /valid/)
})

t.test('the lock file names no download addresses', async t => {
  t.notMatch(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'), /"resolved": "http/)
})

t.test('an installation is one package: what it uses is in the bundle', async t => {
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  t.strictSame([dependencies, optionalDependencies, peerDependencies], [undefined, undefined, undefined])
})

t.test('the notices and the bill of materials name what is in the bundle', async t => {
  const bill = JSON.parse(readFileSync(join(ROOT, 'dist', 'bom.cdx.json'), 'utf8'))
  const notices = readFileSync(join(ROOT, 'dist', 'THIRD-PARTY-NOTICES'), 'utf8')
  t.equal(bill.bomFormat, 'CycloneDX')
  const names: string[] = bill.components.map(({ name }: { name: string }) => name)
  t.ok(
    ['got', 'yaml', 'yargs', 'ajv', 'openid-client', 'diff'].every(name => names.includes(name)),
    'the packages that the program uses',
  )
  t.notOk(names.includes('tap') || names.includes('typescript'), 'and none that it does not')
  t.strictSame(
    bill.components.filter(
      ({ name, version }: { name: string; version: string }) => !notices.includes(`${name} ${version} (`),
    ),
    [],
    'each has its notice',
  )
  t.notMatch(notices, 'holds no copy', 'with the text of its licence')
})
