import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { ExitCode } from '../model/error.js'

/** The outside world as commands see it. Writing never throws; a reader that went away is not an error. */
export interface Io {
  /** The result, and nothing else. */
  out(text: string): void
  /** For a result too long to hold in memory: each chunk is produced once the reader has taken the previous one. */
  outAll(chunks: Iterable<string>): Promise<void>
  /** Whether part of the result was lost, as on a full disk; not if its reader went away. Known once `outAll` resolves. */
  isOutLost?(): boolean
  /** Progress, warnings, prompts and logs. */
  err(text: string): void
  /** Redraws the last line of the terminal, below all other output; null removes it. Absent without a terminal. */
  status?(line: string | null): void
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  /** Columns of the terminal; 80 without one. */
  readonly columns: number
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP (not under nohup). */
  readonly interrupt: AbortSignal
  /** Ends the process at once, even if something hangs. Absent if there is no process of its own. */
  end?(code: ExitCode): void
}

/** The same io with the given members replaced. */
export const withIo = (io: Io, own: { readonly [K in keyof Io]?: Io[K] | undefined }): Io =>
  Object.create(io, Object.getOwnPropertyDescriptors(own))

/** The real process as commands see it. The second SIGINT, SIGTERM or SIGHUP ends it at once. */
export function processIo(): Io {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  const isOutliving = outlivesHangup(process.env)
  process.on('SIGHUP', () => {
    // A command that gives SIGHUP another meaning has its own listener.
    if (!isOutliving && process.listenerCount('SIGHUP') === 1) onSignal()
  })
  return {
    ...writers(controller.signal),
    // Lazy: opening it takes longer than most commands, and only prompts and `-f -` need it.
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    get columns() {
      // A terminal whose size was never set reports 0.
      return process.stderr.columns || process.stdout.columns || 80
    },
    interrupt: controller.signal,
    end: code => process.exit(code),
  }
}

/**
 * Whether the process was started to survive the terminal hanging up, as with nohup(1). Node resets ignored signals to
 * their defaults before any of our code runs, so this is inferred from what remains:
 *
 * | evidence | explanation |
 * | --- | --- |
 * | `_`, in which shells name the program they started, is nohup | a shell started it under nohup |
 * | the parent ignores the signal (Linux) | a script under nohup, or with a trap, started it |
 * | standard input is write-only (Linux) | nohup replaces a terminal on standard input like this |
 */
function outlivesHangup(env: NodeJS.ProcessEnv): boolean {
  if (/(^|\/)nohup$/.test(env._ ?? '')) return true
  const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(procFile(`${process.ppid}/status`))?.[1]
  if (ignored !== undefined && (BigInt(`0x${ignored}`) & 1n) === 1n) return true
  const flags = /^flags:\s*([0-7]+)$/m.exec(procFile('self/fdinfo/0'))?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) === 1
}

function procFile(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return ''
  }
}

/** Moves to the start of the line and clears it. */
const CLEAR = '\r\u001b[2K'

/** Both streams may share a terminal: each write first removes the status line and restores it afterwards. */
function writers(interrupt: AbortSignal): Pick<Io, 'out' | 'outAll' | 'isOutLost' | 'err' | 'status'> {
  let isLost = false
  const onLoss = (error: Error) => {
    isLost = true
    reportLostOutput(error)
  }
  const [out, err] = [writer(process.stdout, onLoss), writer(process.stderr, () => undefined)]
  const isOutLost = () => isLost
  if (!process.stderr.isTTY || process.env.TERM === 'dumb') {
    return { out, outAll: chunks => writeAll(chunks, out, process.stdout, interrupt), isOutLost, err }
  }
  let line: string | null = null
  const around =
    (write: Write): Write =>
    text => {
      if (line === null) return write(text)
      err(CLEAR)
      const ready = write(text)
      if (text.endsWith('\n')) err(line)
      return ready
    }
  const shown = process.stdout.isTTY ? around(out) : out
  return {
    out: shown,
    outAll: chunks => writeAll(chunks, shown, process.stdout, interrupt),
    isOutLost,
    err: around(err),
    status(next) {
      if (next === line) return
      err(`${CLEAR}${next ?? ''}`)
      line = next
    },
  }
}

/** Writes a string. @return false if the caller should wait for `drain` before writing more */
type Write = (text: string) => boolean

/** Waits for a slow reader, so that unread chunks do not pile up in memory. After an interrupt it no longer waits. */
async function writeAll(
  chunks: Iterable<string>,
  write: Write,
  stream: NodeJS.WriteStream,
  interrupt: AbortSignal,
): Promise<void> {
  for (const chunk of chunks) {
    if (!write(chunk) && !interrupt.aborted) await drained(stream, interrupt)
  }
  // A stream does not report an error any earlier than this.
  await setImmediate()
}

function drained(stream: NodeJS.WriteStream, interrupt: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      for (const event of ENDS) stream.off(event, end)
      interrupt.removeEventListener('abort', end)
      resolve()
    }
    for (const event of ENDS) stream.on(event, end)
    interrupt.addEventListener('abort', end)
  })
}

const ENDS = ['drain', 'error', 'close'] as const

/** A truncated result, as on a full disk, must fail the run. */
function reportLostOutput(error: Error): void {
  process.exitCode ||= 1
  process.stderr.write(`Error: The result could not be written to standard output: ${error.message}\n`)
}

/**
 * A failed write ends the output, not the run: work that has started must be finished and recorded. A reader that went
 * away (EPIPE) has read all it wanted.
 */
function writer(stream: NodeJS.WriteStream, onLoss: (error: Error) => void): Write {
  let gone = false
  stream.on('error', error => {
    if (!gone && !('code' in error && error.code === 'EPIPE')) onLoss(error)
    gone = true
  })
  return text => gone || stream.write(text)
}
