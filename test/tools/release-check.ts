/*
 * Checks whether this commit can be released: "npm run release:check". Prints one line per check; exits with 1 if any
 * failed. With "-- --package", only the package is checked, not whether this commit may be published.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wordsOf } from '../../src/cli/command.js'
import { CATALOG } from '../../src/program/catalog.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MB = 1_000_000
const MOST = { tarball: 1.5 * MB, installed: 12 * MB }

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const work = mkdtempSync(join(tmpdir(), 'guestlist-release-'))
const home = join(work, 'node_modules', manifest.name)
let failed = 0

const say = (line: string): boolean => process.stdout.write(`${line}\n`)

/** @param run returns a message if all is well; throws what is wrong */
function check(name: string, run: () => string): void {
  try {
    say(`ok      ${name}: ${run()}`)
  } catch (error) {
    failed++
    say(`failed  ${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function holds(condition: unknown, otherwise: string): void {
  if (!condition) throw new Error(otherwise)
}

const run = (cwd: string, command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Builds and packs. */
function pack(name: string): string {
  const folder = join(work, name)
  mkdirSync(folder)
  run(ROOT, 'npm', 'run', 'build')
  const [packed] = JSON.parse(run(ROOT, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder))
  return join(folder, packed.filename)
}

const hashOf = (file: string): string => createHash('sha512').update(readFileSync(file)).digest('hex')

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => statSync(join(folder, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)

const megabytes = (size: number): string => `${(size / MB).toFixed(1)} MB`

function checkPackage(): void {
  const tarball = pack('first')
  check('reproducible', () => {
    const [one, two] = [hashOf(tarball), hashOf(pack('second'))]
    holds(one === two, `two builds differ: sha512 ${one.slice(0, 16)}… and ${two.slice(0, 16)}…`)
    return `two builds are equal, sha512 ${one.slice(0, 16)}…`
  })
  check('installs', () => {
    const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
    run(work, 'npm', 'install', ...options, tarball)
    const packages = readdirSync(join(work, 'node_modules')).filter(name => !name.startsWith('.'))
    holds(packages.join() === manifest.name, `it brings ${packages.join(', ')}`)
    return 'offline, into an empty folder, one package without dependencies'
  })
  check('size', () => {
    const [packed, installed] = [statSync(tarball).size, sizeOf(home)]
    holds(
      packed <= MOST.tarball && installed <= MOST.installed,
      `${megabytes(packed)}, ${megabytes(installed)} installed`,
    )
    return `${megabytes(packed)}, ${megabytes(installed)} installed`
  })
  check('demo', () => {
    const folder = join(work, 'demo')
    cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true })
    symlinkSync(join(home, 'bin'), join(folder, 'bin'))
    const output = run(folder, process.execPath, 'examples/demo.js')
    holds(output.includes('No changes. Invitations and users match the manifest.'), 'it did not come to its end')
    return 'runs with what was installed'
  })
  check('help', () => {
    const program = join(work, 'node_modules', '.bin', 'guestlist')
    for (const command of CATALOG.commands) run(work, program, ...wordsOf(command), '--help')
    return `of ${CATALOG.commands.length} commands`
  })
  check('papers', papers)
  check('man pages', manPages)
}

function papers(): string {
  const bill = JSON.parse(readFileSync(join(home, 'dist', 'bom.cdx.json'), 'utf8'))
  const notices = readFileSync(join(home, 'dist', 'THIRD-PARTY-NOTICES'), 'utf8')
  holds(bill.bomFormat === 'CycloneDX', 'bom.cdx.json is not in the format CycloneDX')
  holds(bill.metadata.component.version === manifest.version, 'bom.cdx.json is of another version')
  for (const { name, version, licenses } of bill.components) {
    holds(licenses[0]?.license.id, `${name} has no licence`)
    holds(notices.includes(`${name} ${version} (`), `${name} ${version} has no notice`)
  }
  return `licence and notice of ${bill.components.length} packages`
}

function manPages(): string {
  const folder = join(home, 'dist', 'man')
  const pages = readdirSync(folder)
  const wanted = ['guestlist.1', ...CATALOG.commands.map(command => `guestlist-${wordsOf(command).join('-')}.1`)]
  const listed: readonly string[] = manifest.man ?? []
  const missing = wanted.filter(page => !(pages.includes(page) && listed.includes(`dist/man/${page}`)))
  holds(missing.length === 0, `${missing.join(', ')} is not there, or not named by package.json`)
  if (spawnSync('man', ['--version']).status !== 0)
    return `${pages.length}; not rendered, for man is not on this machine`
  for (const page of pages) {
    const options = { encoding: 'utf8', env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' } } as const
    const { status, stderr } = spawnSync('man', ['--warnings=w', '-l', join(folder, page)], options)
    holds(status === 0 && stderr === '', `${page}: ${stderr}`)
  }
  return `${pages.length}, rendered without a warning`
}

function checkPublication(): void {
  const git = (...args: string[]): string => run(ROOT, 'git', ...args).trim()
  const tag = `v${manifest.version}`
  check('name', () => {
    holds(manifest.private !== true && manifest.license, 'package.json is private, or has no licence')
    return `${manifest.name} ${manifest.version}, ${manifest.license}`
  })
  check('changelog', () => {
    const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')
    const [, version] = /^## \[(\d\S*)\] - \d{4}-\d\d-\d\d$/m.exec(changelog) ?? []
    holds(version === manifest.version, `its last release is ${version}, package.json says ${manifest.version}`)
    return `ends with ${version}`
  })
  check('clean tree', () => {
    const changed = git('status', '--porcelain')
    holds(changed === '', changed)
    return git('rev-parse', '--short', 'HEAD')
  })
  // Only the publishers know where this repository lives and which commit is the release: do not make anything up.
  check('publisher', () => {
    const left = [
      manifest.repository?.url ? [] : ['name the repository in package.json'],
      git('tag', '--points-at', 'HEAD').split('\n').includes(tag) ? [] : [`tag this commit ${tag}`],
    ].flat()
    holds(left.length === 0, `left to whoever publishes: ${left.join('; ')} (CONTRIBUTING.md, "Publishing")`)
    return `${manifest.repository.url}, ${tag}`
  })
}

try {
  checkPackage()
  if (!process.argv.includes('--package')) checkPublication()
} finally {
  rmSync(work, { recursive: true })
}
process.exitCode = failed === 0 ? 0 : 1
