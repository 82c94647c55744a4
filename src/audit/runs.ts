import { isObject, tryParseJson } from '../model/json.js'
import { NOT_BEGUN, runOf } from './entry.js'

/** One request of an action, or one read for it. */
export interface AuditAttempt {
  readonly time: string
  readonly outcome: string
  readonly http_status: number | null
  readonly message: string | null
}

/** What was decided and done about one invitation or user. */
export interface AuditAction {
  readonly address: string
  readonly action: string | null
  /** `file:line:column` */
  readonly rule: string | null
  readonly reason: string | null
  readonly why: string | null
  readonly attempts: AuditAttempt[]
  /** Null if the log has none. */
  outcome: string | null
  http_status: number | null
  message: string | null
}

/** A run as its lines describe it, whether or not they are intact: the verification is reported separately. */
export interface AuditRun {
  readonly run_id: string
  readonly actor: string | null
  readonly host: string | null
  readonly ci: { readonly commit: string | null; readonly run: string | null } | null
  readonly plan_digest: string | null
  readonly started: string
  /** Line numbers of its first and last line. */
  readonly first_line: number
  last_line: number
  /** Time of its last line. */
  last: string
  plan: string | null
  readonly approvers: { readonly principal: string; readonly key: string }[]
  /** `approved`, `declined` or `refused`, and how or why. */
  verdict: string | null
  verdict_message: string | null
  readonly refusals: string[]
  readonly actions: AuditAction[]
  verification: string | null
  verification_message: string | null
  /** `complete`, `incomplete`, the reason for a stop, `refused` or `declined`; `unfinished` if it has no end. */
  outcome: string
  message: string | null
}

type Fields = Readonly<Record<string, unknown>>

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {})

/** Groups the lines of a log into runs. Lines of concurrent runs may be interleaved. */
export function gatherRuns() {
  const runs = new Map<string, { readonly run: AuditRun; readonly actions: Map<string, AuditAction> }>()
  return {
    /** `line`: any text. Anything but JSON is skipped, because the verification reports it. */
    add(number: number, line: string): void {
      const fields = tryParseJson(line)
      if (!isObject(fields) || textOf(fields.event) === null) return
      const id = runOf(fields)
      const entry = runs.get(id) ?? { run: startOf(id, number, fields), actions: new Map<string, AuditAction>() }
      runs.set(id, entry)
      entry.run.last_line = number
      entry.run.last = textOf(fields.time) ?? entry.run.last
      addTo(entry.run, entry.actions, fields)
    },
    /** Ordered by their first lines. */
    runs: (): readonly AuditRun[] => [...runs.values()].map(({ run }) => run),
  }
}

function startOf(run_id: string, line: number, fields: Fields): AuditRun {
  const { commit, run } = fieldsOf(fields.ci)
  const time = textOf(fields.time) ?? ''
  return {
    run_id,
    actor: textOf(fields.actor),
    host: textOf(fields.host),
    ci: fields.ci === null || fields.ci === undefined ? null : { commit: textOf(commit), run: textOf(run) },
    plan_digest: textOf(fields.plan_digest),
    started: time,
    first_line: line,
    last_line: line,
    last: time,
    plan: null,
    approvers: [],
    verdict: null,
    verdict_message: null,
    refusals: [],
    actions: [],
    verification: null,
    verification_message: null,
    outcome: 'unfinished',
    message: null,
  }
}

function addTo(run: AuditRun, actions: Map<string, AuditAction>, fields: Fields): void {
  const message = textOf(fields.message)
  const outcome = textOf(fields.outcome)
  switch (fields.event) {
    case 'plan':
      run.plan = message
      return
    case 'approval': {
      const { principal, key } = fieldsOf(fields.approver)
      run.approvers.push({ principal: textOf(principal) ?? '', key: textOf(key) ?? '' })
      return
    }
    case 'decision':
      decided(run, actions, fields)
      return
    case 'start':
      if (typeof fields.address === 'string') actionOf(run, actions, fields)
      return
    case 'attempt':
      actionOf(run, actions, fields).attempts.push({
        time: textOf(fields.time) ?? '',
        outcome: outcome ?? '',
        http_status: numberOf(fields.http_status),
        message,
      })
      return
    case 'result': {
      const action = actionOf(run, actions, fields)
      action.outcome = outcome
      action.http_status = numberOf(fields.http_status)
      action.message = message
      return
    }
    case 'verify':
      run.verification = outcome
      run.verification_message = message
      return
    case 'end':
      run.outcome = outcome ?? ''
      run.message = message
  }
}

function decided(run: AuditRun, actions: Map<string, AuditAction>, fields: Fields): void {
  const outcome = textOf(fields.outcome)
  const message = textOf(fields.message)
  if (outcome?.startsWith('refused_')) run.refusals.push(message ?? outcome)
  else if (typeof fields.address === 'string') actionOf(run, actions, fields)
  else {
    run.verdict = outcome
    run.verdict_message = message
    if (outcome !== null && NOT_BEGUN.has(outcome)) run.outcome = outcome
  }
}

function actionOf(run: AuditRun, actions: Map<string, AuditAction>, fields: Fields): AuditAction {
  const address = textOf(fields.address) ?? ''
  const known = actions.get(address)
  if (known) return known
  const { file, line, column, reason } = fieldsOf(fields.rule)
  const action: AuditAction = {
    address,
    action: textOf(fields.action),
    rule: typeof file === 'string' ? `${file}:${numberOf(line)}:${numberOf(column)}` : null,
    reason: textOf(reason),
    why: fields.event === 'decision' ? textOf(fields.outcome) : null,
    attempts: [],
    outcome: null,
    http_status: null,
    message: null,
  }
  actions.set(address, action)
  run.actions.push(action)
  return action
}
