import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { Sandbox } from '../../src/sandbox/options.js'
import { startSandbox } from '../../src/sandbox/server.js'

export const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url))
const PROGRAM = fileURLToPath(new URL('../../bin/guestlist.js', import.meta.url))
const PLATFORM = fileURLToPath(new URL('fixtures/platform.js', import.meta.url))
export const TARBALL = 'bimdata-guestlist-0.2.0.tgz'

/** What a platform's command answers to a call that contains `to`. */
export interface Answer {
  readonly to: string
  readonly json?: unknown
  /** Put where `--dir` or `--output` says. */
  readonly file?: string
  readonly code?: number
}

export interface Call {
  readonly line: string
  /** Of the file that was sent. */
  readonly body: string | null
  /** What came by standard input. */
  readonly input: string | null
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A runner's machine: a folder with a checkout, guestlist on the path, and stand-ins for what only the platform has. */
export interface World {
  readonly folder: string
  readonly sandbox: Sandbox
  answer(...answers: Answer[]): void
  calls(command: string): readonly Call[]
  run(script: string, env?: Readonly<Record<string, string>>): Promise<Ran>
  read(file: string): string
  write(file: string, content: string): void
}

const clean = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(BIMDATA|GUESTLIST|TF_HTTP|GIT|GITHUB|CI)_|^(NO|FORCE)_COLOR$/.test(name),
  ),
)

/** @param scripts examples whose scripts are copied to the folder `to` of the checkout */
export async function startWorld(t: Test, { scripts, to }: { scripts: readonly string[]; to: string }): Promise<World> {
  const root = t.testdir({ bin: {}, home: {}, checkout: {}, platform: { 'answers.json': '[]', 'calls.ndjson': '' } })
  const [bin, folder, platform] = [join(root, 'bin'), join(root, 'checkout'), join(root, 'platform')]
  symlinkSync(PROGRAM, join(bin, 'guestlist'))
  for (const name of ['gh', 'npm', 'curl']) symlinkSync(PLATFORM, join(bin, name))
  cpSync(join(EXAMPLES, 'quickstart', 'guestlist.yaml'), join(folder, 'guestlist.yaml'))
  mkdirSync(join(folder, to), { recursive: true })
  for (const name of scripts.flatMap(example => readdirSync(join(EXAMPLES, example)).map(file => join(example, file))))
    if (/(\.sh|\/action\.yml)$/.test(name)) cpSync(join(EXAMPLES, name), join(folder, to, name.split('/').at(-1) ?? ''))
  if (scripts.length > 0) putTarball(join(folder, to))
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const base = { ...clean, PATH: `${bin}:${process.env.PATH}`, HOME: join(root, 'home'), PLATFORM: platform }
  const world: World = {
    folder,
    sandbox,
    answer: (...answers) => writeFileSync(join(platform, 'answers.json'), JSON.stringify(answers)),
    calls: command =>
      readFileSync(join(platform, 'calls.ndjson'), 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map((line): Call => JSON.parse(line))
        .filter(({ line }) => line.startsWith(`${command} `)),
    run: (script, env = {}) => bash(script, folder, { ...base, ...env }),
    read: file => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : ''),
    write: (file, content) => writeFileSync(join(folder, file), content),
  }
  return world
}

/** What a team commits beside the scripts. `npm` is a stand-in here, so the tarball need not be one; its checksum is true. */
function putTarball(folder: string): void {
  const content = 'a tarball'
  const sum = createHash('sha512').update(content).digest('hex')
  cpSync(join(EXAMPLES, 'install', 'install.sh'), join(folder, 'install.sh'))
  writeFileSync(join(folder, TARBALL), content)
  writeFileSync(join(folder, 'guestlist.sha512'), `${sum}  ${TARBALL}\n`)
}

/** As both platforms run a step. */
function bash(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { cwd, env })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', chunk => (text.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', chunk => (text.stderr += chunk))
  child.stdin.end()
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, ...text }))
  })
}

/** Makes the checkout a repository with a bare one as its origin. */
export function initGit({ folder }: World): void {
  const origin = join(folder, '..', 'origin.git')
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe', env: clean })
  execFileSync('git', ['init', '--quiet', '--bare', origin], { env: clean })
  git('init', '--quiet', '--initial-branch', 'main')
  git('config', 'user.email', 'dev@acme.example')
  git('config', 'user.name', 'Dev')
  git('remote', 'add', 'origin', origin)
  git('add', '.')
  git('commit', '--quiet', '--message', 'first')
}

/** Starts the runner's next job: what the last one left in the checkout is gone, what Git holds stays. */
export function freshCheckout({ folder }: World): void {
  execFileSync('git', ['clean', '--quiet', '--force', '-d', '-x'], { cwd: folder, env: clean })
}
