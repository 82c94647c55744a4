import { processIo } from './cli/process-io.js'
import { main } from './program/program.js'

export { main }

/** The program: reads the process's arguments and sets its exit code. */
export async function run(): Promise<void> {
  process.once('beforeExit', sayUnfinished)
  const code = await main(process.argv.slice(2), processIo())
  process.removeListener('beforeExit', sayUnfinished)
  // An output that broke has set one.
  process.exitCode = code === 0 ? (process.exitCode ?? 0) : code
}

/** Nothing is under way any more, and the run has not ended: without this it would pass for a success. */
function sayUnfinished(): void {
  process.stderr.write('Error: guestlist stopped before it was done\nThis is a bug in guestlist: please report it.\n')
  process.exitCode = 1
}
