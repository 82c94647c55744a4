import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { RuleRef } from '../model/action.js'
import { isObject, jsonEscape, tryParseJson } from '../model/json.js'
import type { Approver } from '../model/plan.js'
import { sha256 } from '../model/sha256.js'
import { whoAmI } from '../system/process.js'

/** The kind of line. */
export type AuditEvent =
  | 'plan' // a plan was made or loaded
  | 'approval' // somebody's signature over the plan counts
  | 'decision' // approved, declined, or refused by a guard, a protection or a stale plan
  | 'start' // the run begins to act
  | 'attempt' // one request for one action
  | 'result' // how one action ended
  | 'verify' // the state was read again and compared
  | 'end' // the run is over

/** The caller's part of a line, which must not contain secrets. Missing members are written as null. */
export interface AuditEntry {
  readonly event: AuditEvent
  readonly plan_digest?: string | null
  /** `bimdata_invitation.56`, `bimdata_user.bob@acme.example` */
  readonly address?: string | null
  readonly action?: 'accept' | 'deny' | 'remove' | 'delete' | null
  readonly rule?: RuleRef | null
  readonly approver?: Approver | null
  readonly http_status?: number | null
  readonly attempts?: number | null
  readonly outcome?: string | null
  readonly message?: string | null
}

/** The context of a run, the same on each of its lines. */
export interface AuditContext {
  /** A UUID for each run, which tells its lines from those of concurrent runs. */
  readonly run_id: string
  /** The CI system's user, otherwise `user@host`. */
  readonly actor: string
  readonly host: string
  readonly ci: { readonly commit: string | null; readonly run: string | null } | null
}

/** The variables in which CI systems name their user, commit and run. The first one set counts. */
const ACTOR = ['GITHUB_ACTOR', 'GITLAB_USER_LOGIN', 'BUILD_REQUESTEDFOREMAIL', 'CIRCLE_USERNAME', 'BUILD_USER_ID']
const COMMIT = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'BUILD_SOURCEVERSION',
  'CIRCLE_SHA1',
  'BITBUCKET_COMMIT',
  'DRONE_COMMIT_SHA',
  'GIT_COMMIT',
]
const RUN = [
  'GITHUB_RUN_ID',
  'CI_JOB_ID',
  'BUILD_BUILDID',
  'CIRCLE_BUILD_NUM',
  'BITBUCKET_BUILD_NUMBER',
  'DRONE_BUILD_NUMBER',
  'BUILD_TAG',
]

const firstOf = (env: NodeJS.ProcessEnv, names: readonly string[]): string | null =>
  names.map(name => env[name]).find(Boolean) ?? null

/** Null outside CI. */
export function ciOf(env: NodeJS.ProcessEnv): AuditContext['ci'] {
  const [commit, run] = [firstOf(env, COMMIT), firstOf(env, RUN)]
  return commit === null && run === null ? null : { commit, run }
}

export function auditContextOf(env: NodeJS.ProcessEnv): AuditContext {
  return {
    run_id: randomUUID(),
    actor: firstOf(env, ACTOR) ?? whoAmI(),
    host: hostname(),
    ci: ciOf(env),
  }
}

/** The `previous` hash of the first line. */
export const NO_LINE = '0'.repeat(64)

/** Bytes. Longer entries are refused, so that a reader can hold any line. */
export const MAX_LINE_BYTES = 1024 * 1024

export interface LinePosition {
  /** Line number in the file, from 1. */
  readonly seq: number
  /** SHA-256 of the previous line without its line break, in hex. */
  readonly previous: string
}

export interface ReadLine extends LinePosition {
  /** As it was written. */
  readonly intact: boolean
  /** The run it belongs to. Lines without a `run_id`, from older versions, are grouped by writer and plan. */
  readonly run: string
  /** Whether it is the last line of its run. */
  readonly endsRun: boolean
}

/**
 * One line of JSON without its line break. Its last two members form the chain: `previous`, the hash of the whole previous
 * line, and `hash`, the hash of this line's text before `,"hash":` plus a closing brace.
 */
export function formatLine(entry: AuditEntry, context: AuditContext, time: Date, position: LinePosition): string {
  const text = escapeInvisible(
    JSON.stringify({
      seq: position.seq,
      time: time.toISOString(),
      event: entry.event,
      ...context,
      plan_digest: entry.plan_digest ?? null,
      address: entry.address ?? null,
      action: entry.action ?? null,
      rule: entry.rule ?? null,
      approver: entry.approver ?? null,
      http_status: entry.http_status ?? null,
      attempts: entry.attempts ?? null,
      outcome: entry.outcome ?? null,
      message: entry.message ?? null,
      previous: position.previous,
    }),
  )
  return `${text.slice(0, -1)},"hash":"${sha256(text)}"}`
}

/** Null for anything that is not a complete line of an audit log. */
export function parseLine(text: string): ReadLine | null {
  const end = /,"hash":"([0-9a-f]{64})"}$/.exec(text)
  const json = tryParseJson(text)
  if (end === null || !isObject(json)) return null
  const { seq, previous } = json
  if (typeof seq !== 'number' || typeof previous !== 'string') return null
  const intact = sha256(`${text.slice(0, end.index)}}`) === end[1]
  return { seq, previous, intact, run: runOf(json), endsRun: endsRun(json) }
}

/** Identifies the lines of one run. */
export const runOf = ({ run_id, actor, host, ci, plan_digest }: Readonly<Record<string, unknown>>): string =>
  typeof run_id === 'string' ? run_id : JSON.stringify([actor, host, ci, plan_digest])

/** A run ends with `end`, or with a decision about no single address that it must not start. */
function endsRun({ event, address, outcome }: Readonly<Record<string, unknown>>): boolean {
  return event === 'end' || (event === 'decision' && address === null && NOT_BEGUN.has(outcome))
}

/** Outcomes of a decision after which a run does not start. */
export const NOT_BEGUN: ReadonlySet<unknown> = new Set(['declined', 'refused'])

/** Escapes characters that could break or reorder a line (controls, U+2028, bidi, zero width): equivalent JSON. */
function escapeInvisible(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, jsonEscape)
}
