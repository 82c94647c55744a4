import { CommandError, EXIT, type ExitCode, type Io } from '../cli/io.js'

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

/** Serves the embedded API until it is interrupted. */
export async function sandbox(flags: SandboxFlags, io: Io): Promise<ExitCode> {
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
    ...(flags.data === undefined ? {} : { dataFile: flags.data }),
    ...(flags.latency === undefined ? {} : { latencyMs: flags.latency }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.issuer === undefined ? {} : { issuer: flags.issuer }),
  }).catch((error: unknown) => {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error })
  })
  io.out(sandboxBanner(server))
  io.err('The sandbox is listening. Stop it with Ctrl-C.\n')
  await new Promise<void>(resolve => {
    if (io.interrupt.aborted) resolve()
    else io.interrupt.addEventListener('abort', () => resolve(), { once: true })
  })
  await server.close()
  return EXIT.done
}
