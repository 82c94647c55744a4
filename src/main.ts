import { main } from './cli.js'
import { processIo } from './process-io.js'

export { main }

/** The program: reads the process's arguments and sets its exit code. */
export async function run(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), processIo())
}
