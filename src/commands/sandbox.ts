import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { CommandError, EXIT, type Io } from '../cli/io.js'
import type { Sandbox } from '../sandbox/options.js'
import { reasonOf } from '../system/errno.js'

interface SandboxFlags {
  readonly port: number
  readonly data: string | undefined
  readonly latency: number | undefined
  readonly fault: readonly string[]
  readonly unknownUser: '404' | '400' | '204'
  readonly seed: number | undefined
  readonly issuer: string | undefined
}

const UNKNOWN_USER = { '404': 404, '400': 400, '204': 204 } as const

/** Serves the embedded API until it is interrupted, or for as long as a command runs. */
export async function sandbox(command: readonly string[], flags: SandboxFlags, io: Io): Promise<number> {
  if (flags.fault.includes('help')) {
    const { FAULT_GRAMMAR } = await import('../sandbox/fault-grammar.js')
    io.out(`${FAULT_GRAMMAR}\n`)
    return EXIT.done
  }
  const { parseFault } = await import('../sandbox/parse-fault.js')
  const { sandboxBanner } = await import('../sandbox/banner.js')
  const { startSandbox } = await import('../sandbox/server.js')
  const faults = flags.fault.map(text => {
    const fault = parseFault(text)
    if ('error' in fault) throw new CommandError(`--fault ${JSON.stringify(text)}: ${fault.error}`)
    return fault
  })
  const server = await startSandbox({
    port: flags.port,
    faults,
    unknownUser: UNKNOWN_USER[flags.unknownUser],
    ...(io.env.BIMDATA_API_KEY ? { apiKey: io.env.BIMDATA_API_KEY } : {}),
    ...(flags.data === undefined ? {} : { dataFile: resolve(io.cwd, flags.data) }),
    ...(flags.latency === undefined ? {} : { latencyMs: flags.latency }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.issuer === undefined ? {} : { issuer: flags.issuer }),
  }).catch((error: unknown) => {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error })
  })
  try {
    if (command.length > 0) return await runCommand(command, server, io)
    io.out(sandboxBanner(server))
    io.err('The sandbox is listening. Stop it with Ctrl-C.\n')
    await new Promise<void>(done => {
      if (io.interrupt.aborted) done()
      else io.interrupt.addEventListener('abort', () => done(), { once: true })
    })
    return EXIT.done
  } finally {
    await server.close()
  }
}

/** Its streams are ours. Ctrl-C reaches it by itself, for it is of the same terminal; a SIGTERM is passed on. */
function runCommand([program = '', ...args]: readonly string[], server: Sandbox, io: Io): Promise<number> {
  const env = { ...io.env, BIMDATA_API_URL: server.url, BIMDATA_API_KEY: server.apiKey }
  const child = spawn(program, args, { cwd: io.cwd, env, stdio: 'inherit' })
  io.interrupt.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  return new Promise((done, fail) => {
    child.once('error', error =>
      fail(new CommandError(`${program} cannot be run: ${reasonOf(error)}`, { cause: error })),
    )
    child.once('exit', (code, signal) => done(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0)))
  })
}
