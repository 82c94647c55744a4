import type { Io } from './io.js'

/** The real process as commands see it. The second SIGINT or SIGTERM ends it at once. */
export function processIo(): Io {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
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
  }
}

/** To the start of the line, and clear it. */
const CLEAR = '\r\u001b[2K'

/** Both streams may be one terminal: whatever is written takes the status line away first and puts it back after. */
function writers(interrupt: AbortSignal): Pick<Io, 'out' | 'outAll' | 'err' | 'status'> {
  const [out, err] = [writer(process.stdout, sayLost), writer(process.stderr, () => undefined)]
  if (!process.stderr.isTTY || process.env.TERM === 'dumb') {
    return { out, outAll: pieces => writeAll(pieces, out, process.stdout, interrupt), err }
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
    outAll: pieces => writeAll(pieces, shown, process.stdout, interrupt),
    err: around(err),
    status(next) {
      if (next === line) return
      err(`${CLEAR}${next ?? ''}`)
      line = next
    },
  }
}

/** Writes a text. @return whether more should be written now; false until the stream says `drain` */
type Write = (text: string) => boolean

/** Waits for a reader that is slower, so that what it has not taken is not held. Not after an interrupt: then it ends. */
async function writeAll(
  pieces: Iterable<string>,
  write: Write,
  stream: NodeJS.WriteStream,
  interrupt: AbortSignal,
): Promise<void> {
  for (const piece of pieces) {
    if (!write(piece) && !interrupt.aborted) await drained(stream, interrupt)
  }
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
function sayLost(error: Error): void {
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
