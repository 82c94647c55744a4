import { AuditError } from '../audit/error.js'
import { ApiError } from '../model/api-error.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { problemsSummary, problemsText } from '../render/text/problems-text.js'
import { wrapText } from '../render/text/width.js'
import { StateError } from '../state/error.js'
import { CommandError, EXIT, type ExitCode, type Io, ManifestError } from './io.js'
import { styleFor } from './style.js'

export interface Failure {
  readonly text: string
  readonly exitCode: ExitCode
}

/** What a person is told of an error, and the exit code. A stack is shown only for a bug, and only at log level debug. */
export function describeFailure(error: unknown, options: { noColor: boolean; debug: boolean }, io: Io): Failure {
  const style = styleFor('err', options, io)
  if (error instanceof ManifestError) {
    return {
      text: `${problemsText(error.problems, style)}\n\n${problemsSummary(error.problems, error.subject)}; nothing was done.\n`,
      exitCode: EXIT.error,
    }
  }
  if (io.interrupt.aborted && error instanceof ApiError)
    return { text: 'Interrupted; nothing was done.\n', exitCode: EXIT.interrupted }
  if (error instanceof StateError && error.code === 'interrupted')
    return { text: `${error.message}\n`, exitCode: EXIT.interrupted }
  const exitCode = error instanceof CommandError ? error.exitCode : EXIT.error
  const text = `${style.bad('Error:')} ${messageOf(error, options.debug)}\n`
  return { text: wrapText(text, io.errIsTerminal ? io.columns : undefined), exitCode }
}

function messageOf(error: unknown, debug: boolean): string {
  if (error instanceof CommandError || error instanceof ApiError) return withAdvice(error.message, error.advice)
  if (error instanceof StateError || error instanceof AuditError) return escapeTerminal(error.message)
  const message = error instanceof Error ? error.message : String(error)
  const stack = debug && error instanceof Error ? `\n${error.stack ?? ''}` : ''
  return `${lines(message)}\nThis is a bug in guestlist: please report it.${stack}`
}

const withAdvice = (message: string, advice: string | null): string =>
  advice === null ? lines(message) : `${lines(message)}\n${lines(advice)}`

const lines = (text: string): string => text.split('\n').map(escapeTerminal).join('\n')
