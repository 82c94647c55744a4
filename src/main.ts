import { main } from './cli.js'
import { processIo } from './process-io.js'

export { main }

/** The program: reads the process's arguments and sets its exit code. */
export async function run(): Promise<void> {
  const code = await main(process.argv.slice(2), processIo())
  // An output that broke has set one.
  process.exitCode = code === 0 ? (process.exitCode ?? 0) : code
}
