import { COLOUR, PLAIN, type Style, withCodes } from '../render/text/style.js'
import type { Io } from './io.js'
import { isDebug, type LogLevel } from './log.js'

export interface StyleFlags {
  readonly noColor: boolean
  readonly logLevel?: LogLevel
}

/**
 * Uses colour if the stream is a terminal. `--no-color` and a non-empty `NO_COLOR` turn it off; `FORCE_COLOR` forces it
 * on, or off if it is 0 or false. At log level debug, diagnostics show their codes.
 */
export const styleFor = (stream: 'out' | 'err', { noColor, logLevel }: StyleFlags, io: Io): Style =>
  withCodesAt(logLevel, colourFor(stream, noColor, io))

/** For output that is never coloured, such as a log. */
export const plainStyle = (logLevel: LogLevel): Style => withCodesAt(logLevel, PLAIN)

const withCodesAt = (logLevel: LogLevel | undefined, style: Style): Style =>
  isDebug(logLevel) ? withCodes(style) : style

function colourFor(stream: 'out' | 'err', noColor: boolean, io: Io): Style {
  if (noColor || (io.env.NO_COLOR ?? '') !== '') return PLAIN
  const forced = io.env.FORCE_COLOR
  if (forced !== undefined && forced !== '') return forced === '0' || forced === 'false' ? PLAIN : COLOUR
  const terminal = stream === 'out' ? io.outIsTerminal : io.errIsTerminal
  return terminal && io.env.TERM !== 'dumb' ? COLOUR : PLAIN
}

/** The width to wrap lines at; undefined if the stream is a file or a pipe. */
export const widthOf = ({ outIsTerminal, errIsTerminal, columns }: Io, stream: 'out' | 'err' = 'out') =>
  (stream === 'out' ? outIsTerminal : errIsTerminal) ? columns : undefined
