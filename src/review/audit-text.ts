import type { AuditAction, AuditRun } from '../audit/runs.js'
import { type AuditVerification, faultsOf, isIntact, verdictOf } from '../audit/verify-log.js'
import { plural } from '../model/text.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { inChunks } from '../render/text/chunks.js'
import type { Style } from '../render/text/style.js'
import { wrapText } from '../render/text/width.js'

/** The audit log for people, in chunks: the chain's verification, then a section per run; lines wrap at `width`. */
export const auditText = (
  verification: AuditVerification,
  runs: readonly AuditRun[],
  style: Style,
  width?: number,
): Iterable<string> => inChunks(wrapped(parts(verification, runs, style), width))

function* wrapped(lines: Iterable<string>, width: number | undefined): Generator<string> {
  for (const line of lines) yield wrapText(line, width)
}

function* parts(verification: AuditVerification, runs: readonly AuditRun[], style: Style): Generator<string> {
  const verdict = verdictOf(verification)
  yield `${isIntact(verification) ? style.good(verdict) : style.bad(verdict)}: ${plural(verification.lines, 'line')}, ${plural(runs.length, 'run')}.\n`
  for (const { line, kind, message } of faultsOf(verification))
    yield `  ${style.bad(`line ${line}: ${kind}`)}: ${escapeTerminal(message)}\n`
  if (verification.omitted > 0) yield `  and ${verification.omitted} more\n`
  for (const run of runs) yield* runParts(run, faultyLines(run, verification), style)
}

/** Lines of a run at which the chain is broken: what they say may not be what was written. */
export const faultyLines = ({ first_line, last_line }: AuditRun, verification: AuditVerification): readonly number[] =>
  faultsOf(verification).flatMap(({ line, kind }) =>
    kind !== 'unfinished' && line >= first_line && line <= last_line ? [line] : [],
  )

function* runParts(run: AuditRun, faulty: readonly number[], style: Style): Generator<string> {
  const unfinished = run.outcome === 'unfinished'
  const good = run.outcome === 'complete'
  const outcome = good ? style.good(run.outcome) : style.bad(escapeTerminal(run.outcome))
  yield `\n${style.bold(`Run of ${escapeTerminal(run.started)}`)}: ${outcome}${unfinished ? ' (it has no end: killed, still running, or cut off)' : ''}\n`
  for (const [name, value] of runFacts(run)) yield `  ${name}: ${escapeTerminal(value)}\n`
  if (faulty.length > 0)
    yield `  ${style.bad(`some of its lines are not as they were written: ${faulty.join(', ')}`)}\n`
  for (const message of run.refusals) yield `  ${style.bad('refused')}: ${escapeTerminal(message)}\n`
  for (const action of run.actions) yield* actionParts(action, style)
}

/** What is known about a run, in the order in which it is shown. */
export function runFacts(run: AuditRun): readonly (readonly [string, string])[] {
  const { ci, approvers } = run
  const facts: readonly (readonly [string, string | null])[] = [
    ['by', run.actor],
    ['on', run.host],
    ['CI', ci && [ci.commit && `commit ${ci.commit}`, ci.run && `run ${ci.run}`].filter(Boolean).join(', ')],
    ['plan', run.plan],
    ['digest', run.plan_digest],
    [
      'approved by',
      approvers.length === 0 ? null : approvers.map(({ principal, key }) => `${principal} (${key})`).join(', '),
    ],
    [run.verdict ?? 'decided', run.verdict && (run.verdict_message ?? 'without a reason')],
    ['verified', run.verification && [run.verification, run.verification_message].filter(Boolean).join(': ')],
    ['ended', run.outcome === 'unfinished' ? null : [run.last, run.message].filter(Boolean).join(', ')],
    ['lines', `${run.first_line} to ${run.last_line}`],
  ]
  return facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, value] as const]))
}

function* actionParts(action: AuditAction, style: Style): Generator<string> {
  const rule = [action.rule, action.reason && `(${action.reason})`].filter(Boolean).join(' ')
  const ended = action.outcome === null ? style.dim('how it ended is not known') : escapeTerminal(endOf(action))
  yield `  ${escapeTerminal(`${action.action ?? ''} ${action.address}`)}: ${ended}${rule === '' ? '' : style.dim(`  ${escapeTerminal(rule)}`)}\n`
  for (const attempt of action.attempts) yield `    ${escapeTerminal(attemptText(attempt))}\n`
}

export const endOf = ({ outcome, http_status, message }: AuditAction): string =>
  [outcome, http_status === null ? null : `HTTP ${http_status}`, message].filter(Boolean).join(', ')

export const attemptText = ({ time, outcome, http_status, message }: AuditAction['attempts'][number]): string =>
  [time, outcome, http_status === null ? 'no answer' : `HTTP ${http_status}`, message].filter(Boolean).join('  ')
