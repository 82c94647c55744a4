import type { Io } from '../../cli/io.js'

/** An io whose log lines carry the time, or are JSON objects with `time`, `level`, `message` and, at log level debug, the `code` of a warning; there is no terminal. */
export function serviceIo(io: Io, format: 'text' | 'json'): Io {
  const line = (text: string): string => {
    const [, level = 'info', message = text] = /^(error|warn|info|debug|trace): (.*)$/s.exec(text) ?? []
    const time = new Date().toISOString()
    return format === 'json' ? JSON.stringify({ time, level, message }) : `${time} ${level} ${message}`
  }
  return {
    out: text => io.out(text),
    outAll: chunks => io.outAll(chunks),
    err(text) {
      for (const part of text.split('\n')) if (part.trim() !== '') io.err(`${line(part)}\n`)
    },
    get stdin() {
      return io.stdin
    },
    env: io.env,
    cwd: io.cwd,
    outIsTerminal: false,
    errIsTerminal: false,
    columns: io.columns,
    interrupt: io.interrupt,
    ...(io.end === undefined ? {} : { end: io.end }),
  }
}
