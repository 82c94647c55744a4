import { ApiError } from './api-error.js'
import type { ErrorCode } from './codes.gen.js'
import type { Problem } from './problem.js'
import { plural } from './text.js'

/** The closed list of exit codes. */
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

/** The error codes with an exit code other than `error`. */
const EXIT_OF: { readonly [code in ErrorCode]?: ExitCode } = {
  'plan-refused': EXIT.refused,
  'approvals-missing': EXIT.refused,
  'approvals-unchecked': EXIT.refused,
  'plan-stale': EXIT.stale,
  interrupted: EXIT.interrupted,
  'state-interrupted': EXIT.interrupted,
}

export interface ErrorFacts {
  /** The file that the error is about, with line and column if known; the message then begins with it. */
  readonly place?: string
  /** What to do, in complete sentences. */
  readonly advice?: string | null
  /** The problems in a manifest or tests, each with its place. */
  readonly problems?: readonly Problem[]
  readonly cause?: unknown
}

/** An error that ends a command, worded for people. The message never contains a secret. See also `ApiError`. */
export class GuestlistError extends Error {
  readonly code: ErrorCode
  readonly place: string | null
  readonly advice: string | null
  readonly exitCode: ExitCode
  readonly problems: readonly Problem[]

  constructor(code: ErrorCode, message: string, { place, advice = null, problems = [], cause }: ErrorFacts = {}) {
    super(place === undefined ? message : `${place}: ${message}`, cause === undefined ? undefined : { cause })
    this.name = 'GuestlistError'
    this.code = code
    this.place = place ?? null
    this.advice = advice
    this.exitCode = EXIT_OF[code] ?? EXIT.error
    this.problems = problems
  }

  /** The same error with a place, for the caller that knows the file. */
  at(place: string): GuestlistError {
    const { code, message, advice, problems } = this
    return new GuestlistError(code, message, { place, advice, problems, cause: this })
  }
}

/** Whether an error was anticipated, so that it has a code and advice. Any other error is a bug. */
export const isKnownError = (error: unknown): error is GuestlistError | ApiError =>
  error instanceof GuestlistError || error instanceof ApiError

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** @param subject what the problems are in */
export function problemsError(
  problems: readonly Problem[],
  subject: 'manifest' | 'tests' = 'manifest',
): GuestlistError {
  const message = `${plural(problems.length, 'problem')} in the ${subject}`
  return new GuestlistError(subject === 'manifest' ? 'manifest-problems' : 'test-problems', message, { problems })
}
