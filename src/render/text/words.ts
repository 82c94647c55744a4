import type { Action, ActionReason, LeftoverAction, OverruledRef, RuleRef } from '../../model/action.js'
import type { Loss, UnknownCloud, Unread } from '../../model/clouds.js'
import { type Plan, type Summary, totalLeftOut, type Unchanged } from '../../model/plan.js'
import { placeText } from '../../model/problem.js'
import { plural } from '../../model/text.js'

/*
 * The words that every format shares.
 */

/** The stable line that people grep for. */
export const planSummary = ({ accept, deny, remove, keycloak }: Summary): string =>
  `Plan: ${accept} to accept, ${deny} to deny, ${remove} to remove${keycloak === null ? '' : `, ${keycloak} in Keycloak`}.`

/** Describes the user whom a deletion in Keycloak is about. */
export const keycloakSentence = ({ before }: LeftoverAction): string =>
  `${before.username} (id ${before.id}), ${before.created_at === null ? 'created at an unknown time' : `created ${before.created_at}`}, through ${before.identities.join(', ')}`

/** The other stable line. */
export const NO_CHANGES = 'No changes. Invitations and users match the manifest.'

/**
 * The last line of a plan. What is refused is still counted, and a plan that leaves something out does not claim that
 * everything matches.
 */
export function summaryLine({ actions, problems, refused, summary, leftOut }: Plan): string {
  if (problems.length > 0) return `This plan has ${plural(problems.length, 'error')} and cannot be applied.`
  if (refused.length > 0) return `${planSummary(summary)} Apply will refuse this plan.`
  if (actions.length > 0) return planSummary(summary)
  return totalLeftOut(leftOut) > 0 ? NOTHING_IN_SCOPE : NO_CHANGES
}

/** Shown along with the causes. */
const NOTHING_IN_SCOPE = 'Nothing to do in this plan, but changes were left out of it.'

/** What was read and what became of it: the counts below every summary. */
export function countsLine({ summary, actions }: Plan): string {
  const { unchanged, unmatched, warnings, denied_before } = summary
  const changes = `${plural(actions.length, 'change')}${denied_before > 0 ? ` (${denied_before} denied before)` : ''}`
  return `${changes}, ${unchanged} already right, ${unmatched} pending unmatched, ${plural(warnings, 'warning')}`
}

/**
 * How many approvals the plan needs, and who gave them; null if there is nothing to say.
 *
 * @param shown makes a principal or a key inert in the format
 */
export function approvalsLine({ approvals }: Pick<Plan, 'approvals'>, shown: (text: string) => string): string | null {
  const { required, approvers } = approvals
  const names = (approvers ?? []).map(({ principal, key }) => `${shown(principal)} (${shown(key)})`).join(', ')
  if (!needsApproval(approvals)) return names === '' ? null : `Approved by ${names}.`
  const given = approvers === null ? '' : `, has ${approvers.length}${names && `: ${names}`}`
  return `Needs ${plural(required, 'approval')}${given}.`
}

/** Whether more approvals are needed than are known. */
export const needsApproval = ({ required, approvers }: Plan['approvals']): boolean =>
  required > (approvers?.length ?? 0)
/** Note on an invitation that somebody denied and that is now to be accepted. */
export const DENIED_BEFORE = 'was denied before'

export const wasDeniedBefore = (action: Action): boolean =>
  action.action === 'accept' && action.before.status === 'denied'

/** What options or a date left out of the plan, by cause; null for nothing. */
export function leftOutText({ leftOut }: Plan): string | null {
  const { targets, no_removals, from } = leftOut
  const parts = [
    ...(targets > 0 ? [`${plural(targets, 'change')} by --target`] : []),
    ...(no_removals > 0 ? [`${plural(no_removals, 'removal')} by --no-removals`] : []),
    ...(from > 0 ? [`${plural(from, 'removal')} until the day of \`from\``] : []),
  ]
  return parts.length === 0 ? null : `Left out: ${parts.join(', ')}.`
}

/** How many rules that match nothing are listed: more would bury the plan, and typos are usually one or two. */
const UNUSED_SHOWN = 10

/** A title and the rules that match no invitation; null if there are none. */
export function unusedRules({
  unusedRules: rules,
}: Plan): { readonly title: string; readonly rules: readonly OverruledRef[]; readonly more: number } | null {
  if (rules.length === 0) return null
  const title = rules.length === 1 ? '1 rule matches no invitation' : `${rules.length} rules match no invitation`
  return { title, rules: rules.slice(0, UNUSED_SHOWN), more: Math.max(0, rules.length - UNUSED_SHOWN) }
}

/** Makes a string from outside inert in the format; the identity for callers that escape the whole line. */
type ShowText = (text: string) => string

const asItIs: ShowText = text => text

/** Says that a plan was made from a snapshot; null if it was made from the live API. */
export function snapshotText({ provenance }: Plan, shown: ShowText = asItIs): string | null {
  if (provenance === null || provenance.read.source === 'api') return null
  const { snapshot, at, age_seconds } = provenance.read
  return `Planned from the snapshot ${shown(snapshot ?? '')} of ${shown(provenance.api_url)}, taken at ${shown(at)} (${ageText(age_seconds)} before this plan), not from the live API.`
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** In the largest unit of which there are at least two, so that the rounding error is less than half. */
export function ageText(seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= 2 * length) ?? ['second', 1]
  return plural(Math.floor(seconds / length), unit)
}

