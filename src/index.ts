/**
 * guestlist as a library: turns manifests into rules, rules and live invitations into a plan, and a plan into text.
 * Pure: it touches no file, network, clock or process.
 *
 * @module
 */

import { type PlanDocument, toDocument } from './documents/plan-document.js'
import { type ApiInvitation, invitationOf } from './model/invitation.js'
import type { Plan } from './model/plan.js'
import type { Problem } from './model/problem.js'
import { type ReconcileInput, startReconcile as startEngine } from './reconcile/reconcile.js'
import { planDiff } from './render/diff/plan-diff.js'
import { planHtml } from './render/html/plan-html.js'
import { jsonText } from './render/json-text.js'
import { planMarkdown } from './render/markdown/plan-markdown.js'
import { planText } from './render/text/plan-text.js'
import { problemsText } from './render/text/problems-text.js'
import { COLOUR, PLAIN } from './render/text/style.js'

export type { ActionEntry, PlanDocument, ResourceChange, UnchangedEntry } from './documents/plan-document.js'
export { type ManifestSource, type ParseResult, parseManifest } from './manifest/parse.js'
export type {
  Action,
  ActionReason,
  InvitationAction,
  OverruledRef,
  RemovalAction,
  RuleRef,
  UserView,
} from './model/action.js'
export type { ErrorCode, ProblemCode, WarningCode } from './model/codes.gen.js'
export { emailKey } from './model/email-address.js'
export { type ErrorFacts, GuestlistError } from './model/error.js'
export {
  /** The library takes invitations as the API sends them. */
  type ApiInvitation as Invitation,
  type InvitationView,
  ROLE_NUMBERS,
  type Role,
  type Status,
} from './model/invitation.js'
export type {
  Effect,
  Guards,
  Manifest,
  Protection,
  Removal,
  Rule,
  Selector,
  StateConfig,
  Strength,
  UnmatchedPolicy,
} from './model/manifest.js'
export type {
  GuardName,
  LeftOut,
  Plan,
  Provenance,
  Refusal,
  StateRead,
  Summary,
  Unchanged,
  Warning,
} from './model/plan.js'
export type { Place, Position, Problem, Range } from './model/problem.js'
export type { RemovalRecord, RemovalRecords } from './model/removal-record.js'
export type { ReconcileInput, ReconcileOptions } from './reconcile/reconcile.js'
export { MARKDOWN_LIMIT, MARKDOWN_MARKER } from './render/markdown/plan-markdown.js'

/** Takes live invitations one by one, in any order, as the API sends them, and keeps only what the plan needs. */
export interface Reconciler {
  observe(invitation: ApiInvitation): void
  finish(): Plan
}

export function startReconcile(input: ReconcileInput): Reconciler {
  const engine = startEngine(input)
  return { observe: sent => engine.observe(invitationOf(sent)), finish: engine.finish }
}

/** The whole engine at once: rules and live state in, plan out. Pure. */
export function reconcile(input: ReconcileInput, observed: Iterable<ApiInvitation>): Plan {
  const reconciler = startReconcile(input)
  for (const invitation of observed) reconciler.observe(invitation)
  return reconciler.finish()
}

export interface TextOptions {
  /** ANSI colours; none by default. */
  readonly colour?: boolean
}

export interface PlanTextOptions extends TextOptions {
  /** Columns to wrap at; by default, lines are not wrapped. */
  readonly width?: number
}

const styleOf = ({ colour = false }: TextOptions) => (colour ? COLOUR : PLAIN)

/**
 * A plan in every format of `guestlist plan --format`, byte for byte the same if `state`, `stateRead` and `provenance`
 * are the same. Text from outside is escaped for its medium.
 */
export const render = {
  text: (plan: Plan, options: PlanTextOptions = {}): string => planText(plan, styleOf(options), options.width),
  /** `document` as text: what `plan --out` saves. */
  json: (plan: Plan): string => `${jsonText(toDocument(plan))}\n`,
  /** The value behind `json`: schemas/plan.schema.json. */
  document: (plan: Plan): PlanDocument => toDocument(plan),
  /** For a pull request comment: at most `MARKDOWN_LIMIT` characters, starting with `MARKDOWN_MARKER`. */
  markdown: (plan: Plan): string => planMarkdown(plan),
  /** Also shows what needs no change, if the plan was made with `keepUnchanged`. */
  diff: (plan: Plan): string => planDiff(plan),
  /** Like `diff`, as one self-contained page. */
  html: (plan: Plan): string => planHtml(plan),
  /** The problems that `parseManifest` found, each with its place. */
  problems: (problems: readonly Problem[], options: TextOptions = {}): string =>
    problemsText(problems, styleOf(options)),
} as const
