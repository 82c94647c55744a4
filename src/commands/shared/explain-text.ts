import { statusText } from '../../model/invitation.js'
import type { RuleRef } from '../../model/plan.js'
import { placeText } from '../../model/problem.js'
import type { Decision } from '../../reconcile/decide.js'
import type {
  InvitationExplanation,
  ProtectionRef,
  UninvitedExplanation,
  UserExplanation,
} from '../../reconcile/explain.js'
import type { RuleMatch, RuleOutcomes } from '../../reconcile/rule-outcome.js'
import { escapeTerminal, quoteTerminal } from '../../render/escape/terminal.js'
import { destination } from '../../render/text/plan-text.js'
import type { Style } from '../../render/text/style.js'
import { table } from '../../render/text/table.js'

/** What one invitation was decided by, for people. */
export function invitationText(explained: InvitationExplanation, style: Style): string {
  const { address, invitation } = explained
  const lines = [
    `${style.bold(address)}  ${escapeTerminal(invitation.email)}`,
    `    status: ${escapeTerminal(statusText(invitation))}`,
    `    to: ${destination(invitation)}`,
    '',
    ...rulesText('Rules that match', explained, style),
    ...removalLines(explained),
    '',
    `  ${style.bold(outcomeOf(explained))}`,
  ]
  return `${lines.join('\n')}\n`
}

const STRENGTH = { id: 'by id', email: 'by exact e-mail', pattern: 'by pattern' } as const

function rulesText(title: string, { rules, because }: RuleOutcomes, style: Style): readonly string[] {
  if (rules.length === 0) return ['  No rule matches.']
  const rows = table(
    rules.map(match => ['   ', match.effect, placeOf(match.rule), STRENGTH[match.strength], note(match)]),
  )
  return [
    style.dim(`  ${title}, the strongest first:`),
    ...rows.trimEnd().split('\n'),
    ...(rules[0]?.standing === 'wins' ? [`  The first wins among them: ${because}.`] : []),
  ]
}

function note({ standing, from, until, rule }: RuleMatch): string {
  const reason = rule.reason === null ? '' : ` (${escapeTerminal(rule.reason)})`
  if (standing === 'depends') return `depends: it asks for more than the address${reason}`
  if (standing === 'expired') return `expired: it ended with ${until}, and would have matched${reason}`
  if (standing === 'coming') return `coming: it applies from ${from} on, and would match${reason}`
  return `${standing}${until === null ? '' : `, until ${until}`}${reason}`
}

function removalLines({ removal, protection, decision }: InvitationExplanation): readonly string[] {
  if (removal === null) return []
  const entry = `  The user is to be removed: ${placeOf(removal)}${reasonText(removal)}.`
  const precedence = '  A removal goes before rules that accept.'
  if (protection !== null) return [entry, `  But ${protectionText(protection)}.`]
  return decision.kind === 'contradiction' ? [entry] : [entry, precedence]
}

const protectionText = ({ pattern, by }: ProtectionRef): string =>
  `the address is protected by ${quoteTerminal(pattern)} (${escapeTerminal(by)})`

const reasonText = ({ reason }: RuleRef): string => (reason === null ? '' : ` (${escapeTerminal(reason)})`)

const placeOf = (rule: RuleRef): string => escapeTerminal(placeText(rule))

function outcomeOf({ decision, invitation, removal }: InvitationExplanation): string {
  const status = escapeTerminal(statusText(invitation))
  switch (decision.kind) {
    case 'act':
      return `${decision.effect === 'accept' ? 'It is accepted' : 'It is denied'}: ${ACT[decision.why]} (${status} → ${decision.effect === 'accept' ? 'accepted' : 'denied'}).`
    case 'keep':
      return keptText(decision, status, removal !== null)
    case 'contradiction':
      return 'Nothing can be planned: an id rule accepts the invitation of a user who is to be removed.'
    default:
      return decision satisfies never
  }
}

