import { isObject, tryParseJson } from '../model/json.js'
import { NOT_BEGUN, runOf } from './entry.js'

/** One request of an action, or a read for it. */
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
  /** Null where there is none in the log. */
  outcome: string | null
  http_status: number | null
  message: string | null
}

/** A run as its lines tell it, whatever they are worth: what the chain says of them is kept beside it. */
export interface AuditRun {
  readonly run_id: string
  readonly actor: string | null
  readonly host: string | null
  readonly ci: { readonly commit: string | null; readonly run: string | null } | null
  readonly plan_digest: string | null
  readonly started: string
  /** Numbers of its first and last line in the file. */
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
  /** `complete`, `incomplete`, what stopped it, `refused` or `declined`; `unfinished` where there is no end. */
  outcome: string
  message: string | null
}

type Fields = Readonly<Record<string, unknown>>

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {})

/** Gathers the lines of a log into runs. Lines of other runs may stand between those of one. */
export function gatherRuns() {
  const runs = new Map<string, { readonly run: AuditRun; readonly actions: Map<string, AuditAction> }>()
  return {
    /** `line`: of any text that may be JSON; what is none is passed over, for the chain reports it. */
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
    /** In the order of their first lines. */
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
