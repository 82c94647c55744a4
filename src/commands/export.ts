import type { OutFlags } from '../cli/common-options.js'
import { refuseDash, writeNewFile } from '../cli/files.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { createLog } from '../cli/log.js'
import { SIZE_LIMIT } from '../manifest/decode.js'
import { EXIT, type ExitCode } from '../model/error.js'
import { type Invitation, type InvitationView, type Status, viewOf } from '../model/invitation.js'
import { jsonText } from '../render/json-text.js'
import { connect } from './shared/connect.js'
import { readAll } from './shared/read-world.js'
import { schemaReference } from './shared/schema-reference.js'

type ExportFlags = CommonFlags & OutFlags & { readonly status: Exclude<Status, 'unknown'> | undefined }

/** Writes a manifest that describes the live invitations, so that planning with it changes nothing. */
export async function exportManifest(flags: ExportFlags, io: Io): Promise<ExitCode> {
  refuseDash(flags.out, 'Leave out --out.')
  const { client, list } = await connect(flags, io)
  try {
    const wanted = ({ status }: Invitation) => flags.status === undefined || status === flags.status
    const text = manifestText(await readAll(list, wanted), client.apiUrl, schemaReference(io.cwd))
    if (Buffer.byteLength(text) > SIZE_LIMIT) {
      createLog(flags.logLevel, io).warn(
        'manifest_too_large',
        'this is more than the 10 MiB that one manifest may have: split it, or use --status',
      )
    }
    if (flags.out === undefined) io.out(text)
    else {
      await writeNewFile(flags.out, 'manifest', text, io)
      io.err(`Wrote ${flags.out}.\n`)
    }
    return EXIT.done
  } finally {
    client.close()
  }
}

/**
 * Accepted → accept by id, denied → deny by id, pending and unknown as comments. Text from the API appears only in
 * comments, as JSON strings, so that it cannot break out of them.
 */
export function manifestText(invitations: readonly Invitation[], apiUrl: string, schema: string): string {
  const having = (wanted: Status) => invitations.filter(({ status }) => status === wanted).map(viewOf)
  const [pending, unknown] = [having('pending'), having('unknown')]
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    `# The invitations of ${comment(apiUrl)}, as guestlist export found them: planning with this changes nothing.`,
    '# Users cannot be listed, so users.remove is empty; what the state remembers of removals stays there.',
    '',
    'apiVersion: guestlist/v1',
    '',
    'invitations:',
    ...rules('accept', having('accepted')),
    ...rules('deny', having('denied')),
    ...(pending.length === 0
      ? []
      : ['  # Pending:', ...pending.map(view => `  #   - id: ${view.id}  # ${about(view)}`)]),
    ...(unknown.length === 0
      ? []
      : [
          '  # With a status that this version does not know:',
          ...unknown.map(view => `  #   - id: ${view.id}  # status ${comment(view.raw_status ?? '')}, ${about(view)}`),
        ]),
    '  unmatched: ignore',
  ]
  return `${lines.join('\n')}\n`
}

const rules = (effect: 'accept' | 'deny', views: readonly InvitationView[]): readonly string[] =>
  views.length === 0 ? [] : [`  ${effect}:`, ...views.map(view => `    - id: ${view.id}  # ${about(view)}`)]

function about({ email, cloud_name, cloud_role, project_name, project_role }: InvitationView): string {
  const project = project_name === null ? '' : `, project ${comment(project_name)} as ${project_role ?? 'unknown'}`
  return `${comment(email)}, cloud ${comment(cloud_name)} as ${cloud_role}${project}`
}

/** JSON escapes every line break; U+FFFE and U+FFFF, which YAML does not allow, are escaped here. */
const comment = (text: string): string =>
  jsonText(text, 0).replace(/[\ufffe\uffff]/g, found => `\\u${found.charCodeAt(0).toString(16)}`)
