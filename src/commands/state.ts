import type { LockingFlags } from '../cli/common-options.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { createLog } from '../cli/log.js'
import { widthOf } from '../cli/style-for.js'
import { addressFault, emailKey } from '../model/email-address.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import type { RemovalRecord } from '../model/removal-record.js'
import { byCodeUnit } from '../model/text.js'
import { escapeTerminal, quoteTerminal } from '../render/escape/terminal.js'
import { jsonText } from '../render/json-text.js'
import { table } from '../render/text/table.js'
import type { StateStore } from '../state/state-store.js'
import { optionalManifest, stateConfigOf } from './shared/load-manifest.js'
import { lockState, openStateFor } from './shared/open-state.js'
import { apiUrlOf } from './shared/wire-options.js'

/** Lists the remembered removals, sorted by address. */
export async function stateList(flags: CommonFlags, io: Io): Promise<ExitCode> {
  const manifest = await optionalManifest(flags.file, io)
  const store = openStateFor(manifest?.state ?? { backend: 'local' }, apiUrlOf(flags), flags, io)
  const listed = manifest && new Set(manifest.removals.map(({ key }) => key))
  const records = [...(await store.read())]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([email, record]): Remembered => ({ email, ...record, listed: listed?.has(email) ?? null }))
  if (flags.format === 'json') io.out(`${jsonText(records)}\n`)
  else if (records.length === 0) io.err(`No removals are remembered in ${escapeTerminal(store.description)}.\n`)
  else {
    io.out(table([HEADER, ...records.map(row)], widthOf(io)))
    if (records.some(record => record.listed === false)) io.err(NO_LONGER_LISTED)
  }
  return EXIT.done
}

interface Remembered extends RemovalRecord {
  readonly email: string
  /** Whether users.remove still lists the address; null without a manifest. */
  readonly listed: boolean | null
}

const NO_LONGER_LISTED =
  'users.remove no longer has an entry for those that are not listed. Listed again, they are not removed unless an invitation was accepted since, or the record is forgotten: guestlist state rm EMAIL\n'

const HEADER = ['EMAIL', 'OUTCOME', 'AT', 'ACCEPTED', 'LISTED', 'REASON']

const row = ({ email, listed, ...record }: Remembered): readonly string[] =>
  [
    email,
    record.outcome,
    record.at,
    record.accepted_invitations.join(','),
    listed === null ? '' : listed ? 'yes' : 'no',
    record.reason ?? '',
  ].map(escapeTerminal)

/** Forgets the named removals, all or none, so that the next apply asks for them again. */
export async function stateRemove(
  emails: readonly string[],
  flags: CommonFlags & LockingFlags,
  io: Io,
): Promise<ExitCode> {
  const store = await openConfigured(flags, io)
  const lock = await lockState(store, flags, createLog(flags.logLevel, io), io, 'state')
  try {
    for (const email of await forget(store, emails)) io.out(`${escapeTerminal(email)}: forgotten\n`)
  } finally {
    await lock.release()
  }
  io.err('The next apply removes them again where users.remove still lists them.\n')
  return EXIT.done
}

async function forget(store: StateStore, emails: readonly string[]): Promise<readonly string[]> {
  const known = await store.read()
  const unknown = emails.filter(email => !known.has(emailKey(email)))
  if (unknown.length === 0) return store.forget(emails)
  const names = unknown.map(quoteTerminal).join(', ')
  const [fault] = unknown.flatMap(email => addressFault(email, 'address') ?? [])
  throw new GuestlistError('not-found', `No removal is remembered of ${names}; nothing was changed`, {
    advice: fault ? `The address ${fault.fault}. ${fault.advice}` : 'See "guestlist state list".',
  })
}

/** Removes a lock by force, without asking: its id, shown only in the lock's own message, is the confirmation. */
export async function stateUnlock(id: string, flags: CommonFlags, io: Io): Promise<ExitCode> {
  const store = await openConfigured(flags, io)
  const holder = await store.unlock(id)
  const whose = holder === null || holder.Who === '' ? '' : ` It was held by ${holder.Who} since ${holder.Created}.`
  io.out(`Unlocked ${escapeTerminal(store.description)}.${escapeTerminal(whose)}\n`)
  return EXIT.done
}

/** Needs no credentials and no request to the API; only its address must match. */
async function openConfigured(flags: CommonFlags, io: Io): Promise<StateStore> {
  const config = await stateConfigOf(flags.file, io)
  return openStateFor(config, apiUrlOf(flags), flags, io)
}
