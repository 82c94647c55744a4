import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { widthOf } from '../cli/style-for.js'
import { readWithRetries } from '../http/retry.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import { type Invitation, type InvitationView, statusText, viewOf } from '../model/invitation.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { jsonText, yamlItem } from '../render/json-text.js'
import { table } from '../render/text/table.js'
import { connect } from './shared/connect.js'
import { readAll } from './shared/read-world.js'
import { readRetryOf } from './shared/wire-options.js'

/** The API's status filter. None for accepted: filtering would leave out the older W. */
const RAW_STATUS = { pending: 'P', accepted: undefined, denied: 'D' } as const

type ListFormat = 'table' | 'json' | 'yaml'

/** Lists the live invitations, by id. */
export async function listInvitations(
  flags: CommonFlags<ListFormat> & { readonly status: keyof typeof RAW_STATUS | undefined },
  io: Io,
): Promise<ExitCode> {
  const { client, list } = await connect(flags, io)
  const status = flags.status === undefined ? undefined : RAW_STATUS[flags.status]
  const wanted = (invitation: Invitation) => flags.status === undefined || invitation.status === flags.status
  try {
    const views = (await readAll(list, wanted, status)).map(viewOf)
    const { format } = flags
    io.out(format === 'table' ? table([HEADER, ...views.map(row)], widthOf(io)) : structured(views, format))
    return EXIT.done
  } finally {
    client.close()
  }
}

/** Shows one invitation. */
export async function getInvitation(id: string, flags: CommonFlags<ListFormat>, io: Io): Promise<ExitCode> {
  const number = /^\d+$/.test(id) ? Number(id) : Number.NaN
  if (!Number.isSafeInteger(number))
    throw new GuestlistError('usage', `${JSON.stringify(id)} is not the id of an invitation`)
  const { client, limiter } = await connect(flags, io)
  try {
    const { invitation } = await readWithRetries(() => client.get(number), readRetryOf(flags, io, limiter))
    const { format } = flags
    const view = viewOf(invitation)
    io.out(format === 'table' ? details(view) : structured(view, format))
    return EXIT.done
  } finally {
    client.close()
  }
}

const HEADER = ['ID', 'STATUS', 'EMAIL', 'CLOUD', 'ROLE', 'PROJECT', 'ROLE']

const row = (view: InvitationView): readonly string[] =>
  [
    `${view.id}`,
    statusText(view),
    view.email,
    view.cloud_name,
    `${view.cloud_role}`,
    view.project_name ?? '',
    `${view.project_role ?? ''}`,
  ].map(escapeTerminal)

/** Every field that the API returns, one per line; absent ones are left out. */
function details(view: InvitationView): string {
  const facts: readonly (readonly [string, string | number | null])[] = [
    ['ID', view.id],
    ['Status', statusText(view)],
    ['Email', view.email],
    ['Cloud', view.cloud_name],
    ['Cloud role', view.cloud_role],
    ['Project', view.project_name],
    ['Project role', view.project_role],
    ['Client', view.client_id],
    ['Sender', view.sender_provider_sub],
  ]
  return table(facts.flatMap(([name, fact]) => (fact === null ? [] : [[`${name}:`, escapeTerminal(`${fact}`)]])))
}

/** Both formats escape text from the API, so that nothing in it can affect a terminal. */
function structured(value: InvitationView | readonly InvitationView[], format: Exclude<ListFormat, 'table'>): string {
  if (format === 'json') return `${jsonText(value)}\n`
  if ('id' in value) return yamlText([value], 4)
  return value.length === 0 ? '[]\n' : yamlText(value, 2)
}

/** `margin`: columns to cut from each line of an indented list item; 4 removes the dash too, leaving just fields. */
const yamlText = (views: readonly InvitationView[], margin: number): string =>
  views
    .flatMap(view => yamlItem({ ...view }))
    .map(line => `${line.slice(margin)}\n`)
    .join('')
