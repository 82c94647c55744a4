import type { Readable } from 'node:stream'
import type { Problem } from '../model/problem.js'

/** Exit codes: the closed list of what a run can end with. */
export const EXIT = {
  done: 0,
  error: 1,
  changes: 2,
  refused: 3,
  stale: 4,
  partial: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The world outside, as commands see it. Writing never throws; a reader that went away is not an error. */
export interface Io {
  /** The result, and nothing else. */
  out(text: string): void
  /** A result too long to be held whole: the next piece is made when its reader has taken the last. */
  outAll(pieces: Iterable<string>): Promise<void>
  /** Progress, warnings, prompts and logs. */
  err(text: string): void
  /** Draws the last line of the terminal anew, below all that is written; null takes it away. Only on a terminal. */
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

/** A command that cannot go on: a message for people, what to do, and the exit code. */
export class CommandError extends Error {
  readonly exitCode: ExitCode
  readonly advice: string | null

  constructor(message: string, options: { advice?: string; exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CommandError'
    this.exitCode = options.exitCode ?? EXIT.error
    this.advice = options.advice ?? null
  }
}

/** A manifest that cannot be planned from, or tests that cannot be run. */
export class ManifestError extends Error {
  readonly problems: readonly Problem[]
  readonly subject: 'manifest' | 'tests'

  constructor(problems: readonly Problem[], subject: 'manifest' | 'tests' = 'manifest') {
    super(`${problems.length} problem${problems.length === 1 ? '' : 's'} in the ${subject}`)
    this.subject = subject
    this.name = 'ManifestError'
    this.problems = problems
  }
}
