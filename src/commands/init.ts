import { stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Io } from '../cli/io.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { errnoOf, reasonOf } from '../system/errno.js'
import { makeFolder } from '../system/write-file.js'
import { schemaReference } from './shared/schema-reference.js'
import { DEFAULT_MANIFEST } from './shared/sources.js'

/** Writes a starter manifest; never overwrites an existing file. */
export async function init(folder: string | undefined, io: Io): Promise<ExitCode> {
  const path = join(folder ?? '', DEFAULT_MANIFEST)
  const target = resolve(io.cwd, folder ?? '')
  if (folder !== undefined && (await isOtherThanFolder(target))) throw notAFolder(folder)
  try {
    await makeFolder(target)
    await writeFile(resolve(io.cwd, path), starterManifest(schemaReference(target)), { flag: 'wx' })
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw exists(path)
    throw new GuestlistError('file-unwritable', `The manifest ${path} cannot be written: ${reasonOf(error)}`, {
      cause: error,
    })
  }
  io.out(`Wrote ${path}. Next: edit it, then run "guestlist plan".\n`)
  return EXIT.done
}

const isOtherThanFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    found => !found.isDirectory(),
    () => false,
  )

const notAFolder = (folder: string): GuestlistError =>
  new GuestlistError('file-occupied', `${escapeTerminal(folder)} is a file, not a folder; nothing was written`, {
    advice: `init takes the folder to write ${DEFAULT_MANIFEST} in.`,
  })

const exists = (path: string): GuestlistError =>
  new GuestlistError('file-occupied', `${path} already exists; it was left as it is`, {
    advice: 'Name another folder, or move the file away.',
  })

/** Changes nothing as it stands. */
const starterManifest = (schema: string): string => `# yaml-language-server: $schema=${schema}
#
# Who is accepted, denied and removed at a BIMData identity provider.
#   guestlist plan     shows what would change
#   guestlist apply    makes exactly those changes, once you say yes
# The examples are comments: as it stands, this manifest changes nothing.

apiVersion: guestlist/v1

invitations:
  # Rules. All keys of one rule must match. A rule with an id beats one with an exact e-mail, which beats any other;
  # among equals, deny beats accept.
  accept:
    # - id: 56
    # - email: alice@acme.example
    #   reason: hired 2026-11
    # - email: "*@acme.example"       # * and ? are wildcards; quote what begins with *
    #   cloud: [Tower A, Tower B]     # any of them
    #   project: "Facade*"
    #   cloudRole: user               # admin | user
    #   projectRole: guest            # admin | user | guest
    #   until: 2026-12-31             # the rule ends with that day, UTC
  deny:
    # - email: "*@rival.example"
    #   reason: competitor

  # Pending invitations that no rule matches: ignore | accept | deny
  unmatched: ignore

users:
  # Removed for good: their account, and each cloud that only they are in. Exact addresses, no wildcards.
  remove:
    # - email: bob@acme.example
    #   reason: left on 2026-10-31
  # Never removed, whatever a list says. Wildcards are allowed.
  protect:
    # - "*@it.acme.example"

# What one apply may do. Over a limit, nothing at all is done.
guards:
  # maxAccepts: 200
  # maxDenials: 50
  maxRemovals: 5

# Where removals are remembered, for they cannot be read back from the API. Keep the file between runs;
# backend: http keeps it on a server that speaks Terraform's protocol, such as GitLab.
state:
  backend: local
  path: guestlist.state.json
`
