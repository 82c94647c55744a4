import { spawn } from 'node:child_process'
import { chmodSync, cpSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { startSandbox } from '../../src/sandbox/server.js'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Block {
  readonly language: string
  readonly text: string
  /** What it is under. */
  readonly heading: string
}

export const blocksOf = (markdown: string): readonly Block[] => {
  let heading = ''
  return [...markdown.matchAll(/^#+ ([^\n]*)$|^```(\w*)\n(.*?)^```$/gms)].flatMap(
    ([, title, language = '', text = '']) => {
      if (title === undefined) return [{ language, text, heading }]
      heading = title
      return []
    },
  )
}

/** How the commands of a page come to be run. */
export interface Guide {
  /** In a clone, whose tarball a reader packs and installs; else beside the files of the page, with guestlist on the path and a sandbox. */
  readonly clone?: true
  /** What a reader has done before the blocks under a heading: files of theirs that the page speaks of. */
  readonly before?: Readonly<Record<string, string>>
  /** After the last block. */
  readonly after?: string
  /** Commands that are meant to fail. */
  readonly fails?: readonly string[]
}

export interface Followed {
  /** What each block printed, on both streams. */
  readonly printed: readonly string[]
  readonly failed: readonly string[]
  /** Whether the last block was reached and left. */
  readonly ended: boolean
}

/** What npm is asked for and not done, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  ci: 'it asks a registry for the packages of package-lock.json; .ci/run does it',
  test: 'it runs this test',
}

/** How a block of a language is run. */
export const COMMANDS: Readonly<Record<string, (text: string) => string>> = {
  sh: text => text,
  js: text => `node --input-type=module <<'JS'\n${text}JS`,
}

/** Types the blocks into one Bash, as a reader does: what one of them starts, reads the next ones. */
export async function follow(t: Test, page: string, blocks: readonly Block[], guide: Guide): Promise<Followed> {
  const root = t.testdir({ bin: {}, home: { '.ssh': {} }, prefix: {}, cache: {}, place: {} })
  const [bin, place] = [join(root, 'bin'), join(root, 'place')]
  const env = { ...clean(), HOME: join(root, 'home'), GUESTLIST_YES: 'true', BASH_ENV: join(root, 'bashrc') }
  writeFileSync(env.BASH_ENV, `trap 'echo "${MARK}failed $BASH_COMMAND"' ERR\n`)
  const own = guide.clone ? await clone(place, bin) : await beside(t, page, place, bin)
  const lines = blocks.flatMap(({ heading, language, text }, index) => {
    const first = blocks.findIndex(block => block.heading === heading) === index
    return [(first && guide.before?.[heading]) || '', `echo '${MARK}next'`, COMMANDS[language]?.(text) ?? '']
  })
  const script = ['exec 2>&1', ...lines, guide.after ?? '', `echo '${MARK}end'`, ''].join('\n')
  const npm = { npm_config_prefix: join(root, 'prefix'), npm_config_cache: join(root, 'cache') }
  const path = [bin, join(root, 'prefix', 'bin'), process.env.PATH].join(':')
  const output = await bash(script, place, { ...env, ...npm, ...own, PATH: path })
  return read(output)
}

const MARK = '@@@ '

const clean = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:BIMDATA|GUESTLIST|TF_HTTP|GIT|npm)_|^(?:NO|FORCE)_COLOR$/.test(name),
    ),
  )

/** A copy of what a clone has that `npm pack` takes; the built program among it. */
async function clone(place: string, bin: string): Promise<NodeJS.ProcessEnv> {
  for (const name of ['bin', 'dist', 'examples', 'schemas', 'package.json', 'README.md', 'LICENSE'])
    cpSync(join(ROOT, name), join(place, name), { recursive: true })
  const cases = Object.entries(LEFT_OUT).map(([command, why]) => `${command}) echo "left out: ${why}" ;;`)
  const real = `PATH="\${PATH#*:}" npm`
  writeFileSync(
    join(bin, 'npm'),
    `#!/usr/bin/env bash\ncase "$1" in\n${cases.join('\n')}\npack) ${real} pack --ignore-scripts ;;\n*) ${real} "$@" ;;\nesac\n`,
  )
  chmodSync(join(bin, 'npm'), 0o755)
  return { npm_config_offline: 'true' }
}

async function beside(t: Test, page: string, place: string, bin: string): Promise<NodeJS.ProcessEnv> {
  const folder = join(ROOT, page, '..')
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isFile()))
    cpSync(join(folder, name), join(place, name))
  symlinkSync(join(ROOT, 'bin', 'guestlist.js'), join(bin, 'guestlist'))
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  return { BIMDATA_API_URL: sandbox.url, BIMDATA_API_KEY: sandbox.apiKey }
}

function bash(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn('bash', [], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => (output += text))
  child.stdin.end(script)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(output))
  })
}

function read(output: string): Followed {
  const [, ...parts] = output.split(`${MARK}next\n`)
  const failed = [...output.matchAll(new RegExp(`^${MARK}failed (.*)$`, 'gm'))].map(([, command = '']) => command)
  return {
    printed: parts.map(part => part.replaceAll(new RegExp(`^${MARK}.*\n`, 'gm'), '')),
    failed,
    ended: output.endsWith(`${MARK}end\n`),
  }
}

/** What differs from run to run, in what is shown and in what is printed. */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME'],
  [/sha256:[0-9a-f]{64}/g, 'DIGEST'],
  [/127\.0\.0\.1:\d+/g, 'ADDRESS'],
]

const settled = (text: string): string =>
  PLACEHOLDERS.reduce((now, [pattern, name]) => now.replaceAll(pattern, name), text.trim())

/** Whether this was printed, whole; a line `…` stands for any number of lines. */
export function isShown(shown: string, printed: string): boolean {
  const lines = (text: string) => `\n${text}\n`
  const parts = settled(shown)
    .split(/^…$/m)
    .map(part => part.trim())
  const [first = '', last = ''] = [parts[0], parts.at(-1)]
  let rest = lines(settled(printed))
  if (!rest.startsWith(first === '' ? '' : lines(first)) || !rest.endsWith(last === '' ? '' : lines(last))) return false
  if (parts.length === 1) return rest === lines(first)
  for (const part of parts.filter(each => each !== '')) {
    const at = rest.indexOf(lines(part))
    if (at === -1) return false
    rest = rest.slice(at + part.length + 1)
  }
  return true
}

/** A key that ssh-keygen finds by itself. */
export const HOME_KEY = 'ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519'
