import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { ExitCode } from '../model/error.js'

/** The world outside, as commands see it. Writing never throws; a reader that went away is not an error. */
export interface Io {
  /** The result, and nothing else. */
  out(text: string): void
  /** A result too long to be held whole: the next chunk is made when its reader has taken the last. */
  outAll(chunks: Iterable<string>): Promise<void>
  /** Whether a part of the result was lost, as on a full disk; not where its reader went away. Known once `outAll` has resolved. */
  isOutLost?(): boolean
  /** Progress, warnings, prompts and logs. */
  err(text: string): void
  /** Redraws the last line of the terminal, below all that is written; null takes it away. Only on a terminal. */
  status?(line: string | null): void
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP (not under nohup). */
  readonly interrupt: AbortSignal
  /** Ends the process at once, whatever hangs in it. Only where there is one. */
  end?(code: ExitCode): void
}

/** The same io but for what is given here. */
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
    // A command for which it means something else listens itself.
    if (!isOutliving && process.listenerCount('SIGHUP') === 1) onSignal()
  })
  return {
    ...writers(controller.signal),
    // Opening it costs more than most commands: only a prompt and `-f -` need it.
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    get columns() {
      // A terminal that was never given a size says 0.
      return process.stderr.columns || process.stdout.columns || 80
    },
    interrupt: controller.signal,
    end: code => process.exit(code),
  }
}

/**
 * Whether whoever started this wants it to go on when the terminal hangs up, as with nohup(1). Node sets what was ignored back
 * to its default before any of our code runs, so this is read off what remains:
 *
 * | seen | by |
 * | --- | --- |
 * | `_`, in which shells name the program that they started, is nohup | a shell started it under nohup |
 * | the parent ignores the signal (Linux) | a script under nohup, or with a trap, started it |
 * | standard input can only be written to (Linux) | nohup, which takes the terminal away like this |
 */
export function outlivesHangup(env: NodeJS.ProcessEnv): boolean {
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

/** To the start of the line, and clear it. */
const CLEAR = '\r\u001b[2K'

/** Both streams may be one terminal: whatever is written takes the status line away first and puts it back after. */
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

/** Writes a string. @return whether more should be written now; false until the stream says `drain` */
type Write = (text: string) => boolean

/** Waits for a reader that is slower, so that what it has not taken is not held. Not after an interrupt: then it ends. */
async function writeAll(
  chunks: Iterable<string>,
  write: Write,
  stream: NodeJS.WriteStream,
  interrupt: AbortSignal,
): Promise<void> {
  for (const chunk of chunks) {
    if (!write(chunk) && !interrupt.aborted) await drained(stream, interrupt)
  }
  // A stream tells of an error no earlier than this.
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

/** A result that is not whole is no result, as on a full disk. */
function reportLostOutput(error: Error): void {
  process.exitCode ||= 1
  process.stderr.write(`Error: The result could not be written to standard output: ${error.message}\n`)
}

/**
 * What cannot be written ends the output, not the run: what was begun must be finished and recorded. A reader that went
 * away (EPIPE) has read what it wanted.
 */
function writer(stream: NodeJS.WriteStream, onLoss: (error: Error) => void): Write {
  let gone = false
  stream.on('error', error => {
    if (!gone && !('code' in error && error.code === 'EPIPE')) onLoss(error)
    gone = true
  })
  return text => gone || stream.write(text)
}
