import { type RuleRef, STATUS_AFTER } from '../../model/action.js'
import { statusText } from '../../model/invitation.js'
import { type Place, placeText } from '../../model/problem.js'
import type { Decision } from '../../reconcile/decide.js'
import type {
  InvitationExplanation,
  ProtectionRef,
  UninvitedExplanation,
  UserExplanation,
} from '../../reconcile/explainer.js'
import type { RuleMatch, RuleOutcomes } from '../../reconcile/rule-outcome.js'
import { escapeTerminal, quoteTerminal } from '../../render/escape/terminal.js'
import { destination } from '../../render/text/plan-text.js'
import type { Style } from '../../render/text/style.js'
import { table } from '../../render/text/table.js'

/** How explanations are shown: the style, and how to quote the manifest's lines for a rule. */
export interface ExplainLook {
  readonly style: Style
  readonly written: (place: Place) => readonly string[]
}

/** Explains the decision about an invitation, for people. */
export function invitationText(explained: InvitationExplanation, look: ExplainLook): string {
  const { style } = look
  const { address, invitation } = explained
  const lines = [
    `${style.bold(address)}  ${escapeTerminal(invitation.email)}`,
    `    status: ${escapeTerminal(statusText(invitation))}`,
    `    to: ${destination(invitation)}`,
    '',
    ...rulesText('Rules that match', explained, look),
    ...removalLines(explained),
    '',
    `  ${style.bold(outcomeOf(explained))}`,
  ]
  return `${lines.join('\n')}\n`
}

const STRENGTH = { id: 'by id', email: 'by exact e-mail', pattern: 'by pattern' } as const

function rulesText(title: string, { rules, because }: RuleOutcomes, look: ExplainLook): readonly string[] {
  if (rules.length === 0) return ['  No rule matches.']
  const rows = table(
    rules.map(match => ['   ', match.effect, placeOf(match.rule), STRENGTH[match.strength], note(match)]),
  )
  const texts = rows.trimEnd().split('\n')
  return [
    look.style.dim(`  ${title}, the strongest first:`),
    ...texts.flatMap((text, i) => [text, ...ruleLines(rules[i]?.rule, look)]),
    ...(rules[0]?.standing === 'wins' ? [`  The first wins among them: ${because}.`] : []),
  ]
}

/** Only the first lines of a longer rule, with lists or a long reason, are shown. */
const MOST_LINES = 12

function ruleLines(rule: RuleRef | undefined, { style, written }: ExplainLook): readonly string[] {
  const lines = rule ? written(rule) : []
  const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines
  return shown.map(line => style.dim(`        ${escapeTerminal(line)}`))
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
  const precedence = '  A removal takes precedence over rules that accept.'
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
      return `It would be ${STATUS_AFTER[decision.effect]}: ${ACT[decision.why]} (${status} → ${STATUS_AFTER[decision.effect]}).`
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
      return 'Nothing would be done: it is pending, no rule matches, and "unmatched" is ignore.'
    case 'no_rule':
      return `Nothing would be done: no rule matches, and it is ${status}.`
    case 'accepted_but_denied':
      return 'Nothing would be done: it is accepted already, and that cannot be taken back. List the user under users.remove.'
    case 'unknown_status':
      return 'Nothing would be done: this version does not know its status.'
    default:
      return removed
        ? `Nothing would be done with the invitation: it is ${status}, and its user is dealt with under users.remove.`
        : `Nothing would be done: it is ${status} already.`
  }
}

/** Explains the decision about a user under `users.remove`, for people. */
export function userText(
  { address, user, removal, protection, record, decision }: UserExplanation,
  look: ExplainLook,
): string {
  const { style } = look
  const clouds = user.clouds.map(quoteTerminal).join(', ')
  const accepted = user.accepted_invitations.join(', ')
  const lines = [
    style.bold(escapeTerminal(address)),
    `    to be removed: ${placeOf(removal)}${reasonText(removal)}${decision.kind === 'coming' ? `, from ${decision.from} on` : ''}`,
    ...ruleLines(removal, look),
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

/** Explains what would be decided about an invitation to an address, for people. */
export function uninvitedText(explained: UninvitedExplanation, look: ExplainLook): string {
  const { style } = look
  const { email, protection, record, decision } = explained
  const lines = [
    style.bold(escapeTerminal(email)),
    '    invitations: none',
    ...(record === null ? [] : [`    remembered: ${recordText(record)}`]),
    ...protectedLine(protection),
    '',
    ...rulesText('Rules that match the address', explained, look),
    '',
    `  ${style.bold('Nothing would be done: there is no invitation of the address.')}`,
    `  A pending one would be ${fateOf(decision)}, unless a rule that looks at more than the address says otherwise.`,
  ]
  return `${lines.join('\n')}\n`
}

function fateOf(decision: Decision): string {
  if (decision.kind !== 'act') return 'left alone ("unmatched" is ignore)'
  const { effect, why } = decision
  return `${STATUS_AFTER[effect]}${why.endsWith('unmatched') ? ' ("unmatched" says so)' : ''}`
}

const USER = {
  remove: 'The user would be removed: the state remembers no removal.',
  returned: 'The user would be removed again: an invitation of theirs is accepted that was not at the removal.',
  refuse:
    'The whole plan would be refused: the address is protected. Remove it from users.remove, or have the protection changed.',
  keep: 'Nothing would be done: the user was removed, and has not come back.',
  coming: 'Nothing would be done yet: the day of the removal is to come.',
} as const
