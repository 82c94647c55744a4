import { isInvitationAction } from '../../model/action.js'
import { allAbsent, type Report, type Result, runCode } from '../../model/report.js'
import { escapeTerminal } from '../escape/terminal.js'
import type { Style } from './style.js'

const DONE = { accept: 'accepted', deny: 'denied', remove: 'removed', delete: 'deleted in Keycloak' } as const

/** How one action ended, and why if it was not done, on one line. */
export function resultLine(result: Result, style: Style): string {
  const { outcome } = result
  const why = 'why' in outcome ? escapeTerminal(outcome.why) : outcome.kind === 'absent' ? ABSENT : null
  const code = runCode(outcome)
  return `${outcomeLine(result, style)}${why === null ? '' : `: ${why}`}${code === null ? '' : style.code(code)}`
}

/** How one action ended, without a reason. */
export function outcomeLine({ action, outcome, attempts }: Result, style: Style): string {
  const address = escapeTerminal(action.address)
  const email = isInvitationAction(action) ? ` (${escapeTerminal(action.before.email)})` : ''
  const tries = attempts > 1 ? `, after ${attempts} tries` : ''
  switch (outcome.kind) {
    case 'done':
      return `${address}${email}: ${style.good(DONE[action.action])}${tries}`
    case 'confirmed':
      return `${address}${email}: ${style.good(DONE[action.action])}, confirmed by reading${tries}`
    case 'absent':
      return `${address}: ${style.change('absent')}`
    case 'rejected':
    case 'failed':
      return `${address}${email}: ${style.bad(outcome.kind)}${tries}`
    case 'skipped':
    case 'not_attempted':
      return `${address}${email}: ${style.change(outcome.kind.replace('_', ' '))}`
    default:
      return outcome satisfies never
  }
}

/** A 404 at the first attempt: what the API's reference documents for users that it has never seen. */
export const ABSENT =
  'the API does not know this user, so there was nothing to remove. A user who signed in but never used the API stays behind in Keycloak: remove them there.'

export interface OutcomeCounts {
  readonly accepted: number
  readonly denied: number
  readonly removed: number
  /** Null if there was nothing to delete in Keycloak. */
  readonly inKeycloak: number | null
  readonly absent: number
  readonly failed: number
  readonly rejected: number
  readonly notDone: number
}

/** Counts what took effect, by kind; an absent user does not count as removed. */
export function countResults(results: readonly Result[]): OutcomeCounts {
  const took = (kind: Result['action']['action']) =>
    results.filter(({ action, outcome }) => action.action === kind && ['done', 'confirmed'].includes(outcome.kind))
      .length
  const ended = (...kinds: readonly string[]) => results.filter(({ outcome }) => kinds.includes(outcome.kind)).length
  return {
    accepted: took('accept'),
    denied: took('deny'),
    removed: took('remove'),
    inKeycloak: results.some(({ action }) => action.action === 'delete') ? took('delete') : null,
    absent: ended('absent'),
    failed: ended('failed'),
    rejected: ended('rejected'),
    notDone: ended('skipped', 'not_attempted'),
  }
}

const AGAIN = 'Run apply again to continue.'

/** A 404 may also mean that the credential is not allowed to see a user who exists. */
export const ALL_ABSENT =
  'the API knows none of the users to remove, or these credentials may not see them. Check that they belong to the right ' +
  'organization; to ask again, forget the addresses with `guestlist state rm`. If the users are really gone, --accept-absent says so.'

/** The stable line that people grep for. */
export function applySummary(report: Report, complete: boolean): string {
  const { accepted, denied, removed, inKeycloak, absent, failed, rejected, notDone } = countResults(report.results)
  const some = (count: number, what: string) => (count === 0 ? '' : `, ${count} ${what}`)
  const done = `${accepted} accepted, ${denied} denied, ${removed} removed${inKeycloak === null ? '' : `, ${inKeycloak} in Keycloak`}${some(absent, 'absent')}`
  return complete
    ? `Apply complete! ${done}.`
    : `Apply incomplete! ${done}; ${failed} failed${some(rejected, 'rejected')}, ${notDone} not attempted.`
}

/** The end of an apply: what went wrong, the verification, and the summary line last. */
export function reportText(report: Report, complete: boolean, style: Style): string {
  const { results, verification } = report
  const notable = results.filter(({ outcome }) => !['done', 'not_attempted'].includes(outcome.kind))
  const lines = [
    ...notable.map(result => resultLine(result, style)),
    ...shortfallLines(report, style),
    ...(verification.kind === 'verified' ? [verifiedLine(results, verification.count)] : []),
    ...(verification.kind === 'not_needed' && results.length === 0 ? [] : ['']),
    complete ? style.good(applySummary(report, true)) : style.bad(applySummary(report, false)),
  ]
  return `${lines.join('\n')}\n`
}

/** What keeps an apply as a whole from being complete, apart from its actions. */
export function shortfallLines(report: Report, style: Style): readonly string[] {
  const { stop, results } = report
  const left = results.filter(({ outcome }) => outcome.kind === 'not_attempted').length
  return [
    ...(stop === null
      ? []
      : [`${style.bad('Stopped:')} ${escapeTerminal(stop.message)}${style.code(`stopped_${stop.reason}`)}`]),
    ...(left === 0
      ? []
      : [
          `${left === 1 ? 'One action was' : `${left} actions were`} not attempted. ${AGAIN}${style.code('action_not_attempted')}`,
        ]),
    ...(allAbsent(report) && report.acceptAbsent !== true
      ? [`${style.bad('Nobody was removed:')} ${ALL_ABSENT}${style.code('nobody_removed')}`]
      : []),
    ...unverifiedLines(report, style),
  ]
}

const verifiedText = (count: number): string => {
  if (count === 0) return 'the live state was read again, and shows nothing else than is reported here'
  return `the live state shows ${count === 1 ? 'the change to one invitation' : `all ${count} changes to invitations`}`
}

function verifiedLine(results: readonly Result[], count: number): string {
  const removals = results.filter(({ action, outcome }) => action.action === 'remove' && outcome.kind === 'done').length
  return `Verified: ${verifiedText(count)}.${removals === 0 ? '' : ' Removals cannot be read back.'}`
}

function unverifiedLines({ verification }: Report, style: Style): readonly string[] {
  const code = style.code(`not_verified_${verification.kind}`)
  switch (verification.kind) {
    case 'differs':
      return [
        `${style.bad('Not verified:')} the live state differs from what was reported:${code}`,
        ...verification.mismatches.map(
          ({ address, wanted, found }) =>
            `  ${escapeTerminal(address)}: wanted ${wanted}, found ${found === null ? 'no such invitation' : escapeTerminal(found)}`,
        ),
      ]
    case 'unreadable':
      return [
        `${style.bad('Not verified:')} the live state could not be read: ${escapeTerminal(verification.why)}${code}`,
      ]
    case 'interrupted':
      return [`${style.change('Not verified:')} the run was interrupted.${code}`]
    case 'verified':
    case 'not_needed':
      return []
    default:
      return verification satisfies never
  }
}
