import { ApiError } from '../model/api-error.js'
import { EXIT, type ExitCode, GuestlistError, isKnownError, messageOf } from '../model/error.js'
import type { Problem } from '../model/problem.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { problemsSummary, problemsText } from '../render/text/problems-text.js'
import type { Style } from '../render/text/style.js'
import { wrapText } from '../render/text/width.js'
import type { Io } from './io.js'
import { isDebug } from './log.js'
import { type StyleFlags, styleFor, widthOf } from './style-for.js'

export interface Failure {
  readonly text: string
  readonly exitCode: ExitCode
}

/** The message for an error, and the exit code. A stack is shown only for a bug, and only at log level debug. */
export function describeFailure(error: unknown, flags: StyleFlags, io: Io): Failure {
  const style = styleFor('err', flags, io)
  if (io.interrupt.aborted && error instanceof ApiError)
    return { text: 'Interrupted; nothing was done.\n', exitCode: EXIT.interrupted }
  const exitCode = error instanceof GuestlistError ? error.exitCode : EXIT.error
  if (error instanceof GuestlistError && error.problems.length > 0) {
    const subject = error.code === 'test-problems' ? 'tests' : 'manifest'
    const text = `${problemsText(error.problems, style, widthOf(io, 'err'))}\n\n${problemsSummary(error.problems, subject)}; nothing was done.\n`
    return { text, exitCode }
  }
  if (error instanceof GuestlistError && error.code === 'state-interrupted')
    return { text: `${error.message}${style.code(error.code)}\n`, exitCode }
  const text = `${style.bad('Error:')} ${textOf(error, style, isDebug(flags.logLevel))}\n`
  return { text: wrapText(text, widthOf(io, 'err')), exitCode }
}

/** Shows any problems that accompany a result, on standard error. */
export function showProblems(problems: readonly Problem[], flags: StyleFlags, io: Io): void {
  if (problems.length > 0) io.err(`${problemsText(problems, styleFor('err', flags, io), widthOf(io, 'err'))}\n`)
}

function textOf(error: unknown, style: Style, debug: boolean): string {
  if (isKnownError(error)) {
    // The names of a state and a log come from others: line breaks in them must not start a new line.
    const foreign = error instanceof GuestlistError && /^(?:state|audit)-/.test(error.code)
    const message = `${foreign ? escapeTerminal(error.message) : lines(error.message)}${style.code(error.code)}`
    return error.advice === null ? message : `${message}\n${lines(error.advice)}`
  }
  const message = messageOf(error)
  const stack = debug && error instanceof Error ? `\n${error.stack ?? ''}` : ''
  return `${lines(message)}\nThis is a bug in guestlist: please report it.${stack}`
}

const lines = (text: string): string => text.split('\n').map(escapeTerminal).join('\n')
