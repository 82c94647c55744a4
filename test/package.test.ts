import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { wordsOf } from '../src/cli/command.js'
import { CATALOG } from '../src/program/catalog.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

t.test('the packed tarball installs and runs in an empty folder', async t => {
  // npm names a package after its folder.
  const folder = join(t.testdir({ project: {} }), 'project')
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

  cpSync(join(ROOT, 'examples', 'install', 'install.sh'), join(folder, 'install.sh'))
  execFileSync('bash', ['-c', `sha512sum ${packed.filename} > guestlist.sha512`], { cwd: folder })
  const [prefix, cache] = [join(folder, 'global'), join(folder, 'empty-cache')]
  const env = { ...process.env, npm_config_prefix: prefix, npm_config_cache: cache }
  execFileSync('bash', ['install.sh'], { cwd: folder, env, stdio: 'pipe' })
  const installed = execFileSync(join(prefix, 'bin', 'guestlist'), ['--version'], { encoding: 'utf8' })
  t.equal(installed, `${version}\n`, 'as the pipelines install it, with nothing but the tarball')
  const linked = readdirSync(join(prefix, 'share', 'man', 'man1'))
  t.strictSame(linked.sort(), readdirSync(join(ROOT, 'dist', 'man')).sort(), 'man finds every page')
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
})

t.test('a man page for the program and for every command, as man shows it', async t => {
  const folder = join(ROOT, 'dist', 'man')
  const pages = CATALOG.commands.map(command => `guestlist-${wordsOf(command).join('-')}.1`)
  t.strictSame(readdirSync(folder).sort(), ['guestlist.1', ...pages].sort())
  const plan = readFileSync(join(folder, 'guestlist-plan.1'), 'utf8')
  t.match(plan, /^\.SH NAME\nguestlist\\-plan \\- show what apply would do/m)
  t.match(plan, /--out/.source.replaceAll('-', '\\-'))
  if (spawnSync('man', ['--version']).status !== 0) return t.comment('left out: man is not on this machine')
  for (const page of readdirSync(folder)) {
    const shown = spawnSync('man', ['--warnings=w', join(folder, page)], {
      encoding: 'utf8',
      env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' },
    })
    t.equal(shown.stderr, '', `${page}: no warnings`)
    t.match(shown.stdout, /EXIT STATUS/)
  }
})
