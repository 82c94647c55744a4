import type { NoticeCode } from '../model/codes.gen.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { wrapText } from '../render/text/width.js'
import { COMMON } from './common-options.js'
import type { Io } from './io.js'

export const LEVELS = COMMON.logLevel.choices

export type LogLevel = (typeof LEVELS)[number]

/** Whether to show codes, stacks and other debugging information. */
export const isDebug = (level: LogLevel | undefined): boolean => level === 'debug' || level === 'trace'

/** Lines on standard error. Callers never pass a secret. */
export interface Log {
  /** `code` is shown at `debug`; `guestlist explain-code` has a page for every code. */
  warn(code: NoticeCode, message: string): void
  info(message: string): void
  debug(message: string): void
  /** Says that a request is retried after a delay. */
  retry(message: string, attempt: number, delayMs: number): void
}

export function createLog(level: LogLevel, io: Pick<Io, 'err' | 'errIsTerminal' | 'columns'>): Log {
  const write = (own: LogLevel, message: string) => {
    if (LEVELS.indexOf(own) <= LEVELS.indexOf(level))
      io.err(`${wrapText(`${own}: ${escapeTerminal(message)}`, io.errIsTerminal ? io.columns : undefined)}\n`)
  }
  return {
    warn: (code, message) => write('warn', isDebug(level) ? `${message} [${code}]` : message),
    info: message => write('info', message),
    debug: message => write('debug', message),
    retry: (message, attempt, delayMs) =>
      write('info', `try ${attempt + 1} in ${(delayMs / 1000).toFixed(1)} s: ${message}`),
  }
}
