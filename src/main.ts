import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Runs the program: reads the process's arguments and sets its exit code. */
export async function run(): Promise<void> {
  if (!hasWorkingFolder()) {
    return fail('The working folder no longer exists, or cannot be read.\nChange to another one.')
  }
  keepCompiledCode()
  const argv = process.argv.slice(2)
  // When debugging, stack traces should name source files.
  if (/\b(debug|trace)\b/i.test(`${process.env.GUESTLIST_LOG} ${argv.join(' ')}`)) process.setSourceMapsEnabled(true)
  const { main, processIo } = await import('./start.js')
  process.once('beforeExit', reportUnfinished)
  const code = await main(argv, processIo())
  process.removeListener('beforeExit', reportUnfinished)
  // A failed write to standard output has set an exit code.
  process.exitCode = code === 0 ? (process.exitCode ?? 0) : code
}

/**
 * Node 22 and later can cache compiled code between runs. Not in the temporary folder, Node's default: we would run
 * whatever others write there.
 */
function keepCompiledCode(): void {
  const enable: unknown = Reflect.get(module, 'enableCompileCache')
  if (typeof enable !== 'function') return
  const own = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'guestlist')
  enable.call(module, process.env.NODE_COMPILE_CACHE || own)
}

/** The working folder may have been deleted, and modules loaded later rely on it. */
function hasWorkingFolder(): boolean {
  try {
    return process.cwd() !== ''
  } catch {
    return false
  }
}

/** The event loop is empty although the run has not ended: without this, it would pass for a success. */
function reportUnfinished(): void {
  fail('guestlist exited before finishing.\nThis is a bug in guestlist: please report it.')
}

function fail(message: string): void {
  process.stderr.write(`Error: ${message}\n`)
  process.exitCode = 1
}
