import type { DecidingFlags, SnapshotFromFlags } from '../cli/common-options.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import type { Action } from '../model/action.js'
import { addressFault, emailKey } from '../model/email-address.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import type { Invitation } from '../model/invitation.js'
import type { Place } from '../model/problem.js'
import { type Decision, ruleRef } from '../reconcile/decide.js'
import {
  type Explainer,
  type InvitationExplanation,
  startExplain,
  type UninvitedExplanation,
  type UserExplanation,
} from '../reconcile/explainer.js'
import { userAddress } from '../reconcile/resource-address.js'
import type { RuleOutcomes } from '../reconcile/rule-outcome.js'
import { quoteTerminal } from '../render/escape/terminal.js'
import { jsonText } from '../render/json-text.js'
import { wrapText } from '../render/text/width.js'
import { type ExplainLook, invitationText, uninvitedText, userText } from './shared/explain-text.js'
import { loadManifest } from './shared/load-manifest.js'
import { protections } from './shared/make-plan.js'
import { readAll, withWorld } from './shared/read-world.js'

type ExplainFlags = CommonFlags & DecidingFlags & SnapshotFromFlags

/** Explains the decision about an invitation, or every decision about an address. */
export async function explain(subject: string, flags: ExplainFlags, io: Io): Promise<ExitCode> {
  const wanted = readSubject(subject)
  const { manifest, written } = await loadManifest(flags.file, io)
  const explained = await withWorld({ state: manifest.state }, flags, io, async ({ list, records }) => {
    const now = flags.now ?? new Date()
    const explainer = startExplain({ manifest, records, now, protect: protections(flags, io) })
    return explainWanted(wanted, await readAll(list, wanted.matches), explainer)
  })
  const { invitations, user, uninvited } = explained
  if (invitations.length === 0 && !user && !uninvited) throw notFound(subject, wanted.email !== null)
  if (flags.format === 'json') io.out(`${jsonText(explainDocument(explained, written))}\n`)
  else io.out(wrapText(textOf(explained, { style: styleFor('out', flags, io), written }), widthOf(io)))
  return EXIT.done
}

interface Wanted {
  /** Null if an id was given. */
  readonly email: string | null
  matches(invitation: Invitation): boolean
}

function explainWanted({ email }: Wanted, found: readonly Invitation[], explainer: Explainer): Explained {
  const user = email === null ? null : explainer.user(email, found)
  const uninvited = email === null || user || found.length > 0 ? null : explainer.uninvited(email)
  return { invitations: found.map(explainer.invitation), user, uninvited }
}

/** Accepts an id, an e-mail address, or the resource address that a plan shows for either. */
function readSubject(text: string): Wanted {
  const id = /^(?:bimdata_invitation\.)?(\d+)$/.exec(text)?.[1]
  if (id !== undefined && Number.isSafeInteger(Number(id)))
    return { email: null, matches: invitation => invitation.id === Number(id) }
  const email = text.replace(/^bimdata_user\./, '')
  const fault = addressFault(email, 'address')
  if (fault !== null) {
    throw new GuestlistError(
      'usage',
      email.includes('@')
        ? `${quoteTerminal(text)} ${fault.fault}`
        : `${quoteTerminal(text)} is neither the id of an invitation nor an e-mail address`,
      { advice: fault.advice },
    )
  }
  const key = emailKey(email)
  return { email, matches: invitation => emailKey(invitation.email) === key }
}

const notFound = (subject: string, isEmail: boolean): GuestlistError =>
  new GuestlistError(
    'not-found',
    isEmail
      ? `There is no invitation for ${quoteTerminal(subject)}, and neither a rule nor users.remove names the address`
      : `There is no invitation ${quoteTerminal(subject)}`,
    { advice: 'See "guestlist invitations list".' },
  )

const textOf = ({ invitations, user, uninvited }: Explained, look: ExplainLook): string =>
  [
    ...invitations.map(explained => invitationText(explained, look)),
    ...(user ? [userText(user, look)] : []),
    ...(uninvited ? [uninvitedText(uninvited, look)] : []),
  ].join('\n')

/** What `explain` found about its subject. */
export interface Explained {
  readonly invitations: readonly InvitationExplanation[]
  /** The user, if listed under `users.remove`. */
  readonly user: UserExplanation | null
  /** Set only for an address with no invitation and no removal. */
  readonly uninvited: UninvitedExplanation | null
}

/** The JSON of `explain`, with the same member names as a plan's. */
const explainDocument = ({ invitations, user, uninvited }: Explained, written: WrittenLines) => ({
  format_version: '1.0',
  invitations: invitations.map(one => withDecision(one, written)),
  user: user && { ...user, decision: userDecision(user.decision) },
  uninvited: uninvited && withDecision(uninvited, written),
})

/** Returns the manifest's own lines for the rule at a place. */
type WrittenLines = (place: Place) => readonly string[]

const withDecision = <T extends RuleOutcomes & { readonly decision: Decision }>(
  explained: T,
  written: WrittenLines,
) => ({
  ...explained,
  rules: explained.rules.map(match => ({ ...match, text: written(match.rule).join('\n') })),
  decision: decisionJson(explained.decision),
})

function decisionJson(decision: Decision) {
  if (decision.kind === 'contradiction') {
    return { kind: decision.kind, rule: ruleRef(decision.rule), removal: ruleRef(decision.removal) }
  }
  const { basis, ...rest } = decision
  if (basis === null) return { ...rest, ground: null }
  const { rule, overruled, impliedBy } = basis
  return { ...rest, ground: { rule, overruled, implied_by: impliedBy && userAddress(impliedBy.key) } }
}

const userDecision = (decision: UserExplanation['decision']) =>
  decision.kind === 'remove' ? { ...decision, action: actionJson(decision.action) } : decision

const actionJson = ({ impliedBy, ...action }: Action) => ({ ...action, implied_by: impliedBy })
