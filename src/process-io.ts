import type { Io } from './commands/io.js'

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
    out: writer(process.stdout),
    err: writer(process.stderr),
    // Opening it costs more than most commands: only a prompt and `-f -` need it.
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    columns: process.stdout.columns ?? process.stderr.columns ?? 80,
    interrupt: controller.signal,
  }
}

/** A reader that went away (EPIPE) ends the output, not the run: what was begun must be finished and recorded. */
function writer(stream: NodeJS.WriteStream): (text: string) => void {
  let gone = false
  stream.on('error', () => {
    gone = true
  })
  return text => {
    if (!gone) stream.write(text)
  }
}