/** Which state was read, and how much it remembers; null if none was. */
export function stateText({ stateRead }: Plan, shown: ShowText = asItIs): string | null {
  if (stateRead === null) return null
  const { description, remembered } = stateRead
  const known = remembered === null ? 'none yet' : `${plural(remembered, 'removal')} remembered`
  return `State: ${known} (${shown(description)})`
}

/** guestlist's version, the manifest's files and the CI run, on one line; null if unknown. */
export function provenanceText({ provenance }: Pick<Plan, 'provenance'>, shown: ShowText = asItIs): string | null {
  if (provenance === null) return null
  const { guestlist, manifest, ci } = provenance
  const files = manifest.slice(0, 5).map(({ file, sha256 }) => `${shown(file)} (sha256 ${sha256.slice(0, 12)})`)
  const more = manifest.length > 5 ? [`${manifest.length - 5} more files`] : []
  const run =
    ci === null ? [] : [`commit ${shown(ci.commit ?? 'unknown')}`, ...(ci.run === null ? [] : [`run ${shown(ci.run)}`])]
  return [`guestlist ${guestlist}`, ...files, ...more, ...run].join(', ')
}

/** How many actions each rule causes, ordered by first action. */
export interface RuleCounts {
  readonly rule: RuleRef
  readonly counts: Readonly<Record<Action['action'], number>>
}

export function countsByRule(actions: readonly Action[]): readonly RuleCounts[] {
  const found = new Map<string, { rule: RuleRef; counts: Record<Action['action'], number> }>()
  for (const { action, rule } of actions) {
    const place = placeText(rule)
    const entry = found.get(place) ?? { rule, counts: { accept: 0, deny: 0, remove: 0, delete: 0 } }
    entry.counts[action]++
    found.set(place, entry)
  }
  return [...found.values()]
}

/** Above this many actions, the warnings and a table by rule come first. */
export const LARGE_PLAN = 200

const GRAVITY = { remove: 0, delete: 0, deny: 1, accept: 2 } as const satisfies Record<Action['action'], number>

/** Irreversible actions first; otherwise in the order of the plan. */
export const gravestFirst = (actions: readonly Action[]): readonly Action[] =>
  [...actions].sort((a, b) => GRAVITY[a.action] - GRAVITY[b.action])

/** Why something is or is not done, for people. */
export const WHY = {
  accept_by_rule: 'a rule accepts it',
  accept_by_unmatched: 'no rule matches; unmatched invitations are accepted',
  deny_by_rule: 'a rule denies it',
  deny_by_unmatched: 'no rule matches; unmatched invitations are denied',
  deny_by_removal: 'the user is being removed',
  remove_by_rule: 'listed under users.remove',
  remove_returned: 'removed before, and has returned',
  delete_leftover: 'left in Keycloak, and listed under users.remove',
  already_right: 'already right',
  unmatched: 'pending, and no rule matches',
  no_rule: 'no rule matches',
  accepted_but_denied: 'accepted already; it cannot be taken back',
  unknown_status: 'its status is not known to this version',
  not_targeted: 'left out by --target',
  no_removals: 'left out by --no-removals',
  not_yet: 'its date has not come',
  protected: 'protected',
} as const satisfies Record<ActionReason | Unchanged['why'], string>

/** Beyond this many, clouds that could not be read are only counted. */
const UNKNOWN_SHOWN = 10

export const WHY_UNREAD: Readonly<Record<Unread, string>> = {
  401: 'the API refused the credentials, 401',
  403: 'not allowed, 403',
  404: 'not found or not allowed, 404',
  failed: 'reading failed',
  partial: 'read in part',
}

/**
 * What a removal deletes besides the account, one sentence each; the last says how much could be seen. Never claims
 * that nothing is lost: clouds that cannot be seen may be.
 *
 * @param quote escapes and quotes a string from the API; by default the caller must escape the result as a whole
 */
export function lossSentences(
  loss: Loss | null,
  quote: (name: string) => string = name => `"${name}"`,
): readonly string[] {
  if (loss === null) return ['not known: the clouds were not looked at']
  const { clouds, seen, unknown, complete } = loss
  const lost = clouds.map(({ id, name }) => `deletes the cloud ${quote(name)} (id ${id}): its only member`)
  const none = lost.length === 0 && complete ? ['no cloud that can be seen here'] : []
  const rest = unknown.length - UNKNOWN_SHOWN
  return [
    ...lost,
    ...none,
    ...unknown.slice(0, UNKNOWN_SHOWN).map(cloud => `not known: ${unknownCloud(cloud, quote)}`),
    ...(rest > 0 ? [`not known: ${rest} more`] : []),
    `${seen} ${seen === 1 ? 'cloud' : 'clouds'} seen; others cannot be`,
  ]
}

function unknownCloud({ id, name, why }: UnknownCloud, quote: (name: string) => string): string {
  const what = id === null ? 'the list of clouds' : `the cloud ${quote(name ?? '')} (id ${id})`
  return `${what} (${WHY_UNREAD[why]})`
}
