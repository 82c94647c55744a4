import { spawn } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { transpile } from './transpile.js'

/*
 * Runs test files, each a program that prints TAP, in their own processes, and lists the failures at the end.
 *
 *   tsx test/tools/run-tests.ts [--quick] [--coverage] [PART OF A PATH…]
 *
 * They run as JavaScript, transpiled once: `npm run types` checks the types. We do not use tap's own runner, whose
 * hooks in every process and its children double the time.
 */

/**
 * Tests that are slow for a reason (processes, servers, thousands of cases): started first, and left out of the quick
 * run, which has half of the files and takes a quarter of the time.
 */
const SLOW = new RegExp(
  [
    '^test/(adversary|examples|fuzz|program|serve|simulation)[./]',
    'browser|processes|package|keycloak|postgres|backends|lock-file|main-job|index\\.test|http-request',
    'mutants|properties|decisions|voids|formats|record|review|contract|data-file|generated',
    'commands/(approvals|audit-show|lint|test|told)|execute/(execute|settle)',
  ].join('|'),
)

/** Tests whose coverage is measured, which takes time: code that only other tests reach counts as untested. */
const COVERING = /^test\/(commands|documents|execute|loss|manifest|model|reconcile|render|review|state)\//

/** Seconds per file. */
const TIMEOUT = 600

interface Outcome {
  readonly file: string
  readonly ok: boolean
  readonly seconds: number
  readonly pass: number
  readonly fail: number
  readonly output: string
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, coverage: { type: 'boolean' }, jobs: { type: 'string' } },
})

const COVERAGE = '.tap/coverage'

function filesToRun(): readonly string[] {
  const all = readdirSync('test', { recursive: true, encoding: 'utf8' }).map(name => join('test', name))
  const wanted = (file: string) => positionals.length === 0 || positionals.some(part => file.includes(part))
  const files = all.filter(file => file.endsWith('.test.ts') && wanted(file) && !(values.quick && SLOW.test(file)))
  // If a slow file started last, everything would wait for it alone.
  return files.sort((a, b) => Number(SLOW.test(b)) - Number(SLOW.test(a)) || (a < b ? -1 : 1))
}

function runFile(file: string, javaScriptOf: (file: string) => string): Promise<Outcome> {
  const begun = performance.now()
  const child = spawn(process.execPath, ['--enable-source-maps', javaScriptOf(file)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      TAP_TIMEOUT: String(TIMEOUT),
      ...(values.coverage && COVERING.test(file) ? { NODE_V8_COVERAGE: COVERAGE } : {}),
    },
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', chunk => chunks.push(chunk))
  child.stderr.on('data', chunk => chunks.push(chunk))
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT * 1100)
  return new Promise(resolve =>
    child.once('close', code => {
      clearTimeout(timer)
      const output = Buffer.concat(chunks).toString('utf8')
      const totals = /^# \{ total: \d+(?:, pass: (\d+))?(?:, fail: (\d+))?/m.exec(output)
      const [pass, fail] = [Number(totals?.[1] ?? 0), Number(totals?.[2] ?? 0)]
      const seconds = (performance.now() - begun) / 1000
      resolve({ file, ok: code === 0 && pass > 0, seconds, pass, fail: code === 0 ? fail : Math.max(fail, 1), output })
    }),
  )
}

/** Lines shown per failure, so that a few fit on a screen. */
const SHOWN_LINES = 30

/** Each failed assertion with its details; the end of the output if there is none. */
function failuresOf(output: string): readonly string[] {
  const text = output.replace(/^.*\.tap\/js\/node_modules\/tap\/.*\n/gm, '')
  const found = text.match(/^ *not ok .*\n(?: *---\n(?:.*\n)*? *\.\.\.$)?/gm) ?? []
  // A failure also fails every enclosing test: the innermost says why.
  const innermost = found.filter(each => /\n *(diff|stack|found|expired):/.test(each))
  const shown = innermost.length > 0 ? innermost : found
  if (shown.length === 0) return [output.split('\n').slice(-SHOWN_LINES).join('\n')]
  return shown.slice(0, 5).map(each => each.split('\n').slice(0, SHOWN_LINES).join('\n'))
}

async function main(): Promise<number> {
  if (values.coverage) rmSync(COVERAGE, { recursive: true, force: true })
  const javaScriptOf = await transpile()
  const queue = [...filesToRun()]
  const outcomes: Outcome[] = []
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const outcome = await runFile(file, javaScriptOf)
      outcomes.push(outcome)
      const { ok, seconds, pass } = outcome
      print(`${ok ? 'ok    ' : 'FAILED'} ${file} (${pass} assertions, ${seconds.toFixed(1)} s)`)
    }
  }
  // One more than the number of cores: a test that waits for a server or a time-out leaves its core idle.
  const jobs = Number(values.jobs ?? availableParallelism() + 1)
  await Promise.all(Array.from({ length: jobs }, worker))
  return report(outcomes)
}

function report(outcomes: readonly Outcome[]): number {
  for (const { output } of outcomes) for (const [line] of output.matchAll(/^ *# left out: .*/gm)) print(line.trim())
  const failed = outcomes.filter(({ ok }) => !ok)
  for (const { file, output } of failed) print(`\n${file}\n${failuresOf(output).join('\n')}`)
  if (failed.length > 0) print(`\nFailed files:\n${failed.map(({ file }) => `  ${file}`).join('\n')}`)
  const sum = (key: 'pass' | 'fail') => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  print(`\n${sum('pass')} passed, ${sum('fail')} failed`)
  return failed.length > 0 || outcomes.length === 0 ? 1 : 0
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

process.exitCode = await main()
