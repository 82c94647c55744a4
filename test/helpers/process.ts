import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A bundle is not a file of the project, so its coverage would only distort that of the tests. */
const ENV = { PATH: process.env.PATH, NODE_V8_COVERAGE: '' }

/** A program in its own process that answers each line of input with one line of output. */
export interface Worker {
  readonly pid: number
  /** Sends a line and returns the next line of output. */
  ask(line: string): Promise<string>
  send(line: string): void
  next(): Promise<string>
  kill(signal: NodeJS.Signals): Promise<void>
  end(): Promise<void>
}

/** Bundles a TypeScript program, so that each process starts in a tenth of a second. `env` is added to its own. */
export async function bundleWorker(
  program: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ start(...args: string[]): Worker; remove(): Promise<void> }> {
  // Inside the project, so that the program's packages are found.
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.guestlist-test-'))
  const outfile = join(folder, 'worker.mjs')
  const entry = fileURLToPath(new URL(program, import.meta.url))
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' })
  return {
    start: (...args) => startWorker(outfile, args, env),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

function startWorker(file: string, args: string[], env: NodeJS.ProcessEnv): Worker {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...ENV, ...env },
  })
  const lines = linesOf(child)
  const next = async (): Promise<string> => {
    const line = await lines.next()
    if (line.done === true) throw new Error('the worker ended without an answer')
    return line.value
  }
  const send = (line: string): void => {
    child.stdin.write(`${line}\n`)
  }
  return {
    pid: child.pid ?? 0,
    send,
    next,
    ask: line => {
      send(line)
      return next()
    },
    kill: async signal => {
      const gone = goneOf(child)
      child.kill(signal)
      await gone
    },
    end: async () => {
      const gone = goneOf(child)
      child.stdin.end()
      await gone
    },
  }
}

function linesOf(child: ChildProcess & { stdout: NodeJS.ReadableStream }): AsyncIterator<string> {
  const reader: Interface = createInterface({ input: child.stdout })
  return reader[Symbol.asyncIterator]()
}

async function goneOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
