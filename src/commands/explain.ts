import type { Invitation } from '../model/invitation.js'
import { emailKey } from '../model/text.js'
import { type InvitationExplanation, startExplain, type UserExplanation } from '../reconcile/explain.js'
import { quoteTerminal } from '../render/escape-terminal.js'
import { jsonText } from '../render/json.js'
import { invitationText, userText } from './explain-text.js'
import { FORMATS, formatOf } from './format.js'
import { CommandError, EXIT, type ExitCode, type Io } from './io.js'
import { loadManifest } from './load-manifest.js'
import { protections } from './make-plan.js'
import { withObserved } from './observe.js'
import type { Flags } from './options.js'
import { readAll } from './read-all.js'
import { styleFor } from './style.js'

/** Says why an invitation, or all that concerns an address, is decided as it is. */
export async function explain(subject: string, flags: Flags<'explain'>, io: Io): Promise<ExitCode> {
  const format = formatOf(flags, FORMATS.explain)
  const wanted = readSubject(subject)
  const { manifest } = await loadManifest(flags.file, io)
  const { invitations, user } = await withObserved(manifest.state, flags, io, async ({ list, records }) => {
    const now = flags.now ?? new Date()
    const explainer = startExplain({ manifest, records, now, protect: protections(flags, io) })
    const found = await readAll(list, wanted.matches)
    return {
      invitations: found.map(explainer.invitation),
      user: wanted.email === null ? null : explainer.user(wanted.email, found),
    }
  })
  if (invitations.length === 0 && user === null) throw notFound(subject, wanted.email !== null)
  if (format === 'json') io.out(`${jsonText({ format_version: '1.0', invitations, user })}\n`)
  else io.out(textOf(invitations, user, flags, io))
  return EXIT.done
}

interface Wanted {
  /** Null where an id was given. */
  readonly email: string | null
  matches(invitation: Invitation): boolean
}

/** An id, an address, or either as a plan shows it. */
function readSubject(text: string): Wanted {
  const id = /^(?:bimdata_invitation\.)?(\d{1,15})$/.exec(text)?.[1]
  if (id !== undefined) return { email: null, matches: invitation => invitation.id === Number(id) }
  const email = text.replace(/^bimdata_user\./, '')
  if (!email.includes('@')) {
    throw new CommandError(`${JSON.stringify(text)} is neither the id of an invitation nor an e-mail address`)
  }
  const key = emailKey(email)
  return { email, matches: invitation => emailKey(invitation.email) === key }
}

const notFound = (subject: string, isEmail: boolean): CommandError =>
  new CommandError(
    isEmail
      ? `There is no invitation of ${quoteTerminal(subject)}, and users.remove does not list the address`
      : `There is no invitation ${quoteTerminal(subject)}`,
    { advice: 'See "guestlist invitations list".' },
  )

function textOf(
  invitations: readonly InvitationExplanation[],
  user: UserExplanation | null,
  flags: Flags<'explain'>,
  io: Io,
): string {
  const style = styleFor('out', flags, io)
  const parts = invitations.map(explained => invitationText(explained, style))
  return [...parts, ...(user ? [userText(user, style)] : [])].join('\n')
}
