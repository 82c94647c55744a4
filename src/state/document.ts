import { emailKey } from '../model/email-address.js'
import { GuestlistError } from '../model/error.js'

import { firstFault, newerVersion, repeatedKey } from '../model/json.js'
import type { RemovalRecord, RemovalRecords } from '../model/removal-record.js'
import { byCodeUnit, canonicalApiUrl } from '../model/text.js'
import type { RemovalJson, StateJson } from './state-json.js'
import { validateState } from './state-validator.gen.js'

/** 64 MiB: about 200,000 removals, and a bound on how much a wrong file or server can make us hold in memory. */
export const MAX_STATE_BYTES = 64 * 1024 * 1024

/** schemas/state.schema.json, with its removals as a Map. */
export interface StateDocument {
  readonly serial: number
  readonly lineage: string
  readonly apiUrl: string
  readonly removals: RemovalRecords
}

const LEAVE = 'It was left as it is.'

/**
 * Parses a state, including one written by another program, and normalizes times, addresses and optional members.
 * Unknown keys are dropped, so the next write omits them.
 * @throws GuestlistError `broken`, `newer-version`, `other-api`
 */
export function parseState(bytes: Uint8Array, where: string, apiUrl: string): StateDocument {
  const json = parseJson(bytes, where)
  const newer = newerVersion(json, 1)
  if (newer !== null)
    throw new GuestlistError(
      'state-newer',
      `The state ${where} has version ${newer}, and this guestlist knows version 1. ${LEAVE} Use a newer guestlist.`,
    )
  if (!validateState(json)) throw broken(where, firstFault(validateState.errors, 'The document'))
  refuseOtherApi(json, where, apiUrl)
  return {
    serial: json.serial,
    lineage: json.lineage,
    apiUrl: json.api_url,
    removals: removalsOf(json, where),
  }
}

/** @return UTF-8 JSON, the same bytes for the same document */
export function formatState(document: StateDocument): Uint8Array {
  const removals = [...document.removals].sort(([a], [b]) => byCodeUnit(a, b))
  const json: StateJson = {
    version: 1,
    serial: document.serial,
    lineage: document.lineage,
    api_url: document.apiUrl,
    // fromEntries defines own members, so a key `__proto__` stays a key.
    removals: Object.fromEntries(removals),
  }
  return new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`)
}

function parseJson(bytes: Uint8Array, where: string): unknown {
  let text: string
  let json: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    json = JSON.parse(text)
  } catch (error) {
    throw broken(where, bytes.length === 0 ? 'It is empty' : 'It is not JSON, or only a part of it', error)
  }
  const repeated = repeatedKey(text)
  if (repeated !== null) throw broken(where, `The key ${JSON.stringify(repeated)} appears twice in one of its objects`)
  return json
}

function refuseOtherApi(json: StateJson, where: string, apiUrl: string): void {
  if (canonicalApiUrl(json.api_url) === canonicalApiUrl(apiUrl)) return
  throw new GuestlistError(
    'state-other-api',
    `The state ${where} is of the API ${JSON.stringify(json.api_url)}, not of ${apiUrl}. ${LEAVE} ` +
      'Give each API a state of its own: state.path or state.address in the manifest, or --api-url for the right API.',
  )
}

function removalsOf(json: StateJson, where: string): RemovalRecords {
  const records = new Map<string, RemovalRecord>()
  for (const [email, removal] of Object.entries(json.removals)) {
    const key = emailKey(email)
    if (key === '') throw broken(where, 'One of its addresses is empty')
    // There is no telling which of the two is right.
    if (records.has(key))
      throw broken(where, `The address ${JSON.stringify(key)} appears in it twice, in two spellings`)
    records.set(key, recordOf(removal))
  }
  return records
}

const recordOf = ({ outcome, at, reason, accepted_invitations, plan_digest }: RemovalJson): RemovalRecord => ({
  outcome,
  at: canonicalTime(at),
  reason: reason ?? null,
  accepted_invitations,
  plan_digest: plan_digest ?? '',
})

/** Normalizes a time to UTC. A leap second, which a Date cannot hold, becomes the second before it. */
function canonicalTime(at: string): string {
  if (/^[\d-]{10}T[\d:]{8}(\.\d+)?Z$/.test(at)) return at
  const plain = at
    .toUpperCase()
    .replace(/\s/, 'T')
    .replace(/:60(?=[.Z+-])/, ':59')
  // ajv accepts the offset `+02`; Date does not.
  return new Date(plain.replace(/([+-]\d\d)$/, '$1:00')).toISOString()
}

function broken(where: string, what: string, cause?: unknown): GuestlistError {
  return new GuestlistError(
    'state-broken',
    `The state ${where} cannot be used. ${what}. ${LEAVE} ` +
      'Restore it from a backup, or move it away: removals are then requested again.',
    { cause },
  )
}
