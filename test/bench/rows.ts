import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serveList } from './list-server.js'
import { acceptAll, conflicting, manifestOf } from './manifests.js'
import { type Command, interleave, type Sample } from './measure.js'
import { LEAVER, type SandboxProcess, startSandbox } from './sandbox-process.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PROGRAM = join(ROOT, 'bin', 'guestlist.js')
const NODE = process.execPath

/** One promise, measured. `goal` is an upper bound unless `atLeast`. */
export interface Row {
  readonly number: number
  readonly what: string
  readonly value: number
  readonly goal: number
  readonly atLeast?: boolean
  readonly unit?: 'MB'
  /** The figures behind the ratio. */
  readonly from: string
}

const folder = mkdtempSync(join(tmpdir(), 'guestlist-bench-rows-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const hasTerraform = spawnSync('terraform', ['version']).status === 0
const bare: Command = { argv: [NODE, '-e', '0'] }

const guestlist = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Command => ({
  argv: [NODE, PROGRAM, ...args],
  env,
})

const credentials = (url: string) => ({ BIMDATA_API_URL: url, BIMDATA_API_KEY: 'bench' })

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Reads the body over HTTP and parses it; nothing else. */
const parser = write(
  'parse.cjs',
  `require('http').get(process.argv[2] + '/identity-provider/invitation', answer => {
  const chunks = []
  answer.on('data', chunk => chunks.push(chunk))
  answer.on('end', () => JSON.parse(Buffer.concat(chunks).toString()))
})`,
)

const ms = (sample: Sample | undefined): string => `${((sample?.wall ?? Number.NaN) * 1000).toFixed(0)} ms`
const mb = (sample: Sample | undefined): string => `${(sample?.peak ?? Number.NaN).toFixed(0)} MiB`
const wall = (samples: Readonly<Record<string, Sample>>, name: string): number => samples[name]?.wall ?? Number.NaN
const peak = (samples: Readonly<Record<string, Sample>>, name: string): number => samples[name]?.peak ?? Number.NaN

export async function startUp(): Promise<Row[]> {
  const peer: Command = hasTerraform ? { argv: ['terraform', 'version'], env: { CHECKPOINT_DISABLE: '1' } } : bare
  const of = hasTerraform ? 'terraform version' : 'node -e 0'
  const s = await interleave({ version: guestlist(['--version']), peer, help: guestlist(['plan', '--help']), bare }, 31)
  return [
    {
      number: 1,
      what: `guestlist --version ÷ ${of}`,
      value: wall(s, 'version') / wall(s, 'peer'),
      goal: hasTerraform ? 1.1 : 1.7,
      from: `${ms(s.version)} ÷ ${ms(s.peer)}`,
    },
    {
      number: 2,
      what: 'guestlist plan --help ÷ node -e 0',
      value: wall(s, 'help') / wall(s, 'bare'),
      goal: 2,
      from: `${ms(s.help)} ÷ ${ms(s.bare)}`,
    },
  ]
}

export async function largePlan(): Promise<Row[]> {
  const server = await serveList(100_000, 1000)
  const manifest = write('large.yaml', manifestOf(1000, 100))
  const commands = {
    plan: guestlist(['plan', '-f', manifest], credentials(server.url)),
    parse: { argv: [NODE, parser, server.url] } satisfies Command,
    bare,
  }
  const time = await interleave(commands, 11)
  const memory = await interleave(commands, 5, true)
  server.close()
  const net = (name: string) => wall(time, name) - wall(time, 'bare')
  return [
    {
      number: 3,
      what: 'plan of 100,000 × 1,000 rules (100 wildcards), less node ÷ read and JSON.parse, less node',
      value: net('plan') / net('parse'),
      goal: 1.6,
      from: `(${ms(time.plan)} − ${ms(time.bare)}) ÷ (${ms(time.parse)} − ${ms(time.bare)})`,
    },
    {
      number: 4,
      what: 'its peak memory ÷ that of reading and parsing',
      value: peak(memory, 'plan') / peak(memory, 'parse'),
      goal: 0.6,
      from: `${mb(memory.plan)} ÷ ${mb(memory.parse)}`,
    },
  ]
}

export async function growth(): Promise<Row[]> {
  const manifest = write('growth.yaml', manifestOf(1000, 100))
  const sizes = [10_000, 100_000, 1_000_000] as const
  const servers = await Promise.all(sizes.map(size => serveList(size, 1000)))
  const commands = Object.fromEntries(
    servers.map(({ url }, index) => [
      String(sizes[index]),
      guestlist(['plan', '-f', manifest, '--timeout', '300'], credentials(url)),
    ]),
  )
  const time = await interleave(commands, 5)
  const memory = await interleave(
    { '100000': commands['100000'] ?? bare, '1000000': commands['1000000'] ?? bare },
    3,
    true,
  )
  for (const server of servers) server.close()
  const perItem = (from: number, to: number) => (wall(time, String(to)) - wall(time, String(from))) / (to - from)
  return [
    {
      number: 5,
      what: 'peak memory of a plan of 1,000,000 ÷ of 100,000',
      value: peak(memory, '1000000') / peak(memory, '100000'),
      goal: 1.5,
      from: `${mb(memory['1000000'])} ÷ ${mb(memory['100000'])}`,
    },
    {
      number: 9,
      what: 'time for each invitation, from 100,000 to 1,000,000 ÷ from 10,000 to 100,000',
      value: perItem(100_000, 1_000_000) / perItem(10_000, 100_000),
      goal: 1.15,
      from: sizes.map(size => `${size}: ${ms(time[size])}`).join(', '),
    },
  ]
}

export async function smallPlan(): Promise<Row[]> {
  if (!hasTerraform) return []
  const server = await serveList(1000, 1000)
  const manifest = write('all.yaml', acceptAll(100))
  const terraform = mkdtempSync(join(folder, 'terraform-'))
  writeFileSync(
    join(terraform, 'main.tf'),
    'resource "terraform_data" "x" {\n  count = 1000\n  input = count.index\n}\n',
  )
  execFileSync('terraform', ['init', '-input=false'], {
    cwd: terraform,
    stdio: 'ignore',
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
  })
  const s = await interleave(
    {
      plan: guestlist(['plan', '-f', manifest], credentials(server.url)),
      terraform: {
        argv: ['terraform', 'plan', '-input=false', '-no-color'],
        cwd: terraform,
        env: { CHECKPOINT_DISABLE: '1' },
      },
    },
    7,
  )
  server.close()
  return [
    {
      number: 6,
      what: 'plan of 1,000 × 100 wildcards, all to change ÷ terraform plan of 1,000 (count)',
      value: wall(s, 'plan') / wall(s, 'terraform'),
      goal: 0.25,
      from: `${ms(s.plan)} ÷ ${ms(s.terraform)}`,
    },
  ]
}

const CALLS = 1000

/** A fresh sandbox of pending invitations before each run; its latency in milliseconds. */
function withSandbox(latency: number, argv: (sandbox: SandboxProcess) => Command['argv']): Command {
  const current: { sandbox: SandboxProcess | null } = { sandbox: null }
  return {
    get argv() {
      if (current.sandbox === null) throw new Error('the sandbox has not been started')
      return argv(current.sandbox)
    },
    get env() {
      return { ...current.sandbox?.env }
    },
    async before() {
      current.sandbox?.stop()
      current.sandbox = await startSandbox(CALLS, latency)
      children.push(current.sandbox)
    },
  }
}

const children: SandboxProcess[] = []

export async function applies(): Promise<Row[]> {
  const manifest = write('apply.yaml', acceptAll(60))
  const args = ['apply', '-f', manifest, '--auto-approve', '--parallelism', '10']
  const apply = (latency: number) => withSandbox(latency, () => [NODE, PROGRAM, ...args])
  const hasUrllib3 = spawnSync('python3', ['-c', 'import urllib3']).status === 0
  const script = hasUrllib3 ? write('sequential.py', PYTHON) : write('sequential.cjs', SEQUENTIAL)
  const sequential = withSandbox(0, () => [hasUrllib3 ? 'python3' : NODE, script])
  const slow = await interleave({ apply: apply(20) }, 5)
  const fast = await interleave({ apply: apply(0), sequential }, 5)
  for (const child of children) child.stop()
  const ideal = (CALLS * 0.02) / 10
  return [
    {
      number: 7,
      what: 'apply of 1,000 at 20 ms with 10 workers: share of the ideal',
      value: ideal / wall(slow, 'apply'),
      goal: 0.8,
      atLeast: true,
      from: `${(ideal * 1000).toFixed(0)} ms ÷ ${ms(slow.apply)}`,
    },
    {
      number: 8,
      what: `apply of 1,000 without latency ÷ a sequential script with keep-alive (${hasUrllib3 ? 'urllib3' : 'node:http'})`,
      value: wall(fast, 'apply') / wall(fast, 'sequential'),
      goal: 1.2,
      from: `${ms(fast.apply)} ÷ ${ms(fast.sequential)}`,
    },
  ]
}

export async function clouds(): Promise<Row[]> {
  const manifest = write('leaver.yaml', `apiVersion: guestlist/v1\nusers: {remove: [{email: ${LEAVER}}]}\n`)
  const sandbox = await startSandbox(0, 20, CALLS)
  const s = await interleave({ plan: { argv: [NODE, PROGRAM, 'plan', '-f', manifest], env: sandbox.env } }, 5)
  sandbox.stop()
  const ideal = (CALLS * 0.02) / 10
  return [
    {
      number: 11,
      what: 'plan of a removal with 1,000 clouds at 20 ms and 10 workers ÷ the ideal',
      value: wall(s, 'plan') / ideal,
      goal: 1.25,
      from: `${ms(s.plan)} ÷ ${(ideal * 1000).toFixed(0)} ms`,
    },
  ]
}

/** Lint against validate of the same file: ordinary rules, and rules that are all in conflict. */
export async function lints(): Promise<Row[]> {
  const rows: Row[] = []
  for (const [rules, seconds] of [
    [1000, 1],
    [10_000, 10],
  ] as const) {
    for (const [kind, text] of [
      ['ordinary rules', manifestOf(rules, rules / 10)],
      ['rules in conflict', conflicting(rules)],
    ] as const) {
      const manifest = write(`lint-${rules}.yaml`, text)
      const s = await interleave(
        {
          lint: { ...guestlist(['lint', '-f', manifest, '--json']), code: 1 },
          validate: guestlist(['validate', '-f', manifest, '--json']),
        },
        5,
      )
      // Spec section 10 promises seconds; as a ratio it holds on any machine that validates as fast as this one.
      rows.push({
        number: 12,
        what: `lint ÷ validate of ${rules} ${kind} (at most ${seconds} s)`,
        value: wall(s, 'lint') / wall(s, 'validate'),
        goal: seconds / wall(s, 'validate'),
        from: `${ms(s.lint)} ÷ ${ms(s.validate)}`,
      })
    }
  }
  return rows
}

const PYTHON = `import os, urllib3
http = urllib3.PoolManager(maxsize=1)
base = os.environ['BIMDATA_API_URL'] + '/identity-provider/invitation'
headers = {'Authorization': 'ApiKey ' + os.environ['BIMDATA_API_KEY']}
for item in http.request('GET', base, headers=headers).json():
    http.request('POST', f"{base}/{item['id']}/accept", headers=headers)
`

const SEQUENTIAL = `const http = require('http')
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const base = process.env.BIMDATA_API_URL + '/identity-provider/invitation'
const headers = { authorization: 'ApiKey ' + process.env.BIMDATA_API_KEY }
const send = (method, url) => new Promise((resolve, reject) => {
  http.request(url, { method, agent, headers }, answer => {
    const chunks = []
    answer.on('data', chunk => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks).toString()))
  }).on('error', reject).end()
})
;(async () => {
  for (const { id } of JSON.parse(await send('GET', base))) await send('POST', base + '/' + id + '/accept')
  agent.destroy()
})()`

const sizeOf = (path: string): number => {
  const stat = statSync(path)
  return stat.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : stat.size
}

export function sizes(): Row[] {
  const npm = (...args: string[]) => spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' }).stdout
  const packages = npm('ls', '--omit=dev', '--all', '--parseable').trim().split('\n').slice(1)
  const installed = packages.reduce((sum, path) => sum + sizeOf(path), 0) / 1e6
  const [packed] = JSON.parse(npm('pack', '--dry-run', '--json', '--ignore-scripts'))
  return [
    {
      number: 10,
      what: 'installed size of production dependencies',
      value: installed,
      goal: 12,
      unit: 'MB',
      from: `${packages.length} packages`,
    },
    {
      number: 10,
      what: 'published tarball',
      value: packed.size / 1e6,
      goal: 1.5,
      unit: 'MB',
      from: `${packed.entryCount} files`,
    },
  ]
}