const ACT = {
  accept_by_rule: 'a rule says so',
  deny_by_rule: 'a rule says so',
  accept_by_unmatched: 'no rule matches, and "unmatched" says so',
  deny_by_unmatched: 'no rule matches, and "unmatched" says so',
  deny_by_removal: 'accepted, it would bring back a user who is to be removed',
  remove_by_rule: '',
  remove_returned: '',
  delete_leftover: '',
} as const satisfies Record<Extract<Decision, { kind: 'act' }>['why'], string>

function keptText({ why }: Extract<Decision, { kind: 'keep' }>, status: string, removed: boolean): string {
  switch (why) {
    case 'unmatched':
      return 'Nothing is done: it is pending, no rule matches, and "unmatched" is ignore.'
    case 'no_rule':
      return `Nothing is done: no rule matches, and it is ${status}.`
    case 'accepted_but_denied':
      return 'Nothing is done: it is accepted already, and that cannot be taken back. List the user under users.remove.'
    case 'unknown_status':
      return 'Nothing is done: this version does not know its status.'
    default:
      return removed
        ? `Nothing is done with the invitation: it is ${status}, and its user is dealt with under users.remove.`
        : `Nothing is done: it is ${status} already.`
  }
}

/** What a user under `users.remove` was decided by, for people. */
export function userText(
  { address, user, removal, protection, record, decision }: UserExplanation,
  style: Style,
): string {
  const clouds = user.clouds.map(quoteTerminal).join(', ')
  const accepted = user.accepted_invitations.join(', ')
  const lines = [
    style.bold(escapeTerminal(address)),
    `    to be removed: ${placeOf(removal)}${reasonText(removal)}${decision.kind === 'coming' ? `, from ${decision.from} on` : ''}`,
    `    accepted invitations: ${accepted === '' ? 'none' : `${accepted} in ${clouds}`}`,
    `    remembered: ${recordText(record)}`,
    ...protectedLine(protection),
    '',
    `  ${style.bold(USER[decision.kind === 'remove' && decision.returned ? 'returned' : decision.kind])}`,
  ]
  return `${lines.join('\n')}\n`
}

const recordText = (record: UserExplanation['record']): string =>
  record === null ? 'no removal' : `${record.outcome} at ${escapeTerminal(record.at)}`

const protectedLine = (protection: ProtectionRef | null): readonly string[] =>
  protection === null
    ? []
    : [`    protected: by ${quoteTerminal(protection.pattern)} (${escapeTerminal(protection.by)})`]

/** What an invitation of an address would be decided by, for people. */
export function uninvitedText(explained: UninvitedExplanation, style: Style): string {
  const { email, protection, record, decision } = explained
  const lines = [
    style.bold(escapeTerminal(email)),
    '    invitations: none',
    ...(record === null ? [] : [`    remembered: ${recordText(record)}`]),
    ...protectedLine(protection),
    '',
    ...rulesText('Rules that match the address', explained, style),
    '',
    `  ${style.bold('Nothing is done: there is no invitation of the address.')}`,
    `  A pending one would be ${fateOf(decision)}, unless a rule that looks at more than the address says otherwise.`,
  ]
  return `${lines.join('\n')}\n`
}

function fateOf(decision: Decision): string {
  if (decision.kind !== 'act') return 'left alone ("unmatched" is ignore)'
  const { effect, why } = decision
  return `${effect === 'accept' ? 'accepted' : 'denied'}${why.endsWith('unmatched') ? ' ("unmatched" says so)' : ''}`
}

const USER = {
  remove: 'The user is removed: the state remembers no removal.',
  returned: 'The user is removed again: an invitation of theirs is accepted that was not at the removal.',
  refuse:
    'The whole plan is refused: the address is protected. Take it out of users.remove, or have the protection changed.',
  keep: 'Nothing is done: the user was removed, and has not come back.',
  coming: 'Nothing is done yet: the day of the removal is to come.',
} as const
