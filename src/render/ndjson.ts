import type { Action, Plan } from '../model/plan.js'
import type { Problem } from '../model/problem.js'
import type { Report, Result } from '../model/report.js'
import { jsonText } from './json.js'
import { countResults } from './report-text.js'

/*
 * The lines of `apply --json`: Terraform's machine-readable UI. Each function returns one line without its newline.
 */

type Level = 'info' | 'warn' | 'error'

type Line = (level: Level, message: string, type: string, fields?: object) => string

/** @param now the clock of `@timestamp` */
export function ndjsonWriter(now: () => Date): Line {
  return (level, message, type, fields = {}) =>
    jsonText(
      {
        '@level': level,
        '@message': message,
        '@module': 'guestlist.ui',
        '@timestamp': now().toISOString(),
        type,
        ...fields,
      },
      0,
    )
}

export const versionLine = (line: Line, version: string): string =>
  line('info', `guestlist ${version}`, 'version', { guestlist: version, ui: '1.2' })

const HOOK_ACTION = { accept: 'update', deny: 'update', remove: 'delete' } as const

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

export const plannedChange = (line: Line, action: Action): string =>
  line('info', `${action.address}: Plan to ${action.action}`, 'planned_change', {
    change: { resource: resource(action), action: HOOK_ACTION[action.action], reason: action.why },
    guestlist: { action: action.action, rule: action.rule },
  })

export function planSummaryLine(line: Line, { summary, digest }: Plan, message: string): string {
  const { accept, deny, remove } = summary
  return line('info', message, 'change_summary', {
    changes: { add: 0, change: accept + deny, import: 0, remove, operation: 'plan' },
    guestlist: { digest, accept, deny, remove },
  })
}

export function applySummaryLine(line: Line, report: Report, message: string): string {
  const counts = countResults(report.results)
  const { accepted, denied, removed } = counts
  return line('info', message, 'change_summary', {
    changes: { add: 0, change: accepted + denied, import: 0, remove: removed, operation: 'apply' },
    guestlist: { ...counts, verification: report.verification, stop: report.stop },
  })
}

const hook = (action: Action, fields: object = {}) => ({
  hook: { resource: resource(action), action: HOOK_ACTION[action.action], ...fields },
})

export const applyStart = (line: Line, action: Action): string =>
  line('info', `${action.address}: ${action.action} starts`, 'apply_start', hook(action))

export const applyProgress = (line: Line, action: Action, message: string, elapsedSeconds: number): string =>
  line('info', `${action.address}: ${message}`, 'apply_progress', hook(action, { elapsed_seconds: elapsedSeconds }))

export function applyEnd(line: Line, { action, outcome, attempts, status }: Result, elapsedSeconds: number): string {
  const ours = { guestlist: { outcome, attempts, status } }
  const fields = { ...hook(action, { elapsed_seconds: elapsedSeconds }), ...ours }
  if ('why' in outcome)
    return line('error', `${action.address}: ${outcome.kind}: ${outcome.why}`, 'apply_errored', fields)
  return line('info', `${action.address}: ${outcome.kind}`, 'apply_complete', fields)
}

export const diagnosticLine = (
  line: Line,
  severity: 'error' | 'warning',
  summary: string,
  rest: Partial<Problem> = {},
): string =>
  line(
    severity === 'error' ? 'error' : 'warn',
    `${severity === 'error' ? 'Error' : 'Warning'}: ${summary}`,
    'diagnostic',
    {
      diagnostic: { severity, summary, detail: rest.detail ?? '', ...(rest.range ? { range: rest.range } : {}) },
    },
  )
