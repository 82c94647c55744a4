import { randomUUID } from 'node:crypto'
import { GuestlistError } from '../model/error.js'
import type { RemovalRecord, RemovalRecords } from '../model/removal-record.js'
import { sha256 } from '../model/sha256.js'
import { canonicalApiUrl } from '../model/text.js'
import type { Backend } from './backend.js'
import { formatState, parseState, type StateDocument } from './document.js'

interface Version {
  readonly document: StateDocument | null
  /** Hash of the normalized document, because a server may reformat JSON; empty if there is no state. */
  readonly hash: string
}

export interface VersionedState {
  read(): Promise<RemovalRecords>
  /** The lineage seen last; null if there was no state. */
  lineage(): string | null
  /** Applies the change to the version seen last and writes the result. */
  update(change: StateChange): Promise<void>
}

type StateChange = (removals: Map<string, RemovalRecord>) => unknown

/** Serializes reads and writes. A write builds on the version that this process saw last, or is refused. */
export function versionedState(backend: Backend, apiUrl: string, lockId: () => string | null): VersionedState {
  let seen: Version | null = null
  /** A write of ours with unknown outcome. If the backend has it, nobody else wrote it. */
  let unsure: Version | null = null
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const result = last.then(step)
    last = result.catch(() => {})
    return result
  }
  const load = async (): Promise<Version> => {
    const bytes = await backend.read()
    if (bytes === null) return { document: null, hash: '' }
    const document = parseState(bytes, backend.description, apiUrl)
    return { document, hash: sha256(formatState(document)) }
  }
  const refresh = async (): Promise<Version> => {
    const now = await load()
    refuseOtherLineage(seen, now, backend.description)
    refuseLastSerials(now, backend.description)
    seen = now
    return now
  }
  /** Reads back a write whose answer never came: done if it is there; repeated unless something newer is. */
  const send = async (bytes: Uint8Array, written: Version): Promise<void> => {
    for (let repeats = 0; ; repeats++) {
      try {
        return await backend.write(bytes, lockId())
      } catch (error) {
        if (!(error instanceof GuestlistError) || error.code !== 'state-unconfirmed') throw error
        const there = await load().catch(() => {
          throw error
        })
        if (there.hash === written.hash) return
        refuseNewer(seen, there, backend.description)
        if (!(await backend.pauseBeforeRepeat(repeats))) throw error
      }
    }
  }
  const write = async (change: StateChange): Promise<void> => {
    const base = seen === null ? await refresh() : await load()
    if (base.hash !== unsure?.hash) refuseNewer(seen, base, backend.description)
    const from = base.hash === unsure?.hash ? base : seen
    const next = successor(from?.document ?? null, apiUrl, change)
    const bytes = formatState(next)
    unsure = { document: next, hash: sha256(bytes) }
    await send(bytes, unsure)
    seen = unsure
    unsure = null
  }
  return {
    read: () => inTurn(async (): Promise<RemovalRecords> => (await refresh()).document?.removals ?? new Map()),
    lineage: () => seen?.document?.lineage ?? null,
    update: (change: StateChange) => inTurn(() => write(change)),
  }
}

/** More than any run makes, so that a run that has started can record all its removals. */
const WRITES_LEFT = 2 ** 32

function refuseLastSerials({ document }: Version, where: string): void {
  if (document === null || document.serial <= Number.MAX_SAFE_INTEGER - WRITES_LEFT) return
  throw new GuestlistError(
    'state-broken',
    `The state ${where} has serial ${document.serial}: there are too few numbers left for more writes. It was left as it is. ` +
      'Restore it from a backup, or give it a lower serial.',
  )
}

function successor(from: StateDocument | null, apiUrl: string, change: StateChange): StateDocument {
  const removals = new Map(from?.removals ?? [])
  change(removals)
  return {
    serial: (from?.serial ?? 0) + 1,
    lineage: from?.lineage ?? randomUUID(),
    apiUrl: canonicalApiUrl(apiUrl),
    removals,
  }
}

/**
 * | there now | the write |
 * | --- | --- |
 * | what we have seen | proceeds |
 * | nothing, or an older serial (somebody restored a backup) | proceeds: what we know is newer |
 * | another lineage | refused |
 * | a newer serial, or the same with another content | refused |
 */
function refuseNewer(seen: Version | null, now: Version, where: string): void {
  refuseOtherLineage(seen, now, where)
  const serial = seen?.document?.serial ?? 0
  if (now.document === null || now.hash === seen?.hash || now.document.serial < serial) return
  throw new GuestlistError(
    'state-newer-serial',
    `The state ${where} was written by somebody else: it has serial ${now.document.serial}, this run has seen ${serial}. ` +
      'Nothing was overwritten. Run again, one run at a time.',
  )
}

function refuseOtherLineage(seen: Version | null, now: Version, where: string): void {
  const before = seen?.document?.lineage
  const lineage = now.document?.lineage
  if (before === undefined || lineage === undefined || before === lineage) return
  throw new GuestlistError(
    'state-other-lineage',
    `The state ${where} is not the same one as before: lineage ${lineage}, not ${before}. ` +
      'Nothing was overwritten. Find out what replaced it, and run again.',
  )
}
