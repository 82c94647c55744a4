import type { Action } from '../model/action.js'
import type { RunCode } from '../model/codes.gen.js'
import type { Plan } from '../model/plan.js'
import type { Problem } from '../model/problem.js'
import { allAbsent, isComplete, type Report, type Result } from '../model/report.js'
import { escapeTerminal } from './escape/terminal.js'
import { diagnosticSource, jsonText } from './json-text.js'
import { ALL_ABSENT, countResults } from './text/report-text.js'

/*
 * The lines of `apply --json`: Terraform's machine-readable UI, version 1.2
 * (developer.hashicorp.com/terraform/internals/machine-readable-ui), with our own fields under `guestlist`.
 * Each function returns one line without its newline; `applyEnd` may return two.
 */

type LineLevel = 'info' | 'warn' | 'error'

export type FormatLine = (level: LineLevel, message: string, type: string, fields?: object) => string

/**
 * `@message` is for people and shown verbatim by whatever follows the stream, so it is escaped as for a terminal; the
 * other fields are data and decode to their original values.
 *
 * @param now the clock of `@timestamp`
 */
export function ndjsonWriter(now: () => Date): FormatLine {
  return (level, message, type, fields = {}) =>
    jsonText(
      {
        '@level': level,
        '@message': escapeTerminal(message.replaceAll(/\s*\n\s*/g, ' ')),
        '@module': 'guestlist.ui',
        '@timestamp': now().toISOString(),
        type,
        ...fields,
      },
      0,
    )
}

export const versionLine = (line: FormatLine, version: string): string =>
  line('info', `guestlist ${version}`, 'version', { guestlist: version, ui: '1.2' })

const HOOK_ACTION = { accept: 'update', deny: 'update', remove: 'delete', delete: 'delete' } as const

function resource({ address }: Pick<Action, 'address'>) {
  const dot = address.indexOf('.')
  return {
    addr: address,
    module: '',
    resource: address,
    implied_provider: 'bimdata',
    resource_type: address.slice(0, dot),
    resource_name: address.slice(dot + 1),
    resource_key: null,
  }
}

export const plannedChange = (line: FormatLine, action: Action): string =>
  line('info', `${action.address}: Plan to ${action.action}`, 'planned_change', {
    change: { resource: resource(action), action: HOOK_ACTION[action.action], reason: action.why },
    guestlist: {
      action: action.action,
      rule: action.rule,
      overruled: action.overruled,
      implied_by: action.impliedBy,
      ...(action.action === 'remove' ? { loss: action.loss } : {}),
    },
  })

export function planSummaryLine(
  line: FormatLine,
  { summary, digest, approvals, leftOut }: Plan,
  message: string,
): string {
  const { accept, deny, remove } = summary
  return line('info', message, 'change_summary', {
    changes: { add: 0, change: accept + deny, import: 0, remove, operation: 'plan' },
    guestlist: { digest, accept, deny, remove, left_out: leftOut, approvals },
  })
}

export function applySummaryLine(line: FormatLine, report: Report, message: string): string {
  const counts = countResults(report.results)
  const { accepted, denied, removed } = counts
  return line(isComplete(report) ? 'info' : 'error', message, 'change_summary', {
    changes: { add: 0, change: accepted + denied, import: 0, remove: removed, operation: 'apply' },
    guestlist: { ...counts, verification: report.verification, stop: report.stop },
  })
}

/** What keeps a run from being complete, apart from its actions: why it stopped, and what the last read showed. */
export function* applyDiagnostics(line: FormatLine, report: Report): Generator<string> {
  const { stop, verification } = report
  if (stop !== null)
    yield runLine(line, 'error', 'The run was stopped', `stopped_${stop.reason}`, { detail: stop.message })
  if (verification.kind === 'unreadable') {
    const summary = 'Not verified: the live state could not be read'
    yield runLine(line, 'error', summary, 'not_verified_unreadable', { detail: verification.why })
  }
  if (allAbsent(report) && report.acceptAbsent !== true) {
    yield runLine(line, 'error', 'Nobody was removed', 'nobody_removed', { detail: ALL_ABSENT })
  }
  if (verification.kind !== 'differs') return
  for (const { address, wanted, found } of verification.mismatches) {
    const detail = `Wanted ${wanted}, found ${found ?? 'no such invitation'}.`
    const summary = `Not verified: ${address} differs from what was reported`
    yield runLine(line, 'error', summary, 'not_verified_differs', { detail, address })
  }
}

const hook = (action: Action, fields: object = {}) => ({
  hook: { resource: resource(action), action: HOOK_ACTION[action.action], ...fields },
})

export const applyStart = (line: FormatLine, action: Action): string =>
  line('info', `${action.address}: ${action.action} starts`, 'apply_start', hook(action))

export const applyProgress = (line: FormatLine, action: Action, message: string, elapsedSeconds: number): string =>
  line('info', `${action.address}: ${message}`, 'apply_progress', hook(action, { elapsed_seconds: elapsedSeconds }))

/**
 * How an action ended. As in Terraform, a diagnostic that says why follows `apply_errored`. An action that never
 * started has no hook to end: a warning says that it was left out.
 */
export function applyEnd(
  line: FormatLine,
  { action, outcome, attempts, status }: Result,
  elapsedSeconds: number,
): string {
  const { address } = action
  const guestlist = { action: action.action, outcome, attempts, status }
  const fields = { ...hook(action, { elapsed_seconds: elapsedSeconds }), guestlist }
  if (!('why' in outcome)) return line('info', `${address}: ${outcome.kind}`, 'apply_complete', fields)
  const ended = `${address}: ${outcome.kind.replace('_', ' ')}`
  const code = `action_${outcome.kind}` as const
  if (outcome.kind !== 'failed' && outcome.kind !== 'rejected')
    return runLine(line, 'warning', ended, code, { detail: outcome.why, address, guestlist })
  return [
    line('error', `${ended}: ${outcome.why}`, 'apply_errored', fields),
    runLine(line, 'error', ended, code, { detail: outcome.why, address }),
  ].join('\n')
}

export interface DiagnosticExtras extends Partial<Omit<Problem, 'code'>> {
  readonly code?: string
  /** The address of the action concerned. */
  readonly address?: string
  readonly guestlist?: object
}

/** A diagnostic about the run as a whole. */
const runLine = (
  line: FormatLine,
  severity: 'error' | 'warning',
  summary: string,
  code: RunCode,
  extras: DiagnosticExtras,
): string => diagnosticLine(line, severity, summary, { ...extras, code })

export function diagnosticLine(
  line: FormatLine,
  severity: 'error' | 'warning',
  summary: string,
  { code, detail = '', range = null, snippet = null, address, guestlist }: DiagnosticExtras = {},
): string {
  const [level, label] = severity === 'error' ? (['error', 'Error'] as const) : (['warn', 'Warning'] as const)
  const about = address === undefined ? {} : { address }
  return line(level, `${label}: ${summary}`, 'diagnostic', {
    diagnostic: {
      severity,
      summary,
      detail,
      ...(code === undefined ? {} : { code }),
      ...about,
      ...diagnosticSource({ range, snippet }),
    },
    ...(guestlist === undefined ? {} : { guestlist }),
  })
}
