import type { Clouds } from '../model/clouds.js'
import { emailKey } from '../model/email-address.js'
import { GuestlistError } from '../model/error.js'
import { type Invitation, invitationOf } from '../model/invitation.js'

import { firstFault, newerVersion, repeatedKey, tryParseJson } from '../model/json.js'
import type { RemovalRecords } from '../model/removal-record.js'
import { byCodeUnit } from '../model/text.js'
import type { SnapshotInvitation, SnapshotJson } from './snapshot-json.js'
import { validateSnapshot } from './snapshot-validator.gen.js'

/** The live state at one moment: everything a plan needs besides the manifest. */
export interface Snapshot {
  /** Canonical: no trailing slash. */
  readonly apiUrl: string
  /** RFC 3339, UTC. */
  readonly takenAt: string
  readonly records: RemovalRecords
  readonly invitations: readonly Invitation[]
  /** Null if they were not read, as in a snapshot of version 1. */
  readonly clouds: Clouds | null
}

const VERSION = 2

const LINES_A_PIECE = 1000

/**
 * JSON in chunks, one invitation per line, ordered by id: the same bytes for the same state.
 * `encode`: a value as JSON on one line.
 */
export function* snapshotText(snapshot: Snapshot, encode: (value: unknown) => string): Generator<string> {
  const { apiUrl, takenAt, records, invitations, clouds } = snapshot
  const removals = Object.fromEntries([...records].sort(([a], [b]) => byCodeUnit(a, b)))
  const head = { version: VERSION, api_url: apiUrl, taken_at: takenAt, removals }
  yield `${encode(head).slice(0, -1)},"invitations":[`
  const sorted = [...invitations].sort((a, b) => a.id - b.id)
  for (let from = 0; from < sorted.length; from += LINES_A_PIECE) {
    const lines = sorted.slice(from, from + LINES_A_PIECE).map(invitation => encode(toJson(invitation)))
    yield `${from === 0 ? '' : ','}\n${lines.join(',\n')}`
  }
  yield '\n],"clouds":'
  yield* cloudsText(clouds, encode)
  yield '}\n'
}

/** One cloud per line, ordered by id. */
function* cloudsText(clouds: Clouds | null, encode: (value: unknown) => string): Generator<string> {
  if (clouds === null) {
    yield 'null'
    return
  }
  yield `{"unread":${encode(clouds.unread)},"clouds":[`
  const sorted = [...clouds.clouds].sort((a, b) => a.id - b.id)
  for (const [index, { id, name, unread, members }] of sorted.entries())
    yield `${index === 0 ? '' : ','}\n${encode({ id, name, unread, members })}`
  yield '\n]}'
}

/** @throws GuestlistError */
export function parseSnapshot(text: string): Snapshot {
  const json = parseJson(text)
  const newer = newerVersion(json, VERSION)
  if (newer !== null)
    throw new GuestlistError(
      'snapshot-newer',
      `It has version ${newer}, and this guestlist knows up to version ${VERSION}.`,
      { advice: 'Use the version of guestlist that wrote it, or take a new one.' },
    )
  if (!validateSnapshot(json)) throw notASnapshot(firstFault(validateSnapshot.errors, 'the document'))
  return {
    apiUrl: json.api_url,
    takenAt: json.taken_at,
    records: recordsOf(json),
    invitations: json.invitations.map(invitationOf),
    clouds: json.clouds ?? null,
  }
}

function parseJson(text: string): unknown {
  const value = tryParseJson(text)
  if (value === undefined)
    throw notASnapshot(text.trim() === '' ? 'it is empty' : 'it is not JSON, or only a part of it')
  const repeated = repeatedKey(text)
  if (repeated !== null) throw notASnapshot(`the key ${JSON.stringify(repeated)} appears twice in one of its objects`)
  return value
}

function recordsOf({ removals }: SnapshotJson): RemovalRecords {
  const entries = Object.entries(removals)
  const odd = entries.find(([key]) => emailKey(key) !== key)
  if (odd) throw notASnapshot(`the address ${JSON.stringify(odd[0])} should be ${JSON.stringify(emailKey(odd[0]))}`)
  return new Map(entries)
}

const notASnapshot = (why: string): GuestlistError =>
  new GuestlistError('snapshot-invalid', `It is not a snapshot that guestlist wrote: ${why}.`, {
    advice: 'Take one with "guestlist snapshot --out FILE".',
  })

/** Stores the API's raw status, so that it is classified again when read back. */
const toJson = ({ raw_status, ...invitation }: Invitation): SnapshotInvitation => ({
  ...invitation,
  status: raw_status,
})
