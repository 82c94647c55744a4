import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The program: reads the process's arguments and sets its exit code. */
export async function run(): Promise<void> {
  if (!hasWorkingFolder()) {
    return fail('The working folder no longer exists, or cannot be read.\nChange to another one.')
  }
  keepCompiledCode()
  const argv = process.argv.slice(2)
  // Debugging wants the names of sources in stack traces.
  if (/\b(debug|trace)\b/i.test(`${process.env.GUESTLIST_LOG} ${argv.join(' ')}`)) process.setSourceMapsEnabled(true)
  const [{ main }, { processIo }] = await Promise.all([import('./program/program.js'), import('./cli/io.js')])
  process.once('beforeExit', reportUnfinished)
  const code = await main(argv, processIo())
  process.removeListener('beforeExit', reportUnfinished)
  // An output that broke has set one.
  process.exitCode = code === 0 ? (process.exitCode ?? 0) : code
}

/**
 * Node 22 and later keep compiled code from one run to the next. Not in the folder for temporary files, which is Node's
 * default: what others can write there would be run here.
 */
function keepCompiledCode(): void {
  const enable: unknown = Reflect.get(module, 'enableCompileCache')
  if (typeof enable !== 'function') return
  const own = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'guestlist')
  enable.call(module, process.env.NODE_COMPILE_CACHE || own)
}

/** Somebody may have deleted it; what is loaded later relies on it. */
function hasWorkingFolder(): boolean {
  try {
    return process.cwd() !== ''
  } catch {
    return false
  }
}

/** Nothing is under way any more, and the run has not ended: without this it would pass for a success. */
function reportUnfinished(): void {
  fail('guestlist exited before finishing.\nThis is a bug in guestlist: please report it.')
}

function fail(message: string): void {
  process.stderr.write(`Error: ${message}\n`)
  process.exitCode = 1
}
