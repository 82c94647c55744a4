import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A whole process to be measured. */
export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Run before each measurement, not counted. */
  readonly before?: () => Promise<void>
  /** The exit code that is expected; 0 by default. */
  readonly code?: number
}

export interface Sample {
  /** Seconds from start to end. */
  readonly wall: number
  /** MiB, the most that the process held at once; 0 for a process that is not Node's. */
  readonly peak: number
}

const folder = mkdtempSync(join(tmpdir(), 'guestlist-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Writes the process's peak memory, in kB, where it is told to. It adds under a millisecond. */
const meter = join(folder, 'meter.cjs')
writeFileSync(
  meter,
  "process.on('exit',()=>require('fs').writeFileSync(process.env.BENCH_PEAK,String(process.resourceUsage().maxRSS)))",
)

/** NODE_EXTRA_CA_CERTS alone costs 36 ms a start; credentials and colours of the person who runs this have no place here. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(NODE_|BIMDATA_|GUESTLIST_|TF_|FORCE_COLOR)/.test(name)),
)

export async function run(command: Command, metered: boolean): Promise<Sample> {
  await command.before?.()
  const [program, ...args] = command.argv
  const peakFile = join(folder, 'peak')
  const meterEnv = metered ? { NODE_OPTIONS: `--require ${meter}`, BENCH_PEAK: peakFile } : {}
  const log = openSync(join(folder, 'stderr'), 'w')
  const started = process.hrtime.bigint()
  const child = spawn(program, args, {
    cwd: command.cwd ?? folder,
    env: { ...inherited, ...command.env, ...meterEnv },
    stdio: ['ignore', 'ignore', log],
  })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  const wall = Number(process.hrtime.bigint() - started) / 1e9
  closeSync(log)
  if (code !== (command.code ?? 0)) {
    throw new Error(`${command.argv.join(' ')} ended with ${code}: ${readFileSync(join(folder, 'stderr'), 'utf8')}`)
  }
  return { wall, peak: metered ? Number(readFileSync(peakFile, 'utf8')) / 1024 : 0 }
}

/** One warm-up of each, then all in turn: A B C A B C …, so that a machine whose speed drifts drifts for all. */
export async function interleave(
  commands: Readonly<Record<string, Command>>,
  runs: number,
  metered = false,
): Promise<Readonly<Record<string, Sample>>> {
  const samples = new Map<string, Sample[]>(Object.keys(commands).map(name => [name, []]))
  for (let round = 0; round <= runs; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const sample = await run(command, metered)
      if (round > 0) samples.get(name)?.push(sample)
    }
  }
  return Object.fromEntries([...samples].map(([name, list]) => [name, medianSample(list)]))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low, high] = [
    sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? Number.NaN,
    sorted[middle] ?? Number.NaN,
  ]
  return (low + high) / 2
}

const medianSample = (samples: readonly Sample[]): Sample => ({
  wall: median(samples.map(({ wall }) => wall)),
  peak: median(samples.map(({ peak }) => peak)),
})
