import type { LogLevel } from '../../cli/log.js'
import { plainStyle } from '../../cli/style-for.js'
import { EXIT, type ExitCode, GuestlistError, isKnownError, messageOf } from '../../model/error.js'
import type { Plan } from '../../model/plan.js'
import { isComplete, type Report } from '../../model/report.js'
import { problemsText } from '../../render/text/problems-text.js'
import { applySummary, shortfallLines } from '../../render/text/report-text.js'
import type { Style } from '../../render/text/style.js'
import { summaryLine } from '../../render/text/words.js'
import type { RunResult } from '../../serve/metrics.js'
import { applyExitCode } from '../shared/apply-once.js'

/** How a run of serve ended. */
export interface RunOutcome {
  readonly result: RunResult
  readonly message: string
  readonly exitCode: ExitCode
  /** Why the manifest, the state or the API could not be used; null if they could, whatever the outcome. */
  readonly unready: string | null
}

const INTERRUPTED: RunOutcome = {
  result: 'interrupted',
  message: 'The run was interrupted.',
  exitCode: EXIT.interrupted,
  unready: null,
}

/** The outcome of a run that started. */
export function reported({ plan, report }: { plan: Plan | null; report: Report }, style: Style): RunOutcome {
  const exitCode = applyExitCode(report)
  if (exitCode === EXIT.interrupted) return { ...INTERRUPTED, exitCode }
  const complete = isComplete(report)
  const summary = plan === null || plan.actions.length > 0 ? applySummary(report, complete) : summaryLine(plan)
  const message = [summary, ...shortfallLines(report, style)].join('\n')
  const unread = report.stop !== null || report.verification.kind === 'unreadable'
  return { result: complete ? 'success' : 'failed', message, exitCode, unready: unread ? message : null }
}

/** The outcome of a run that ended before it changed anything. */
export function failureOf(
  error: unknown,
  interrupted: boolean,
  { logLevel }: { readonly logLevel: LogLevel },
): RunOutcome {
  const style = plainStyle(logLevel)
  if (interrupted) return INTERRUPTED
  if (error instanceof GuestlistError && error.problems.length > 0) {
    const message = `The manifest has problems: nothing is done until it is right.\n${problemsText(error.problems, style)}`
    return { result: 'manifest', message, exitCode: EXIT.error, unready: message }
  }
  const message = describeError(error, style)
  if (isRefusal(error)) return { result: 'refused', message, exitCode: EXIT.refused, unready: null }
  // A locked state can still be read.
  const locked = error instanceof GuestlistError && error.code === 'state-locked'
  return { result: 'failed', message, exitCode: EXIT.error, unready: locked ? null : message }
}

export const isRefusal = (error: unknown): error is GuestlistError =>
  error instanceof GuestlistError && error.exitCode === EXIT.refused

export function describeError(error: unknown, style: Style): string {
  return `${messageOf(error)}${isKnownError(error) ? style.code(error.code) : ''}`
}
